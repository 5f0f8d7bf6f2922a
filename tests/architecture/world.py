"""One of everything an address can name, and somebody in every role, for the permission matrix."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from cases.consultation.actions import ask
from cases.delivery.actions import choose_way
from cases.lists.actions import save_view
from cases.lists.bulk_actions import prepare
from cases.models import ArchivePackage, Case, CaseMaterial, FeeNotice, Notice
from certificates.models import Document, StockImport
from certificates.proofs import sm2_seals, status
from certificates.trays.models import PieceUpload
from certificates.types.actions import open_draft as open_type_draft
from certificates.wallet.report_actions import report_error
from identity.actor import SYSTEM
from identity.models import Account, PostHolding
from identity.persons.merge_actions import report_pair
from identity.privacy.correction_actions import request_correction
from identity.sso.actions import give_consent
from services.actions import record_import
from services.models import (
    Bundle,
    ExchangeBatch,
    LegacyPlan,
)
from services.searching.actions import add_synonym
from tests.architecture.inhabitants import (
    a_begun_upload,
    a_bundle_being_changed,
    a_comment,
    a_correcting_case,
    a_message,
    a_question_elsewhere,
    a_revocation,
    a_share_with_the_stranger,
    an_element_being_changed,
    an_entry,
    an_old_app_to_merge,
    sessions_of,
    two_joints,
    two_proposals,
)
from tests.factories import moves
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.counter import a_counter_in_use
from tests.factories.guides import a_file, a_hall
from tests.factories.mandates import a_mandate
from tests.factories.privacy import a_made_export, a_wrong_address
from tests.factories.sso import an_app
from tests.factories.terminals import HOME
from tests.factories.wallet import a_blank_pdf

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
    delivery_id: UUID  # of the case in review, to be posted
    sessions: dict[str, str]
    view_id: UUID  # the clerk's own
    job_id: UUID  # prepared by the clerk
    asked_id: UUID  # the reviewer asked the office elsewhere about the case in review
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
            "delivery_id": self.delivery_id,
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
            "list_id": self.upload.pk,  # nobody's list of destruction has this id
            "type_code": self.cast.food_licence.type_code,
            "type_id": self.cast.food_licence.pk,
            "type_version_id": self.type_version_id,
            "stock_id": self.stock_id,
            "preview_id": self.batch_id,  # nobody's preview has this id
            "form": "pdf",
            "exchange_id": self.exchange_id,
            "view_id": self.view_id,
            "job_id": self.job_id,
            "asked_id": self.asked_id,
            # nobody's hearing or expert review has these ids
            **dict.fromkeys(("hearing_id", "participant_id", "expert_id", "review_id"), self.batch_id),
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


def build_world() -> World:
    """Make the world, inside the caller's transaction. No PDF is printed; files are short stand-ins."""
    cast = build_cast()
    an_element_being_changed()
    cases = {
        "ready": moves.a_reviewed_case(cast),
        "review": moves.an_accepted_case(cast),
        "correcting": a_correcting_case(cast),
        "submitted": moves.a_submitted_case(cast),
        "draft": moves.a_ready_draft(cast),
    }
    for case in cases.values():
        for notice in case.notices.all():
            notice.file.save("notice.pdf", ContentFile(b"%PDF-1.7"))
    ArchivePackage.objects.create(  # as if it could not be sealed
        case=cases["review"], department=cast.scjg, state="problem", retention="Y", closed_on=timezone.localdate()
    )
    to_post = choose_way(cast.citizen, case_id=cases["review"].pk, way="post", address=HOME)
    ask(cast.citizen, case_id=cases["review"].pk, text="什么时候来看现场？")
    cast.licence.file.save("licence.pdf", ContentFile(a_blank_pdf()))
    status.place_of(cast.licence)
    sm2_seals.add(cast.licence, b"%PDF-1.7")
    document = Document.objects.filter(owner_id=cast.shop.pk).latest("created_at")
    batch = record_import(
        SYSTEM, file_name="list.jsonl", sha256="0" * 64, accepted=1, repaired=0, rejected=0, report=[]
    )
    synonym = add_synonym(SYSTEM, term="开饭馆", stands_for=[cast.item.name])
    author = a_member_of_staff("1014", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER)
    operation_id, waiver_id = two_proposals(cast, author)
    profile = an_app(cast.scjg).profile
    agreed = give_consent(cast.person, profile=profile, scopes=["openid"])
    pair = report_pair(SYSTEM, first_id=cast.li.pk, second_id=cast.stranger.principal_id, signs=["region"])
    sessions = sessions_of(cast)
    officer = Account.objects.get(username="1012")
    hall = a_hall(cast.scjg)
    exchange = ExchangeBatch.objects.create(kind="import", state="done", file_name="tables.zip", made_by=officer)
    bundle = a_bundle_being_changed()
    return World(
        cast,
        cases,
        document,
        joints=two_joints(cast, bundle),
        batch_id=batch.pk,
        operation_id=operation_id,
        waiver_id=waiver_id,
        proposal_id=a_revocation(cast),
        type_version_id=open_type_draft(author, type_id=cast.food_licence.pk).pk,
        stock_id=StockImport.objects.create(
            type=cast.food_licence, issuer=cast.scjg, sha256="0" * 64, file_name="stock.csv", state="done"
        ).pk,
        pair_id=pair.pk,
        legacy=an_old_app_to_merge(cast, author),
        bundle=bundle,
        synonym_id=synonym.pk,
        mandate_id=a_mandate(cast).pk,
        profile_id=profile.pk,
        consent_id=agreed.pk,
        export_id=a_made_export(cast.stranger).pk,
        request_id=request_correction(cast.stranger, wrong=a_wrong_address()).pk,
        report_id=report_error(cast.citizen, certificate_id=cast.licence.pk, text="住所写错了一个字").report.pk,
        share_id=a_share_with_the_stranger(cast).pk,
        entry_id=an_entry(cast),
        exchange_id=exchange.pk,
        comment_id=a_comment(cast, author).pk,
        file_id=a_file(cast.version, "premises").pk,
        hall_id=hall.pk,
        counter=a_counter_in_use(cast, hall),
        upload=a_begun_upload(cast),
        fee_id=FeeNotice.objects.create(
            case=cases["review"], moment="acceptance", total="50.00", due_on=timezone.localdate()
        ).pk,
        message_id=a_message(cast),
        delivery_id=to_post.pk,
        sessions=sessions,
        view_id=save_view(cast.clerk, name="先看", query="").pk,
        asked_id=a_question_elsewhere(cast, cases["review"]),
        job_id=prepare(cast.clerk, kind="export", detail="csv", case_ids=[cases["submitted"].pk]).pk,
    )
