"""What is done about undertakings: supply what was to come later, check promises, put breaches on record."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import attachments, notices
from cases import events as codes
from cases.actions import moves
from cases.handing_in import grant_all
from cases.models import Breach, Case, CaseEvent, Notice, Undertaking
from cases.promises import errors
from cases.promises import messages as words
from cases.promises.keeping import due_day
from cases.states import FINAL_STATES
from common import events
from common.errors import Forbidden
from common.formatting import format_date, legal_date
from common.idempotency import claim
from common.jobs import for_each
from common.workdays import for_region
from identity.actor import SYSTEM, Actor
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_Kind, _State = Undertaking.Kind, Undertaking.State
SUPPLIED, MISSED, CHECKED, BREACH = "supply_deferred", "deferred_missed", "check_promise", "breach"  # in the history
CHECKERS = (Permission.COUNTER, Permission.REVIEW, Permission.DECIDE)


@transaction.atomic
def supply(
    actor: Actor,
    *,
    case_id: UUID,
    material_id: UUID,
    upload: UploadedFile,
    more: Sequence[UploadedFile] = (),
    alternative: str = "",
    request_key: str = "",
) -> Undertaking:
    """Hand in what was to come later, before its last day is over; the same ``request_key`` twice is once.

    Raises :class:`UndertakingNotFound`, :class:`UndertakingNotOpen` or the upload errors.
    """
    case = moves.lock(actor, case_id)
    row = _lock(case, material_id)
    claimed = claim(actor_id=actor.account_id, action="supply_deferred", request_key=request_key)
    if claimed.earlier_id:
        return row
    is_late = row.due_on is not None and row.due_on < timezone.localdate()  # the sweep has only not come by yet
    if row.kind != _Kind.DEFERRED or row.state not in {_State.WAITING, _State.OPEN} or not actor.is_citizen or is_late:
        raise errors.UndertakingNotOpen(state=_State.MISSED.label if is_late else row.get_state_display())
    if case.state in FINAL_STATES:
        raise errors.UndertakingNotOpen(state=case.get_state_display())
    material = row.material
    attachments.upload_row(actor, case, material, upload, more=more, alternative=alternative, request_key=request_key)
    grant_all(actor, case, [material])
    row.state, row.result_at = _State.SUPPLIED, timezone.now()
    row.save(update_fields=["state", "result_at", "updated_at"])
    case.version += 1
    case.save(update_fields=["version", "updated_at"])
    _tell(actor, case, SUPPLIED, material.name)
    _record(actor, row)
    claimed.settle(row.pk)
    return row


def _lock(case: Case, material_id: UUID) -> Undertaking:
    rows = Undertaking.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("material__requirement").filter(case=case, material_id=material_id).first()
    if row is None:
        raise errors.UndertakingNotFound
    return row


def _tell(actor: Actor, case: Case, action: str, note: str) -> None:
    CaseEvent.objects.create(
        case=case,
        action=action,
        from_state=case.state,
        to_state=case.state,
        actor_id=actor.account_id,
        actor_label=actor.history_label,
        note=note,
    )


def _record(actor: Actor, row: Undertaking) -> None:
    events.record(
        codes.UNDERTAKING_CHECKED,
        actor=actor,
        subject_id=row.case_id,
        holder_id=row.case.applicant_id,
        undertaking=str(row.pk),
        result=str(row.state),
    )


def expire_due(*, today: dt.date, limit: int = 500) -> int:
    """Give due days that had no calendar, and note what did not come in time; returns how many."""
    waiting = Undertaking.objects.filter(state=_State.OPEN)
    undated = waiting.filter(due_on__isnull=True, starts_on__isnull=False).order_by("id")
    changed = for_each(list(undated.values_list("pk", flat=True)[:limit]), _date)
    late = waiting.filter(kind=_Kind.DEFERRED, due_on__lt=today).order_by("due_on")
    changed += for_each(list(late.values_list("pk", flat=True)[:limit]), lambda key: _miss(key, today))
    return changed


def _hold(key: UUID) -> Undertaking:
    """An undertaking with its case, the case locked first as everywhere."""
    case = moves.lock(SYSTEM, Undertaking.objects.values_list("case_id", flat=True).get(pk=key))
    parts = ("material__requirement",)
    row = Undertaking.objects.select_for_update(of=("self",), no_key=True).select_related(*parts).get(pk=key)
    row.case = case
    return row


@transaction.atomic
def _date(key: UUID) -> bool:
    row = _hold(key)
    if row.state != _State.OPEN or row.due_on or row.starts_on is None:
        return False
    row.due_on = due_day(row.starts_on, row.days, row.case.department.region.code)
    row.save(update_fields=["due_on", "updated_at"])
    return row.due_on is not None


@transaction.atomic
def _miss(key: UUID, today: dt.date) -> bool:
    row = _hold(key)
    if row.state != _State.OPEN or row.due_on is None or row.due_on >= today:
        return False
    row.state, row.result_at = _State.MISSED, timezone.now()
    row.save(update_fields=["state", "result_at", "updated_at"])
    _tell(SYSTEM, row.case, MISSED, row.material.name)
    _record(SYSTEM, row)
    return True


@transaction.atomic
def record_result(
    actor: Actor, *, undertaking_id: UUID, is_true: bool, note: str, request_key: str = ""
) -> Undertaking:
    """Write down whether a promise was found true, and how it was checked.

    Raises :class:`UndertakingNotFound`, :class:`Forbidden`, :class:`UndertakingNotOpen` or :class:`ResultNoteMissing`.
    """
    row = _hold_for_staff(actor, undertaking_id)
    claimed = claim(actor_id=actor.account_id, action="check_promise", request_key=request_key)
    if claimed.earlier_id:
        return row
    if row.kind != _Kind.PROMISE or row.state != _State.OPEN:
        raise errors.UndertakingNotOpen(state=row.get_state_display())
    if not note.strip():
        raise errors.ResultNoteMissing(fields={"note": errors.ResultNoteMissing.message})
    row.state = _State.TRUE if is_true else _State.FALSE
    row.checked_by_id, row.result_at, row.note = actor.known_account_id, timezone.now(), note.strip()[:1000]
    row.save()
    _tell(actor, row.case, CHECKED, f"{row.material.name}：{row.get_state_display()}")
    _record(actor, row)
    claimed.settle(row.pk)
    return row


def _hold_for_staff(actor: Actor, undertaking_id: UUID) -> Undertaking:
    hold_post(actor)
    found = Undertaking.objects.filter(pk=undertaking_id).values_list("department_id", flat=True).first()
    if not actor.is_staff or found is None or not any(actor.may(right, found) for right in Permission):
        raise errors.UndertakingNotFound
    if not any(actor.may(right, found) for right in CHECKERS):
        raise Forbidden
    return _hold(undertaking_id)


@transaction.atomic
def propose_breach(actor: Actor, *, undertaking_id: UUID, reason: str, basis: str, request_key: str = "") -> Breach:
    """Propose to put a promise that was found not true on record; the applicant is heard first.

    Raises :class:`UndertakingNotFound`, :class:`Forbidden`, :class:`UndertakingNotOpen` (not found untrue, or
    proposed already) or :class:`BreachTextMissing`.
    """
    row = _hold_for_staff(actor, undertaking_id)
    claimed = claim(actor_id=actor.account_id, action="propose_breach", request_key=request_key)
    if claimed.earlier_id:
        return Breach.objects.get(pk=claimed.earlier_id)
    if row.state != _State.FALSE or Breach.objects.filter(undertaking=row).exists():
        raise errors.UndertakingNotOpen(state=row.get_state_display())
    empty = {
        key: errors.BreachTextMissing.message for key, one in (("reason", reason), ("basis", basis)) if not one.strip()
    }
    if empty:
        raise errors.BreachTextMissing(fields=empty)
    region = row.case.department.region.code
    breach = Breach.objects.create(
        undertaking=row,
        party_id=row.case.applicant_id,
        department_id=row.department_id,
        reason=reason.strip()[:2000],
        basis=basis.strip()[:300],
        proposed_by_id=actor.known_account_id,
        heard_until=for_region(region).add(timezone.localdate(), settings.BREACH_HEARING_DAYS),
    )
    _tell(actor, row.case, BREACH, _("拟认定承诺不实：%(name)s") % {"name": row.material.name})
    points = [*_points(breach), f"陈述、申辩的最后一天：{legal_date(breach.heard_until)}"]
    notices.issue(actor, row.case, Notice.Kind.BREACH_HEARING, items=points, told=words.BREACH_HEARING)
    _about(codes.BREACH_PROPOSED, actor, breach)
    claimed.settle(breach.pk)
    return breach


def _points(breach: Breach) -> list[str]:
    """What a document about a breach names, in Chinese whatever language the page had."""
    return [
        f"承诺代替的材料：{breach.undertaking.material.name}",
        f"理由：{breach.reason}",
        f"依据：{breach.basis}",
    ]


def _about(event: events.Event, actor: Actor, breach: Breach, **detail: str) -> None:
    case_id = breach.undertaking.case_id
    events.record(event, actor=actor, subject_id=case_id, holder_id=breach.party_id, breach=str(breach.pk), **detail)


def _hold_breach(breach_id: UUID) -> Breach:
    rows = Breach.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("undertaking__case__department__region", "undertaking__material__requirement")
    found = row.filter(pk=breach_id).first()
    if found is None:
        raise errors.BreachNotFound
    return found


@transaction.atomic
def state_own_case(actor: Actor, *, breach_id: UUID, text: str) -> Breach:
    """Take what the applicant says to a proposed record (陈述、申辩), as long as it is not decided.

    Raises :class:`BreachNotFound`, :class:`CaseNotFound` (not theirs), :class:`BreachNotOpen` or
    :class:`BreachTextMissing`.
    """
    place = Breach.objects.filter(pk=breach_id).values_list("undertaking__case_id", flat=True).first()
    if not actor.is_citizen or place is None:
        raise errors.BreachNotFound
    moves.lock(actor, place)  # who acts under a mandate speaks for what it covers, while it stands
    breach = _hold_breach(breach_id)
    if breach.state != Breach.State.PROPOSED:
        raise errors.BreachNotOpen(state=breach.get_state_display())
    if not text.strip():
        raise errors.BreachTextMissing(fields={"statement": errors.BreachTextMissing.message})
    breach.statement, breach.stated_at = text.strip()[:2000], timezone.now()
    breach.save(update_fields=["statement", "stated_at", "updated_at"])
    _about(codes.BREACH_STATED, actor, breach)
    return breach


def _decidable(actor: Actor, breach_id: UUID) -> Breach:
    hold_post(actor)
    breach = _hold_breach(breach_id)
    if not actor.is_staff or not any(actor.may(right, breach.department_id) for right in Permission):
        raise errors.BreachNotFound
    actor.require(Permission.DECIDE, breach.department_id)
    return breach


@transaction.atomic
def decide_breach(actor: Actor, *, breach_id: UUID, is_confirmed: bool, note: str) -> Breach:
    """Put a proposed breach on record or drop it: somebody who decides, not who proposed it, after the applicant
    was heard or let the time pass.

    Raises :class:`BreachNotFound`, :class:`Forbidden`, :class:`BreachNotOpen`, :class:`NeedsSecondPerson`,
    :class:`NotHeardYet` or :class:`BreachTextMissing`.
    """
    breach = _decidable(actor, breach_id)
    if breach.state != Breach.State.PROPOSED:
        raise errors.BreachNotOpen(state=breach.get_state_display())
    if actor.known_account_id == breach.proposed_by_id or actor.stands_in_for == breach.proposed_by_id:
        raise errors.NeedsSecondPerson
    today = timezone.localdate()
    if is_confirmed and breach.stated_at is None and today <= breach.heard_until:
        raise errors.NotHeardYet(day=format_date(breach.heard_until))
    if not note.strip():
        raise errors.BreachTextMissing(fields={"note": errors.BreachTextMissing.message})
    breach.state = Breach.State.RECORDED if is_confirmed else Breach.State.DROPPED
    breach.decided_by_id, breach.decided_at = actor.known_account_id, timezone.now()
    breach.decision_note = note.strip()[:1000]
    if is_confirmed:
        breach.ends_on = _months_later(today, settings.BREACH_MONTHS)
    breach.save()
    _tell(actor, breach.undertaking.case, BREACH, f"{breach.get_state_display()}：{breach.undertaking.material.name}")
    if breach.ends_on is not None:
        points = [
            *_points(breach),
            f"听取陈述、申辩以后的意见：{breach.decision_note}",
            f"有效期至：{legal_date(breach.ends_on)}",
        ]
        notices.issue(actor, breach.undertaking.case, Notice.Kind.BREACH, items=points, told=words.BREACH_RECORDED)
    _about(codes.BREACH_DECIDED, actor, breach, state=str(breach.state))
    return breach


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last day of a month that has none such."""
    year, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + year, month + 1, 1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return first.replace(day=min(day.day, (following - dt.timedelta(days=1)).day))


@transaction.atomic
def repair_breach(actor: Actor, *, breach_id: UUID, note: str) -> Breach:
    """End a record early, because the applicant put things right (信用修复).

    Raises :class:`BreachNotFound`, :class:`Forbidden`, :class:`BreachNotOpen` or :class:`BreachTextMissing`.
    """
    breach = _decidable(actor, breach_id)
    if breach.state != Breach.State.RECORDED:
        raise errors.BreachNotOpen(state=breach.get_state_display())
    if not note.strip():
        raise errors.BreachTextMissing(fields={"note": errors.BreachTextMissing.message})
    breach.state, breach.repaired_at = Breach.State.REPAIRED, timezone.now()
    breach.repaired_by_id, breach.repair_note = actor.known_account_id, note.strip()[:1000]
    breach.save()
    _tell(actor, breach.undertaking.case, BREACH, f"{breach.get_state_display()}：{breach.undertaking.material.name}")
    _about(codes.BREACH_REPAIRED, actor, breach)
    return breach
