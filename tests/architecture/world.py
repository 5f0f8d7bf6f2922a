"""One of everything an address can name, and somebody in every role, for the permission matrix."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from cases.actions import intake
from cases.lists.actions import save_view
from cases.lists.bulk_actions import prepare
from cases.models import Case, CaseMaterial, FeeNotice, JointCase, JointItem, Notice
from certificates import proposals
from certificates.models import Document, StockImport
from certificates.proofs import sm2_seals, status
from certificates.states import Operation as Revocation
from certificates.transitions import Stated
from certificates.trays.actions import add_files, open_tray
from certificates.trays.models import PieceUpload
from certificates.trays.pieces import begin
from certificates.types.actions import open_draft as open_type_draft
from certificates.wallet.models import Share
from certificates.wallet.report_actions import report_error
from identity.actor import SYSTEM, Actor
from identity.messaging import announcing
from identity.models import Account, Announcement, Notification, Person, PostHolding
from identity.persons.merge_actions import report_pair
from identity.privacy.correction_actions import request_correction
from identity.sso.actions import give_consent
from portal.middleware import PRINCIPAL_KEY
from services.actions import record_import
from services.bundles import editing
from services.editing import lifecycle, waivers
from services.legacy.plan_actions import propose_plan
from services.models import (
    Bundle,
    DataElement,
    DirectoryEntry,
    DirectoryVersion,
    ElementVersion,
    ExchangeBatch,
    LegacyPlan,
    ReviewComment,
)
from services.searching.actions import add_synonym
from services.states import Operation
from tests.factories import moves
from tests.factories.bundles import a_bundle
from tests.factories.cast import Cast, a_member_of_staff, a_picture, build_cast
from tests.factories.catalogue import a_department, a_post, an_item
from tests.factories.counter import a_counter_in_use
from tests.factories.editing import a_desk
from tests.factories.guides import a_file, a_hall
from tests.factories.legacy import an_old_app, an_old_function
from tests.factories.mandates import a_mandate
from tests.factories.privacy import a_made_export, a_wrong_address
from tests.factories.sso import an_app
from tests.factories.wallet import a_blank_pdf, a_share

ROLES = (
    "public",  # nobody signed in
    "owner",  # the citizen whose shop applies, acting for it
    "stranger",  # another citizen
    "clerk",  # counter clerk of the item's department
    "reviewer",  # reviews a branch of the case
    "elsewhere",  # reviewer in a department that has nothing to do with it
    "decider",
    "officer",  # data officer of the item's department
    "supervisor",
    "admin",
)


@dataclass
class World:
    """Cases by the name of their state, arguments for addresses, and a session for each role."""

    cast: Cast
    cases: dict[str, Case]
    document: Document
    batch_id: UUID
    synonym_id: UUID
    operation_id: UUID  # proposed for the item by an officer who is none of the roles
    waiver_id: UUID  # likewise
    proposal_id: UUID  # to revoke the shop's licence, by a decider who is none of the roles
    pair_id: UUID  # Li and the stranger may be one person
    mandate_id: UUID  # the shop gave it to the stranger, who has not answered
    profile_id: UUID  # an app of the item's department
    consent_id: UUID  # the owner's, for that app
    export_id: UUID  # a copy of the stranger's data, ready
    entry_id: UUID  # in the directory, in force, guided by the item's department
    exchange_id: UUID  # the officer's finished import
    legacy: LegacyPlan  # proposed for an old app by an officer who is none of the roles
    bundle: Bundle  # in force, with a draft that an officer who is none of the roles began
    comment_id: UUID  # on the item's version in force, by an officer who is none of the roles
    file_id: UUID  # a blank form of the item, published
    hall_id: UUID  # kept by the item's department
    report_id: UUID  # the owner's, about the licence
    share_id: UUID  # the licence, shared with the stranger
    upload: PieceUpload  # the owner's, on a tray with one page, both of them for the locker
    type_version_id: UUID  # a draft of the food licence's type, by an officer who is none of the roles
    stock_id: UUID  # the item's department's finished import of existing stock
    fee_id: UUID  # the case in review owes it, and no platform is connected
    request_id: UUID  # the stranger says that an address is wrong
    counter: dict[str, Any]  # of that hall: arguments for its addresses
    message_id: UUID  # in the owner's inbox
    sessions: dict[str, str]
    view_id: UUID  # the clerk's own
    job_id: UUID  # prepared by the clerk
    joints: dict[str, UUID]  # the owner's: a draft, and one handed in whose only item was withdrawn

    def client(self, role: str) -> Client:
        """A browser of this role, as fresh as on the first page."""
        cache.clear()  # nobody is throttled for what others did
        client = Client(raise_request_exception=True)
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    def _notice(self, case: Case, wanted: set[str]) -> Notice | None:
        """The receipt of a case, or where the address stands for the notice alone its acceptance."""
        notices = case.notices.all() if "case_id" in wanted else case.notices.exclude(kind=Notice.Kind.RECEIPT)
        return notices.first()

    def arguments(self, wanted: set[str], variant: str) -> dict[str, Any]:
        """Values for an address's parameters; ``variant`` is a case's state, and a word after a colon."""
        state, _colon, word = variant.partition(":")
        case = self.cases.get(state, self.cases["review"])
        row = CaseMaterial.objects.get(case=case, requirement__key="premises")
        known = {
            "item_id": self.cast.item.pk,
            "case_id": case.pk,
            "joint_id": self.joints["draft" if state == "draft" else "handed"],
            "key": "second",
            "material_id": row.pk,
            "undertaking_id": undertaken.pk if (undertaken := case.undertakings.first()) else case.pk,
            "breach_id": case.pk,  # nobody's record has this id
            "notice_id": notice.pk if (notice := self._notice(case, wanted)) else case.pk,
            "message_id": self.message_id,
            "event": "case.received",
            "language": "zh-hans",
            "certificate_id": self.cast.licence.pk,
            "document_id": self.document.pk,
            "batch_id": self.batch_id,
            "synonym_id": self.synonym_id,
            "mandate_id": self.mandate_id,
            "code": self.cast.item.code if "version_number" in wanted else self.cast.licence.verify_code,
            "item_code": self.cast.item.code,
            "version_number": 2 if "bundle_id" in wanted else 1,
            "bundle_id": self.bundle.pk,
            "bundle_code": self.bundle.code,
            "member_key": "first",
            "part": word,
            "page_number": 1,
            "entry_id": self.entry_id,
            "list_number": 1,
            "type_code": self.cast.food_licence.type_code,
            "type_id": self.cast.food_licence.pk,
            "type_version_id": self.type_version_id,
            "stock_id": self.stock_id,
            "preview_id": self.batch_id,  # nobody's preview has this id
            "form": "pdf",
            "exchange_id": self.exchange_id,
            "view_id": self.view_id,
            "job_id": self.job_id,
            "operation_id": self.operation_id,
            "waiver_id": self.waiver_id,
            "proposal_id": self.proposal_id,
            "export_id": self.export_id,
            "request_id": self.request_id,
            "file_id": self.file_id,
            "hall_id": self.hall_id,
            "step": word or "shop",
            "action": word,
            "operation": word,
            "element_code": "shop.sign",
            "rest": "nothing",
            "session_id": 0,
            "consent_id": self.consent_id,
            "profile_id": self.profile_id,
            "number": self.cases["review"].number,
            "pk": 0,
            "person_id": self.cast.li.pk,
            "organisation_id": self.cast.shop.pk,
            "pair_id": self.pair_id,
            "account_id": self.cast.clerk.known_account_id,
            "holding_id": self.cast.clerk.holding_id,
            "import_id": self.batch_id,  # nobody's import of staff has this id
            "kind": word,
            "app_id": self.legacy.app_id,
            "function_id": function.pk if (function := self.legacy.app.functions.first()) else None,
            "plan_id": self.legacy.pk,
            # nobody's sheet of old apps has this id
            "sheet_id": sheet.pk
            if (sheet := self.upload.tray.sheets.first()) and "tray_id" in wanted
            else self.batch_id,
            "old": "nobody.example.cn/knows",
            "section": word,
            "place": "1",
            "move": word or "down",
            "page": "guide",
            "comment_id": self.comment_id,
            "report_id": self.report_id,
            "share_id": self.share_id,
            "token": "nobodys-link",
            "tray_id": self.upload.tray_id,
            "upload_id": self.upload.pk,
            "visit_id": self.upload.pk,  # nobody's record of a visit has this id
            "photo_number": 1,
            "fee_id": self.fee_id,
            "refund_id": self.upload.pk,  # nobody's refund has this id
            "day": "2026-01-31",  # never compared
            "flag_id": self.upload.pk,  # nobody's flag has this id
            "place_id": {"region": self.cast.scjg.region_id, "department": self.cast.scjg.pk}.get(
                word, self.cast.clerk.post_id
            ),
        }
        known |= self.counter
        return {name: known[name] for name in wanted}


def _an_entry(cast: Cast) -> UUID:
    entry = DirectoryEntry.objects.create(
        catalog_code="510149001000", name="示范登记", item_type="01", department=cast.scjg
    )
    entry.current = DirectoryVersion.objects.create(
        entry=entry, version=1, state="published", name=entry.name, use_levels=["3"], legal_bases=[{"law": "示范法"}]
    )
    entry.save()
    return entry.pk


def _a_share_with_the_stranger(cast: Cast) -> Share:
    person = Person.objects.get(pk=cast.stranger.person_id)
    return a_share(cast, to="id_number", number=person.id_number, name=person.name)


def _a_revocation(cast: Cast) -> UUID:
    colleague = a_member_of_staff("1018", a_post(cast.scjg, "副职"), PostHolding.Role.DECIDER)
    stated = Stated(reason="情节严重", legal_basis="示范法", ground="penalty-9-3", decision_number="示罚〔2026〕1号")
    made = proposals.propose(colleague, certificate_id=cast.licence.pk, operation=Revocation.REVOKE, stated=stated)
    return made.pk


def build_world() -> World:
    """Make the world, inside the caller's transaction. No PDF is printed; files are short stand-ins."""
    cast = build_cast()
    _an_element_being_changed()
    cases = {
        "ready": moves.a_reviewed_case(cast),
        "review": moves.an_accepted_case(cast),
        "correcting": _a_correcting_case(cast),
        "submitted": moves.a_submitted_case(cast),
        "draft": moves.a_ready_draft(cast),
    }
    for case in cases.values():
        for notice in case.notices.all():
            notice.file.save("notice.pdf", ContentFile(b"%PDF-1.7"))
    cast.licence.file.save("licence.pdf", ContentFile(a_blank_pdf()))
    status.place_of(cast.licence)
    sm2_seals.add(cast.licence, b"%PDF-1.7")
    document = Document.objects.filter(owner_id=cast.shop.pk).latest("created_at")
    batch = record_import(
        SYSTEM, file_name="list.jsonl", sha256="0" * 64, accepted=1, repaired=0, rejected=0, report=[]
    )
    synonym = add_synonym(SYSTEM, term="开饭馆", stands_for=[cast.item.name])
    author = a_member_of_staff("1014", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER)
    operation_id, waiver_id = _proposals(cast, author)
    profile = an_app(cast.scjg).profile
    agreed = give_consent(cast.person, profile=profile, scopes=["openid"])
    pair = report_pair(SYSTEM, first_id=cast.li.pk, second_id=cast.stranger.principal_id, signs=["region"])
    sessions = _sessions(cast)
    officer = Account.objects.get(username="1012")
    hall = a_hall(cast.scjg)
    exchange = ExchangeBatch.objects.create(kind="import", state="done", file_name="tables.zip", made_by=officer)
    bundle = _a_bundle_being_changed()
    return World(
        cast,
        cases,
        document,
        joints=_joints(cast, bundle),
        batch_id=batch.pk,
        operation_id=operation_id,
        waiver_id=waiver_id,
        proposal_id=_a_revocation(cast),
        type_version_id=open_type_draft(author, type_id=cast.food_licence.pk).pk,
        stock_id=StockImport.objects.create(
            type=cast.food_licence, issuer=cast.scjg, sha256="0" * 64, file_name="stock.csv", state="done"
        ).pk,
        pair_id=pair.pk,
        legacy=_an_old_app_to_merge(cast, author),
        bundle=bundle,
        synonym_id=synonym.pk,
        mandate_id=a_mandate(cast).pk,
        profile_id=profile.pk,
        consent_id=agreed.pk,
        export_id=a_made_export(cast.stranger).pk,
        request_id=request_correction(cast.stranger, wrong=a_wrong_address()).pk,
        report_id=report_error(cast.citizen, certificate_id=cast.licence.pk, text="住所写错了一个字").report.pk,
        share_id=_a_share_with_the_stranger(cast).pk,
        entry_id=_an_entry(cast),
        exchange_id=exchange.pk,
        comment_id=_a_comment(cast, author).pk,
        file_id=a_file(cast.version, "premises").pk,
        hall_id=hall.pk,
        counter=a_counter_in_use(cast, hall),
        upload=_a_begun_upload(cast),
        fee_id=FeeNotice.objects.create(
            case=cases["review"], moment="acceptance", total="50.00", due_on=timezone.localdate()
        ).pk,
        message_id=_a_message(cast),
        sessions=sessions,
        view_id=save_view(cast.clerk, name="先看", query="").pk,
        job_id=prepare(cast.clerk, kind="export", detail="csv", case_ids=[cases["submitted"].pk]).pk,
    )


def _a_message(cast: Cast) -> UUID:
    announcing.spread(announcement_id=Announcement.objects.earliest("created_at").pk)
    return Notification.objects.get(person=cast.li).pk


def _joints(cast: Cast, bundle: Bundle) -> dict[str, UUID]:
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


def _proposals(cast: Cast, author: Actor) -> tuple[UUID, UUID]:
    """An operation and a waiver that wait for a second person; for another item, so that the cast's stays as it is."""
    steps = [{"key": "s", "title": "页", "fields": [{"key": "own", "label": "甲", "type": "text"}]}]
    item = an_item("另一事项", main="31099", department=cast.scjg, steps=steps)
    operation = lifecycle.propose(author, item_id=item.pk, kind=Operation.PAUSE, reason="升级", instead="窗口")
    waiver = waivers.propose_waiver(author, item_id=item.pk, kind="field", key="own", reason="登记库每季度才更新一次")
    return operation.pk, waiver.pk


def _a_begun_upload(cast: Cast) -> PieceUpload:
    tray = open_tray(cast.citizen, target="", title="存一份材料")
    add_files(cast.citizen, tray_id=tray.pk, files=[a_picture()])
    return begin(cast.citizen, tray_id=tray.pk, name="大图.jpg", size=100, mark="")


def _an_element_being_changed() -> None:
    """In force, with a draft that nobody of the roles began."""
    DataElement.objects.create(code="shop.sign", name="招牌", type="text")
    ElementVersion.objects.create(code="shop.sign", version=1, name="店招", type="text")


def _a_comment(cast: Cast, author: Actor) -> ReviewComment:
    version = cast.item.current
    assert version is not None
    return ReviewComment.objects.create(
        version=version, section="window", text="地点不清楚", account_id=author.known_account_id, by="数据管理"
    )


def _an_old_app_to_merge(cast: Cast, author: Actor) -> LegacyPlan:
    app = an_old_app(cast.scjg)
    an_old_function(app)
    today = timezone.localdate()
    return propose_plan(author, app_id=app.pk, decision="merge", reason="一站通都能办", owner="1014", due_on=today)


def _a_bundle_being_changed() -> Bundle:
    desk = a_desk()
    bundle = a_bundle(desk)
    editing.open_draft(desk.ann, bundle_id=bundle.pk)
    return bundle


def _a_correcting_case(cast: Cast) -> Case:
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="premises")
    return intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "看不清，请重拍"})


def _sessions(cast: Cast) -> dict[str, str]:
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
    return {name: _session(actor.known_account_id, cast, name) for name, actor in actors.items()}


def _session(account_id: UUID, cast: Cast, role: str) -> str:
    client = Client()
    client.force_login(Account.objects.get(pk=account_id), backend="identity.backends.PhoneOrIdBackend")
    if role == "owner":
        session = client.session
        session[PRINCIPAL_KEY] = str(cast.shop.pk)
        session.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
