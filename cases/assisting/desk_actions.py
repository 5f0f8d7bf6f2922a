"""What the clerk does: begin with somebody, take consent on paper, open the draft, ask for the confirmation, end."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors as case_errors
from cases import events as codes
from cases.actions import drafts, moves
from cases.assisting import errors, opening, rules, sheets
from cases.assisting.behalf import chosen, whose_name
from cases.assisting.handing import draft_digest, joint_digest
from cases.assisting.models import Assistance
from cases.assisting.moving import end, lock, say
from cases.assisting.queries import of_session
from cases.assisting.standing import LIVE, PARTS, State, actor_of, agreed_of, require_standing
from cases.correcting import require_corrected
from cases.counter.models import CounterWindow
from cases.counter.seats import seated_window
from cases.drafting import fits
from cases.handing_in import require_whole
from cases.joint import drafts as joint_drafts
from cases.joint import submission as joint_submission
from cases.joint import union
from cases.models import Case, CaseMaterial
from cases.states import Action
from cases.states import State as CaseState
from certificates.locker import mark_original_seen, upload_document
from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.models import Party
from identity.persons.documents import IdDocument
from services import queries as catalogue
from services.models import ItemVersion

_Way = Assistance.Way
PAPER_KIND = "counter-consent"


@dataclass(frozen=True, slots=True)
class Wish:
    """Who stands there and what for. ``party_id``: in whose name (:mod:`cases.assisting.behalf`), None for their own.

    ``is_seen``: the clerk compared face and document. A sheet number goes with the time the sheet was taken in and why
    it is entered only now.
    """

    document: IdDocument
    item_id: UUID
    is_seen: bool
    party_id: UUID | None = None
    sheet: str = ""
    received_at: dt.datetime | None = None
    sheet_reason: str = ""


@transaction.atomic
def begin(actor: Actor, *, window_id: UUID, wish: Wish, request_key: str = "") -> Assistance:
    """Open a session with whoever stands at the window, and ask for their consent on its display.

    Raises :class:`WindowNotFound`, :class:`NotSeated`, :class:`NotSeen`, :class:`ItemNotTaken`,
    :class:`ItemNotApplicable`, :class:`PersonNotFound`, :class:`OwnAssistance`, :class:`OrganisationNotActive`,
    :class:`MandateOutOfScope`, :class:`NeedsGuardian`, :class:`WrongApplicantKind`, :class:`AssistanceInvalid`,
    :class:`WindowAssisting`, :class:`PersonAssisted`, :class:`SheetNotFound` or :class:`SheetUsed`; then nothing is
    asked.
    """
    window = seated_window(actor, window_id)
    claimed = claim(actor_id=actor.account_id, action="begin_assistance", request_key=request_key)
    if claimed.earlier_id:
        return Assistance.objects.get(pk=claimed.earlier_id)
    opening.require_seen(wish.is_seen)
    item = catalogue.get_item(wish.item_id)
    version = item.current
    if version is None or not catalogue.is_open(item):
        raise case_errors.ItemNotApplicable
    is_away = opening.is_away(actor, window, item, name=version.name, handle_area=version.handle_area)
    person = opening.identified(actor, wish.document, reason=_("窗口代办：%(item)s") % {"item": version.name})
    behalf = chosen(person, wish.party_id, lambda scope: scope.covers_item(item.code))
    if not fits(version, behalf.party):
        is_organisation = behalf.party.kind == Party.Kind.ORGANISATION
        raise case_errors.WrongApplicantKind(kind=_("本人") if is_organisation else _("单位"))
    opening.require_capable(person, behalf, open_from_age=version.open_from_age)
    sheet = sheets.checked(window, item, wish.sheet, wish.received_at, wish.sheet_reason) if wish.sheet else None
    row = opening.ask(
        actor,
        window=window,
        person=person,
        behalf=behalf,
        item=item,
        is_away=is_away,
        asked=_asked(window, version, whose_name(person, behalf)),
        sheet=sheet,
        sheet_received_at=wish.received_at if sheet else None,
        sheet_reason=wish.sheet_reason.strip() if sheet else "",
    )
    claimed.settle(row.pk)
    return row


def _asked(window: CounterWindow, version: ItemVersion, whose: rules.InWhoseName) -> list[str]:
    return rules.lines(
        item=version.name,
        office=opening.office_of(window),
        whose=whose,
        fields=opening.known_fields(version),
        proofs=opening.held_proofs(version),
    )


@transaction.atomic
def record_paper(
    actor: Actor, *, assistance_id: UUID, scan: UploadedFile, reason: str, request_key: str = ""
) -> Assistance:
    """The person signed on paper instead of pressing on the display: the scan and the reason stand for it.

    It answers what is open now: the consent, or afterwards the confirmation. Raises :class:`PaperNeeded` or the errors
    of the upload, or as :func:`end_session`.
    """
    row = _seated(actor, assistance_id)
    claimed = claim(actor_id=actor.account_id, action="assist_paper", request_key=request_key)
    if claimed.earlier_id:
        return row
    said = " ".join(reason.split())
    if not 4 <= len(said) <= 200 or not said.isprintable():
        raise errors.PaperNeeded(fields={"reason": _("请写明为什么不能用客屏，4 到 200 个字。")})
    is_consent = row.state == State.ASKED
    if not is_consent and (not row.draft_digest or row.confirmed_digest == row.draft_digest):
        raise errors.AssistanceMoved(state=row.get_state_display())
    document = upload_document(
        actor,
        owner_id=row.party_id,
        kind=PAPER_KIND,
        name=_("窗口办理同意书") if is_consent else _("签字的申请表"),
        upload=scan,
        for_case=True,
        request_key=request_key,
    )
    now = timezone.now()
    if is_consent:
        values = {"state": State.AGREED, "way": _Way.PAPER, "answered_at": now, "consent_paper": document}
    else:
        values = {
            "confirmed_digest": row.draft_digest,
            "confirmed_way": _Way.PAPER,
            "confirmed_at": now,
            "confirmed_paper": document,
            "handwriting": [],  # that on the paper counts
        }
    say(actor, row, LIVE, "agreed" if is_consent else "confirmed", paper_reason=said, **values)
    claimed.settle(row.pk)
    return row


def _seated(actor: Actor, assistance_id: UUID) -> Assistance:
    """Lock the window (:func:`seated_window`), then the session of this clerk at it."""
    window_id = Assistance.objects.filter(pk=assistance_id).values_list("window_id", flat=True).first()
    if window_id is None:
        raise errors.AssistanceNotFound
    window = seated_window(actor, window_id)
    return lock(assistance_id, window=window, clerk_id=actor.account_id)


@transaction.atomic
def open_draft(actor: Actor, *, assistance_id: UUID) -> Case:
    """The draft to fill in: a new one, or the one the person began on their phone or at another window. Where somebody
    brings corrections, the case that waits for them.

    Raises :class:`AssistanceOver` or as :func:`cases.actions.drafts.start_draft` does.
    """
    person = _for_person(actor, assistance_id)
    row = Assistance.objects.get(pk=assistance_id)
    if row.case_id is not None:
        return Case.objects.get(pk=row.case_id)
    if row.item_id is None:  # a bundle begins with its own questions
        raise errors.AssistanceMoved(state=row.get_state_display())
    case = drafts.start_draft(person, item_id=row.item_id)
    row = lock(assistance_id)
    say(actor, row, {State.AGREED}, "draft", case=case)
    return case


def _for_person(actor: Actor, assistance_id: UUID) -> Actor:
    row = agreed_of(actor.known_account_id).filter(pk=assistance_id).select_related(*PARTS).first()
    if row is None or not actor.is_staff:
        raise errors.AssistanceOver
    require_standing(row)
    return actor_of(actor, row)


@transaction.atomic
def ask_confirmation(actor: Actor, *, assistance_id: UUID) -> Assistance:
    """Show the person what is about to be handed in. It must be whole; a later change asks anew.

    A paper sheet was signed with what stands on it and with the wish that it be entered: its scan is the confirmation.
    Raises :class:`AssistanceOver`, :class:`AwayNotChecked`, :class:`AnswersIncomplete`, :class:`MaterialsIncomplete` or
    for a bundle :class:`JointIncomplete`.
    """
    person = _for_person(actor, assistance_id)
    found = Assistance.objects.values_list("case_id", "joint_id").get(pk=assistance_id)
    digest = _whole_now(person, *found)
    row = lock(assistance_id)
    if row.is_away and row.away_checked_at is None:
        raise errors.AwayNotChecked
    say(actor, row, {State.AGREED}, "asked_to_confirm", draft_digest=digest)
    if row.sheet is None or row.consent_paper is None:
        return row
    signed = {
        "confirmed_digest": digest,
        "confirmed_way": _Way.PAPER,
        "confirmed_paper": row.consent_paper,
        "handwriting": [],
    }
    return say(actor, row, {State.AGREED}, "confirmed", confirmed_at=timezone.now(), **signed)


def _whole_now(person: Actor, case_id: UUID | None, joint_id: UUID | None) -> str:
    """Check that what is filled in could be handed in now; returns its digest."""
    if joint_id is not None:
        joint = joint_drafts.editable(person, joint_id, None)
        joint_submission.require_whole(person, union.load(joint, lock=True))
        return joint_digest(joint)
    if case_id is None:
        raise case_errors.CaseNotFound
    case = moves.lock(person, case_id)
    if case.state == CaseState.CORRECTING:
        require_corrected(case)
    else:
        moves.check(case, person, Action.SUBMIT, expected_version=None)
        require_whole(case)
        case.save()
    return draft_digest(case)


@transaction.atomic
def check_away(actor: Actor, *, assistance_id: UUID, checks: frozenset[str]) -> Assistance:
    """Record that identity, form and materials were checked before papers go to a body of another region.

    All of :data:`AWAY_CHECKS`; raises :class:`AssistanceInvalid`, or as :func:`end_session`.
    """
    row = _seated(actor, assistance_id)
    missing = AWAY_CHECKS - checks
    if missing:
        raise errors.AssistanceInvalid(fields=dict.fromkeys(sorted(missing), _("请核对后勾选。")))
    return say(actor, row, {State.AGREED}, "away_checked", away_checked_at=timezone.now())


AWAY_CHECKS = frozenset({"identity", "form", "materials"})


@transaction.atomic
def compare_original(actor: Actor, *, assistance_id: UUID, material_id: UUID) -> CaseMaterial:
    """The clerk holds scan and original side by side: the document is of grade B, for later cases too.

    Raises :class:`MaterialNotFound`, or as :func:`end_session`.
    """
    row = _seated(actor, assistance_id)
    if row.state != State.AGREED or row.ends_at <= timezone.now():
        raise errors.AssistanceMoved(state=row.get_state_display())
    rows = CaseMaterial.objects.select_related("requirement", "case", "document").filter(of_session(row))
    material = rows.filter(pk=material_id).first()
    document = material.document if material else None
    if material is None or document is None or document.owner_id not in {row.person_id, row.party_id}:
        raise case_errors.MaterialNotFound
    same = list(rows.filter(document=document).order_by("case", "pk"))  # one scan may stand for several items
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=[one.case_id for one in same]).order_by("pk"))
    mark_original_seen(actor, document_id=document.pk)
    for one in same:
        _seen(actor, one)
    return material


def _seen(actor: Actor, material: CaseMaterial) -> None:
    material.original_seen_at = timezone.now()
    material.original_seen_by_id = actor.account_id
    material.save(update_fields=["original_seen_at", "original_seen_by"])
    events.record(
        codes.ORIGINAL_SEEN,
        actor=actor,
        subject_id=material.case_id,
        holder_id=material.case.applicant_id,
        material=material.requirement.key,
    )


@transaction.atomic
def hand_back(actor: Actor, *, assistance_id: UUID) -> Assistance:
    """The person has their originals and the receipt. Raises as :func:`end_session`."""
    row = _seated(actor, assistance_id)
    return say(actor, row, {State.DONE}, "originals_back", originals_back_at=timezone.now())


@transaction.atomic
def end_session(actor: Actor, *, assistance_id: UUID) -> Assistance:
    """End it before anything was handed in; the draft stays, to be continued at a window or on a phone.

    Raises :class:`AssistanceNotFound`, :class:`WindowNotFound`, :class:`NotSeated` or :class:`AssistanceMoved`.
    """
    row = _seated(actor, assistance_id)
    return end(actor, row, LIVE, State.ENDED, reason="窗口结束，没有提交")


def note_page(actor: Actor, *, page: str, method: str) -> None:
    """Record that the clerk opened or sent a page of somebody's application, for the person to read."""
    rows = Assistance.objects.filter(pk=actor.assistance_id) if actor.assistance_id else Assistance.objects.none()
    case_id = rows.values_list("case_id", flat=True).first()
    detail = {"window": actor.assisted_at, "page": page, "method": method}
    events.record(codes.ASSISTED, actor=actor, subject_id=case_id, holder_id=actor.principal_id, **detail)
