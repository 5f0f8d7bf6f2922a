"""A small bundle to open a shop: registration for a person, then two permits of the shop, then a grade after one."""

from dataclasses import dataclass

from django.utils import timezone

from cases.actions import decision, drafts, intake, review
from cases.joint import drafts as joint_drafts
from cases.joint import submission, union
from cases.models import Case, CaseMaterial, JointCase, JointItem
from certificates.models import CertificateType
from common.models import CalendarYear
from identity.actor import Actor
from identity.models import Account, Department, Person, Post, PostHolding
from identity.queries import actor_for
from services.models import (
    Bundle,
    BundleMember,
    BundleVersion,
    DirectoryEntry,
    MaterialRequirement,
    ReviewStage,
    ServiceItem,
)
from tests.factories.cast import a_citizen, a_member_of_staff, a_person, a_picture, a_type
from tests.factories.catalogue import a_department, a_post, an_item

ALL = {"place": "rent", "sign": "yes"}


@dataclass
class Street:
    """Who opens a shop, and who decides. ``person`` is Li; the organisation comes into being on the way."""

    account: Account
    li: Person
    person: Actor
    stranger: Actor
    clerk: Actor
    decider: Actor
    outsider: Actor
    reviewer: Actor
    bundle: Bundle
    items: dict[str, ServiceItem]
    licence: CertificateType


def build_street() -> Street:
    """Make the bundle: ``reg`` first; ``food`` and ``sign`` after it; ``grade`` after ``food``; ``tap`` at any time."""
    CalendarYear.objects.get_or_create(year=timezone.localdate().year + 1, defaults={"source": "测试"})
    office, other = a_department(), a_department("公安局")
    licence = a_type("business-licence", "营业执照", office, "001")
    food = a_type("food-licence", "食品经营许可证", office, "002")
    post = a_post(office, "审查科")
    name = _field("org.name", "名称")
    place = _field("premises.address", "经营地址", type="text")
    items = {
        "reg": _item("个体工商户登记", "31001", office, post, licence, [name, place], audience=["1"], registers="92"),
        "food": _item("食品经营许可", "31002", office, post, food, [name, place, _own("area", "面积")]),
        "sign": _item("门头招牌许可", "31003", office, post, None, [place, _own("size", "招牌尺寸")]),
        "grade": _item("餐饮等级评定", "31004", office, post, None, [_own("seats", "座位数")]),
        "tap": _item("用水报装", "31005", office, post, None, [_own("pipe", "管径")], audience=["1"]),
    }
    for key in ("food", "sign", "grade"):
        _material(items[key], "licence", "营业执照", types=[licence])
    _material(items["grade"], "permit", "食品经营许可证", types=[food])
    for key in ("reg", "food", "sign"):
        _material(items[key], "premises", "场所使用证明", kind="premises-proof")
    _material(items["food"], "rules", "管理制度", kind="rules", promise_text="已制定", promise_check_days=30)
    li = a_person(phone="13900000001")
    account = a_citizen(li)
    role = PostHolding.Role
    return Street(
        account=account,
        li=li,
        person=actor_for(account),
        stranger=actor_for(a_citizen(a_person("赵无关", serial="03", phone="13900000003"))),
        clerk=a_member_of_staff("2001", a_post(office, "综合窗口"), role.COUNTER_CLERK),
        decider=a_member_of_staff("2002", a_post(office, "负责人"), role.DECIDER),
        outsider=a_member_of_staff("2003", a_post(other, "负责人"), role.DECIDER),
        reviewer=a_member_of_staff("2004", post, role.REVIEWER),
        bundle=_bundle(office, items),
        items=items,
        licence=licence,
    )


def _field(element: str, label: str, **more: object) -> dict[str, object]:
    return {"key": element, "element": element, "label": label, "type": "text", "required": True, **more}


def _own(key: str, label: str) -> dict[str, object]:
    return {"key": key, "label": label, "type": "text", "required": True}


def _item(
    name: str,
    main: str,
    office: Department,
    post: Post,
    result: CertificateType | None,
    fields: list[dict[str, object]],
    **version: object,
) -> ServiceItem:
    values: dict[str, object] = {
        "is_applicable_online": True,
        "audience": ["2", "5"],
        "statutory_days": 20,
        "promise_days": 5,
        "steps": [{"key": "main", "title": name, "fields": fields}],
        **version,
    }
    if result:
        values |= {"result_kind": "certificate", "result_name": result.name, "result_type": result}
    item = an_item(name, main=main, department=office, **values)
    item.entry = DirectoryEntry.objects.create(catalog_code=f"0151{main}000", item_type="01", name=name)
    item.save()
    assert item.current is not None
    ReviewStage.objects.create(
        version=item.current, key="look", name="审查", department=office, post=post, days=3, order=1
    )
    return item


def _material(
    item: ServiceItem, key: str, name: str, *, types: list[CertificateType] | None = None, **more: object
) -> None:
    version = item.current
    assert version is not None
    row = MaterialRequirement.objects.create(
        version=version, key=key, name=name, order=version.materials.count(), legal="示范法第一条", **more
    )
    row.satisfied_by.set(types or [])


def _bundle(office: Department, items: dict[str, ServiceItem]) -> Bundle:
    bundle = Bundle.objects.create(code="open-shop", name="开一家店", department=office, region=office.region)
    yes_no = [{"value": "yes", "label": "要"}, {"value": "no", "label": "不要"}]
    bundle.current = BundleVersion.objects.create(
        bundle=bundle,
        version=1,
        state="published",
        name=bundle.name,
        side="org",
        life_event="opening",
        questions=[
            {"key": "sign", "question": "装不装招牌？", "help": "", "options": yes_no, "when": {}},
        ],
    )
    bundle.save()
    after = {"food": ["reg"], "sign": ["reg"], "grade": ["food"]}
    for order, (key, item) in enumerate(items.items()):
        BundleMember.objects.create(
            version=bundle.current,
            order=order,
            key=key,
            entry=item.entry,
            when={"sign": "yes"} if key == "sign" else {},
            after=after.get(key, []),
        )
    return bundle


def a_joint_draft(street: Street, **given: str) -> JointCase:
    """A draft with nothing filled in."""
    return joint_drafts.start(street.person, bundle_code="open-shop", given={"sign": "yes", **given})


FILLED = {
    "org.name": "清荷小馆",
    "premises.address": "人民路1号",
    "area": "80",
    "size": "2x3",
    "seats": "20",
    "pipe": "25",
}


def a_ready_joint(street: Street) -> JointCase:
    """Every page filled in, the premises proof uploaded once and the rules promised."""
    joint = a_joint_draft(street)
    for page in union.load(joint).pages:
        _joint, problems = joint_drafts.save_page(street.person, joint_id=joint.pk, page_key=page.step.key, raw=FILLED)
        assert problems == ()
    row = material_of(joint, "reg", "premises")
    drafts.upload_material(street.person, case_id=row.case_id, material_id=row.pk, upload=a_picture())
    rules = material_of(joint, "food", "rules")
    drafts.promise_material(street.person, case_id=rules.case_id, material_id=rules.pk)
    return JointCase.objects.get(pk=joint.pk)


def a_submitted_joint(street: Street) -> JointCase:
    """Handed in: registration and water run, the others wait."""
    return submission.submit(street.person, joint_id=a_ready_joint(street).pk, declared=True)


def material_of(joint: JointCase, key: str, material: str) -> CaseMaterial:
    """The row of one item's material."""
    case_id = joint.items.get(key=key).case_id
    return CaseMaterial.objects.select_related("case").get(case=case_id, requirement__key=material)


def item_of(joint: JointCase, key: str) -> JointItem:
    """One item as it stands now."""
    return JointItem.objects.select_related("case").get(joint=joint, key=key)


def approve(street: Street, joint: JointCase, key: str, *, release: bool = True) -> Case:
    """Accept, review and approve one item's case; ``release`` does at once what the worker does after the commit."""
    case = to_decision(street, joint, key)
    case = decision.approve(street.decider, case_id=case.pk)
    if release:
        submission.release(joint_id=joint.pk)
    return case


def to_decision(street: Street, joint: JointCase, key: str) -> Case:
    """Accept and review one item's case: only the decision is missing."""
    case = item_of(joint, key).case
    intake.accept(street.clerk, case_id=case.pk)
    for row in case.materials.filter(document__grade="C"):
        review.see_original(street.clerk, case_id=case.pk, material_id=row.pk)
    branch = case.branches.get()
    review.review(street.reviewer, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="符合")
    return Case.objects.get(pk=case.pk)


def refuse(street: Street, joint: JointCase, key: str) -> Case:
    """Accept, review and refuse one item's case, and release."""
    case = to_decision(street, joint, key)
    case = decision.refuse(street.decider, case_id=case.pk, reason="不符合要求")
    submission.release(joint_id=joint.pk)
    return case
