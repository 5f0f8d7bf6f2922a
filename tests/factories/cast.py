"""A small fixed cast: a citizen with a food shop, the staff who handle one item, and that item. No PDF is made."""

import io
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from certificates.actions import issue
from certificates.models import Certificate, CertificateType
from common.checksums import id_number_check
from common.models import CalendarYear
from identity import actions as identity
from identity.actor import SYSTEM, Actor
from identity.models import Account, Department, Organisation, Person, Post, PostHolding
from identity.queries import actor_for
from identity.rules import make_uscc
from identity.staff.actions.accounts import open_staff_account
from identity.staff.actions.holdings import assign_post
from services.models import ItemVersion, LegalBasis, MaterialRequirement, ReviewStage, ServiceItem
from tests import kept
from tests.factories.catalogue import a_department, a_post, an_item

PASSWORD = "Kitchen-table-7"


@dataclass
class Cast:
    """Everybody and everything a case needs. ``citizen`` is Li acting for the shop, ``person`` Li for herself."""

    account: Account
    li: Person
    shop: Organisation
    citizen: Actor
    person: Actor
    stranger: Actor
    clerk: Actor
    food: Actor
    fire: Actor
    decider: Actor
    outsider: Actor  # a decider of a department that has nothing to do with the item
    supervisor: Actor
    scjg: Department
    xfj: Department
    licence: Certificate  # the shop's 营业执照
    food_licence: CertificateType
    item: ServiceItem
    version: ItemVersion


def a_person(name: str = "李清荷", *, serial: str = "02", phone: str = "", level: int = 4) -> Person:
    """A person with a valid ID number in a region code that is not assigned."""
    first17 = f"519902198001011{serial}"
    return identity.register_person(
        SYSTEM, name=name, id_number=first17 + id_number_check(first17), phone=phone, assurance_level=level
    )


def a_citizen(person: Person) -> Account:
    """The sign-in of a person."""
    return identity.open_account(SYSTEM, person=person, password=PASSWORD)


def a_member_of_staff(number: str, post: Post, role: str) -> Actor:
    """A member of staff in a post."""
    account = open_staff_account(SYSTEM, staff_number=number, name=f"员{number}", password=PASSWORD)
    assign_post(SYSTEM, account=account, post=post, role=role)
    return actor_for(account)


def a_picture(name: str = "图.png", *, size: int = 20) -> SimpleUploadedFile:
    """A real PNG to upload."""
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), "white").save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/png")


def a_type(key: str, name: str, department: Department, seq: str, **fields: object) -> CertificateType:
    """A certificate type of a department."""
    defaults = {
        "type_code": f"{department.uscc}{seq}",
        "name": name,
        "definer": department,
        "holder_kind": "organisation",
        "template": "licence",
        "seal_caption": "行政审批专用章",
        "fields": [
            {"key": "name", "label": "名称", "element": "org.name"},
            {"key": "address", "label": "住所", "element": "org.address"},
        ],
        **fields,
    }
    return CertificateType.objects.create(key=key, **defaults)


def build_cast() -> Cast:
    """Make the cast: an item that asks for a licence (held), a premises proof and a floor plan, with two branches."""
    cast: Cast = kept.copy(make_cast)
    return cast


def make_cast() -> Cast:
    """Make the cast step by step, where a copy of its rows will not do."""
    CalendarYear.objects.get_or_create(year=timezone.localdate().year + 1, defaults={"source": "测试"})
    scjg, xfj, gaj = a_department(), a_department("区人社局"), a_department("公安局")
    licence_type = a_type("business-licence", "营业执照", scjg, "001")
    food_licence = a_type("food-licence", "食品经营许可证", scjg, "002", number_prefix="JY", validity_months=60)
    li = a_person(phone="13900000001")
    account = a_citizen(li)
    shop = identity.register_organisation(
        SYSTEM,
        uscc=make_uscc(prefix="92", region="519902", body="MA000001"),
        name="青禾餐饮店",
        kind="个体工商户",
        address="示范市中心区人民路18号",
        legal_representative=li,
    )
    stranger = a_citizen(a_person("赵无关", serial="03", phone="13900000003"))
    posts = {name: a_post(scjg, name) for name in ("综合窗口", "食品经营科", "负责人", "监督")}
    item = an_item("食品经营许可", department=scjg, **_version_fields(food_licence))
    version = item.current
    assert version is not None
    _parts(version, licence_type, posts["食品经营科"], a_post(xfj, "监督科"))
    role = PostHolding.Role
    return Cast(
        account=account,
        li=li,
        shop=shop,
        citizen=actor_for(account, principal_id=shop.pk),
        person=actor_for(account),
        stranger=actor_for(stranger),
        clerk=a_member_of_staff("1001", posts["综合窗口"], role.COUNTER_CLERK),
        food=a_member_of_staff("1002", posts["食品经营科"], role.REVIEWER),
        fire=a_member_of_staff("1003", a_post(xfj, "监督科"), role.REVIEWER),
        decider=a_member_of_staff("1004", posts["负责人"], role.DECIDER),
        outsider=a_member_of_staff("1005", a_post(gaj, "负责人"), role.DECIDER),
        supervisor=a_member_of_staff("1006", posts["监督"], role.SUPERVISOR),
        scjg=scjg,
        xfj=xfj,
        licence=issue(
            SYSTEM,
            certificate_type=licence_type,
            holder=shop.party,
            issuer=scjg,
            face={"name": shop.name, "address": shop.address},
        ),
        food_licence=food_licence,
        item=item,
        version=version,
    )


def _version_fields(result: CertificateType) -> dict[str, object]:
    return {
        "is_applicable_online": True,
        "audience": ["2", "5"],
        "statutory_days": 20,
        "promise_days": 5,
        "result_kind": "certificate",
        "result_name": result.name,
        "result_type": result,
        "steps": [
            {
                "key": "shop",
                "title": "店铺",
                "fields": [
                    {"key": "org.name", "element": "org.name", "label": "名称", "type": "text", "required": True},
                    {"key": "area", "label": "面积（平方米）", "type": "decimal", "required": True},
                    {"key": "note", "label": "备注", "type": "longtext", "required": False},
                ],
            }
        ],
    }


def _parts(version: ItemVersion, licence: CertificateType, food: Post, fire: Post) -> None:
    LegalBasis.objects.create(version=version, law="中华人民共和国食品安全法", article="第三十五条", kind="法律")
    held = MaterialRequirement.objects.create(
        version=version, key="licence", name="营业执照", source_type="20", order=1, legal="食品安全法第三十五条"
    )
    held.satisfied_by.add(licence)
    MaterialRequirement.objects.create(
        version=version, key="premises", name="场所使用证明", kind="premises-proof", fresh_days=365, order=2
    )
    MaterialRequirement.objects.create(version=version, key="plan", name="平面布局图", kind="floor-plan", order=3)
    MaterialRequirement.objects.create(
        version=version,
        key="rules",
        name="管理制度",
        kind="rules",
        order=4,
        promise_text="已制定",
        promise_check_days=30,
    )
    ReviewStage.objects.create(
        version=version,
        key="food",
        name="食品安全审查",
        department=food.department,
        post=food,
        days=3,
        is_substantive=True,
        order=1,
    )
    ReviewStage.objects.create(
        version=version, key="fire", name="消防意见", department=fire.department, post=fire, days=3, order=2
    )
