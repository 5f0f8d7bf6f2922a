"""What stands in the world of the permission matrix beside its cases."""

from uuid import UUID

from django.conf import settings
from django.test import Client
from django.utils import timezone

from cases.actions import intake
from cases.models import Branch, Case, JointCase, JointItem, OpinionAsked
from cases.opinions.asking import Question, ask_opinion
from certificates import proposals
from certificates.states import Operation as Revocation
from certificates.transitions import Stated
from certificates.trays.actions import add_files, open_tray
from certificates.trays.models import PieceUpload
from certificates.trays.pieces import begin
from certificates.wallet.models import Share
from identity.actor import Actor
from identity.messaging import announcing
from identity.models import Account, Announcement, Notification, Person, PostHolding
from portal.middleware import PRINCIPAL_KEY
from services.bundles import editing
from services.editing import lifecycle, waivers
from services.legacy.plan_actions import propose_plan
from services.models import (
    Bundle,
    DataElement,
    DirectoryEntry,
    DirectoryVersion,
    ElementVersion,
    LegacyPlan,
    ReviewComment,
)
from services.states import Operation
from tests.factories import moves
from tests.factories.bundles import a_bundle
from tests.factories.cast import Cast, a_member_of_staff, a_picture
from tests.factories.catalogue import a_department, a_post, an_item
from tests.factories.editing import a_desk
from tests.factories.legacy import an_old_app, an_old_function
from tests.factories.wallet import a_share


def an_entry(cast: Cast) -> UUID:
    entry = DirectoryEntry.objects.create(
        catalog_code="510149001000", name="示范登记", item_type="01", department=cast.scjg
    )
    entry.current = DirectoryVersion.objects.create(
        entry=entry, version=1, state="published", name=entry.name, use_levels=["3"], legal_bases=[{"law": "示范法"}]
    )
    entry.save()
    return entry.pk


def a_share_with_the_stranger(cast: Cast) -> Share:
    person = Person.objects.get(pk=cast.stranger.person_id)
    return a_share(cast, to="id_number", number=person.id_number, name=person.name)


def a_revocation(cast: Cast) -> UUID:
    colleague = a_member_of_staff("1018", a_post(cast.scjg, "副职"), PostHolding.Role.DECIDER)
    stated = Stated(reason="情节严重", legal_basis="示范法", ground="penalty-9-3", decision_number="示罚〔2026〕1号")
    made = proposals.propose(colleague, certificate_id=cast.licence.pk, operation=Revocation.REVOKE, stated=stated)
    return made.pk


def a_message(cast: Cast) -> UUID:
    announcing.spread(announcement_id=Announcement.objects.earliest("created_at").pk)
    return Notification.objects.get(person=cast.li).pk


def two_joints(cast: Cast, bundle: Bundle) -> dict[str, UUID]:
    """Two for the shop. Without cases, so that the others in this world stay as they are."""
    assert bundle.current is not None
    whose = {
        "bundle_version": bundle.current,
        "region": bundle.region,
        "applicant": cast.shop.party,
        "agent": cast.li,
        "agent_account": cast.account,
    }
    handed = JointCase.objects.create(
        **whose, number="519900261122000000019", receipt_number="联收1", submitted_at=timezone.now()
    )
    JointItem.objects.create(
        joint=handed,
        order=0,
        key="second",
        item_version=cast.version,
        department=cast.scjg,
        state=JointItem.State.DROPPED,
        reason="撤回了",
    )
    return {"draft": JointCase.objects.create(**whose).pk, "handed": handed.pk}


def two_proposals(cast: Cast, author: Actor) -> tuple[UUID, UUID]:
    """An operation and a waiver that wait for a second person; for another item, so that the cast's stays as it is."""
    steps = [{"key": "s", "title": "页", "fields": [{"key": "own", "label": "甲", "type": "text"}]}]
    item = an_item("另一事项", main="31099", department=cast.scjg, steps=steps)
    operation = lifecycle.propose(author, item_id=item.pk, kind=Operation.PAUSE, reason="升级", instead="窗口")
    waiver = waivers.propose_waiver(author, item_id=item.pk, kind="field", key="own", reason="登记库每季度才更新一次")
    return operation.pk, waiver.pk


def a_begun_upload(cast: Cast) -> PieceUpload:
    tray = open_tray(cast.citizen, target="", title="存一份材料")
    add_files(cast.citizen, tray_id=tray.pk, files=[a_picture()])
    return begin(cast.citizen, tray_id=tray.pk, name="大图.jpg", size=100, mark="")


def an_element_being_changed() -> None:
    """In force, with a draft that nobody of the roles began."""
    DataElement.objects.create(code="shop.sign", name="招牌", type="text")
    ElementVersion.objects.create(code="shop.sign", version=1, name="店招", type="text")


def a_comment(cast: Cast, author: Actor) -> ReviewComment:
    version = cast.item.current
    assert version is not None
    return ReviewComment.objects.create(
        version=version, section="window", text="地点不清楚", account_id=author.known_account_id, by="数据管理"
    )


def an_old_app_to_merge(cast: Cast, author: Actor) -> LegacyPlan:
    app = an_old_app(cast.scjg)
    an_old_function(app)
    today = timezone.localdate()
    return propose_plan(author, app_id=app.pk, decision="merge", reason="一站通都能办", owner="1014", due_on=today)


def a_bundle_being_changed() -> Bundle:
    desk = a_desk()
    bundle = a_bundle(desk)
    editing.open_draft(desk.ann, bundle_id=bundle.pk)
    return bundle


def a_correcting_case(cast: Cast) -> Case:
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="premises")
    return intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "看不清，请重拍"})


def sessions_of(cast: Cast) -> dict[str, str]:
    role = PostHolding.Role
    extra = {
        "elsewhere": a_member_of_staff("1011", a_post(a_department("公安局"), "治安科"), role.REVIEWER),
        "officer": a_member_of_staff("1012", a_post(cast.scjg, "数据管理"), role.DATA_OFFICER),
        "admin": a_member_of_staff("1013", a_post(cast.scjg, "系统管理"), role.ADMINISTRATOR),
    }
    actors = {
        "owner": cast.citizen,
        "stranger": cast.stranger,
        "clerk": cast.clerk,
        "reviewer": cast.food,
        "decider": cast.decider,
        "supervisor": cast.supervisor,
        **extra,
    }
    return {name: session(actor.known_account_id, cast, name) for name, actor in actors.items()}


def a_question_elsewhere(cast: Cast, case: Case) -> UUID:
    """The reviewer asks the office elsewhere about a case; nothing of it is shown."""
    branch = Branch.objects.get(case=case, post=cast.food.post_id)
    post = PostHolding.objects.get(account__username="1011").post_id
    ask_opinion(cast.food, case_id=case.pk, branch_id=branch.pk, question=Question("有没有意见？", [post], days=5))
    return OpinionAsked.objects.get(request__case=case).pk


def session(account_id: UUID, cast: Cast, role: str) -> str:
    client = Client()
    client.force_login(Account.objects.get(pk=account_id), backend="identity.backends.PhoneOrIdBackend")
    if role == "owner":
        session = client.session
        session[PRINCIPAL_KEY] = str(cast.shop.pk)
        session.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
