"""The counter's moves: accept, ask once for corrections, refuse acceptance; and what silence means."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clock, errors, notices
from cases.actions import clocks, moves
from cases.fees.notice_actions import raise_fees
from cases.models import Case, Notice
from cases.routes import opening
from cases.states import Action, State
from common.acts import act
from common.formatting import sentence
from common.idempotency import claim
from common.jobs import for_each
from common.prepared import planned
from common.workdays import UnknownYear, WorkCalendar, for_regions
from identity.actor import SYSTEM, Actor
from services.charging import Moment


@planned()
@act
def accept(actor: Actor, *, case_id: UUID, request_key: str = "", expected_version: int | None = None) -> Case:
    """Accept an application (受理): the clock starts, and what waits for nothing in the review route opens."""
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="accept", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.ACCEPT, expected_version=expected_version)
    clocks.begin(case)
    _start(actor, case, Action.ACCEPT, note=_deemed_note() if case.is_deemed_accepted else "")
    claimed.settle(case.pk)
    return case


def _start(actor: Actor, case: Case, action: Action, *, note: str = "") -> None:
    moves.apply(case, actor, action, note=note, is_saved=False)
    notices.issue(actor, case, Notice.Kind.ACCEPTANCE)
    raise_fees(actor, case=case, moments=(Moment.ACCEPTANCE,))
    opening.lay_out(case)
    moves.apply(case, SYSTEM, Action.START_REVIEW)


@act
def ask_correction(
    actor: Actor,
    *,
    case_id: UUID,
    corrections: Mapping[UUID, str],
    general: str = "",
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Send the one correction notice with everything in it (行政许可法第三十二条第一款第四项).

    ``corrections`` maps a material's id to what is wrong with it; ``general`` is about the form. Raises
    :class:`CorrectionUsed`, :class:`CorrectionEmpty` or :class:`MaterialNotFound`.
    """
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="ask_correction", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.ASK_CORRECTION, expected_version=expected_version)
    _require_in_time(case, Action.ASK_CORRECTION)
    if _notices_sent(case):
        raise errors.CorrectionUsed
    items = _list(case, corrections, general)
    moves.apply(case, actor, Action.ASK_CORRECTION, note=_in_one(items))
    notices.issue(actor, case, Notice.Kind.CORRECTION, items=items)
    claimed.settle(case.pk)
    return case


@act
def ask_correction_again(
    actor: Actor,
    *,
    case_id: UUID,
    corrections: Mapping[UUID, str],
    reason: str,
    general: str = "",
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Make good what the one notice left out, once, by who supervises the department; ``reason`` is why it was missed.

    第三十二条第一款第四项 knows one notice only; not telling everything at once is answered for (第七十二条第四项):
    the case says for ever that it happened, why, and who allowed it. Raises :class:`ReasonMissing`,
    :class:`CorrectionNotSent`, :class:`CorrectionRepeated`, :class:`CorrectionEmpty` or :class:`MaterialNotFound`.
    """
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="ask_correction_again", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.ASK_CORRECTION_AGAIN, expected_version=expected_version)
    _require_in_time(case, Action.ASK_CORRECTION_AGAIN)
    sent = _notices_sent(case)
    if sent != 1:
        raise errors.CorrectionRepeated if sent else errors.CorrectionNotSent
    if not reason.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    items = _list(case, corrections, general)
    note = f"第一次没有说全：{sentence(reason)}这次要补：{_in_one(items)}"  # told, like the notice, in Chinese
    moves.apply(case, actor, Action.ASK_CORRECTION_AGAIN, note=note)
    notices.issue(actor, case, Notice.Kind.CORRECTION, items=items, is_repeated=True)
    claimed.settle(case.pk)
    return case


def _notices_sent(case: Case) -> int:
    return case.notices.filter(kind=Notice.Kind.CORRECTION).count()


def _in_one(items: Sequence[str]) -> str:
    return sentence("；".join(item.rstrip("。；;") for item in items))


def _list(case: Case, corrections: Mapping[UUID, str], general: str) -> list[str]:
    """Note at each material what is wrong with it; returns the points of the notice, the form's last."""
    asked = {key: text.strip() for key, text in corrections.items() if text.strip()}
    if not asked and not general.strip():
        raise errors.CorrectionEmpty
    rows = {row.pk: row for row in case.materials.select_related("requirement")}
    if set(asked) - set(rows):
        raise errors.MaterialNotFound
    for key, text in asked.items():
        rows[key].correction = text[:500]
        rows[key].save(update_fields=["correction", "updated_at"])
    items = [f"{rows[key].name}：{text}" for key, text in asked.items()]
    return [*items, general.strip()] if general.strip() else items


@act
def refuse_acceptance(
    actor: Actor,
    *,
    case_id: UUID,
    reason: str,
    competent_body: str = "",
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Refuse acceptance with reasons, naming the competent body where there is one (第三十二条第一款第二项)."""
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="refuse_acceptance", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.REFUSE_ACCEPTANCE, expected_version=expected_version)
    _require_in_time(case, Action.REFUSE_ACCEPTANCE)
    if not reason.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    case.refusal_reason = reason.strip()
    moves.apply(case, actor, Action.REFUSE_ACCEPTANCE, note=reason.strip())
    bodies = [competent_body.strip()] if competent_body.strip() else []
    notices.issue(actor, case, Notice.Kind.NOT_ACCEPTED, items=bodies)
    claimed.settle(case.pk)
    return case


@act
def not_required(
    actor: Actor, *, case_id: UUID, reason: str, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Tell the applicant at once that no permit is needed (第三十二条第一款第一项)."""
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="not_required", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.NOT_REQUIRE, expected_version=expected_version)
    _require_in_time(case, Action.NOT_REQUIRE)
    if not reason.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    case.refusal_reason = reason.strip()
    moves.apply(case, actor, Action.NOT_REQUIRE, note=reason.strip())
    notices.issue(actor, case, Notice.Kind.NOT_REQUIRED)
    claimed.settle(case.pk)
    return case


def deem_accepted(*, today: dt.date, limit: int = 200) -> int:
    """Accept what nobody answered in five working days, from the day of receipt; returns how many."""
    waiting = Case.objects.filter(state=State.SUBMITTED, received_on__lt=today).order_by("received_on")
    rows = list(waiting.values_list("pk", "received_on", "department__region__code")[:limit])
    calendars = for_regions(region for _pk, _day, region in rows)
    over = [pk for pk, day, region in rows if _is_over(day or today, today, calendars[region])]
    return for_each(over, lambda pk: _deem(pk, today=today))


def _is_over(received_on: dt.date, today: dt.date, calendar: WorkCalendar) -> bool:
    try:
        return clock.is_silence_over(received_on, today, calendar)
    except UnknownYear:
        return False  # the page shows it; an acceptance is never guessed


@act
def _deem(case_id: UUID, *, today: dt.date) -> bool:
    case = moves.lock(SYSTEM, case_id, parts=moves.WHOLE)
    # Since it was found, somebody may have answered it; with corrections it was received anew.
    if case.state != State.SUBMITTED or not clocks.is_silence_over(case, today=today):
        return False
    case.accepted_at = timezone.now()
    case.accepted_on = case.received_on
    case.is_deemed_accepted = True
    clocks.set_limits(case)
    _start(SYSTEM, case, Action.DEEM_ACCEPTED, note=_deemed_note())
    return True


def _deemed_note() -> str:
    return _("收到申请五个工作日内未作答复，自收到之日起视为受理")


def _require_in_time(case: Case, action: Action) -> None:
    """Only acceptance is left once silence has made it (第三十二条第一款第四项)."""
    if clocks.is_silence_over(case, today=timezone.localdate()):
        raise errors.SilenceOver(action=action.label)
