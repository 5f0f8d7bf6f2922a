"""Asking for a correction, passing it to where the datum comes from, and the answer (个人信息保护法第四十六条).

The law says 及时 and names no number of days, and a refusal must state its reasons (第五十条). The limit is the
site's promise, ``settings.CORRECTION_WORKDAYS``.
"""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.idempotency import claim
from common.workdays import UnknownYear, for_region
from identity import events as codes
from identity import messaging
from identity.actor import Actor
from identity.mandates.queries import hold
from identity.models import CorrectionRequest, Person
from identity.privacy.errors import CorrectionInvalid, CorrectionMoved, CorrectionNotFound, CorrectionOpen
from identity.privacy.queries import corrections_for_staff
from identity.privacy.rules import require_self
from identity.staff.current import hold as hold_post

_State = CorrectionRequest.State
_Subject = CorrectionRequest.Subject
_OPEN = (_State.RECEIVED, _State.PASSED)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Wrong:
    """What somebody says: what it is about, what stands there, what it should be, and why."""

    subject: str
    current: str = field(repr=False)
    wanted: str = field(repr=False)
    reason: str = field(default="", repr=False)


@transaction.atomic
def request_correction(actor: Actor, *, wrong: Wrong, proof_id: str = "", request_key: str = "") -> CorrectionRequest:
    """Receive what the actor says is wrong about themselves; a certificate's face is its issuer's.

    Raises :class:`NotYourData`, :class:`CorrectionInvalid`, :class:`CorrectionOpen` or :class:`AccountClosed`.
    """
    person_id = require_self(actor)
    hold(actor)
    claimed = claim(actor_id=actor.account_id, action="request_correction", request_key=request_key)
    if claimed.earlier_id:
        return CorrectionRequest.objects.get(pk=claimed.earlier_id)
    _check(wrong)
    try:
        with transaction.atomic():
            row = CorrectionRequest.objects.create(
                person_id=person_id,
                account_id=actor.known_account_id,
                subject=wrong.subject,
                current=wrong.current.strip(),
                wanted=wrong.wanted.strip(),
                reason=wrong.reason.strip(),
                proof_id=proof_id,
                due_on=_due_on(),
            )
    except IntegrityError as error:
        raise CorrectionOpen from error
    detail = {"subject": wrong.subject, "source": _source_name(row)}
    events.record(codes.CORRECTION_REQUESTED, actor=actor, subject_id=row.pk, holder_id=row.person_id, **detail)
    claimed.settle(row.pk)
    return row


def _check(wrong: Wrong) -> None:
    problems: dict[str, str] = {}
    if wrong.subject == _Subject.CERTIFICATE:
        problems["subject"] = _("证照上的内容请在“我的证照”里打开那张证照报错，由发证机关答复。")
    elif wrong.subject not in _Subject.values:
        problems["subject"] = _("请选择要更正什么。")
    for name, text in (("current", wrong.current), ("wanted", wrong.wanted), ("reason", wrong.reason)):
        if len(text.strip()) > LONGEST:
            problems[name] = _("最多写 %(limit)s 个字。") % {"limit": LONGEST}
    if not wrong.wanted.strip():
        problems["wanted"] = _("请写应当是什么。")
    elif wrong.wanted.strip() == wrong.current.strip():
        problems["wanted"] = _("和现在的内容一样，不用更正。")
    if problems:
        raise CorrectionInvalid(fields=problems)


def _due_on() -> dt.date | None:
    """The day of the promise; none while nobody has loaded the calendar of that year."""
    try:
        return for_region("").add(timezone.localdate(), settings.CORRECTION_WORKDAYS)
    except UnknownYear:
        return None


def _source_name(row: CorrectionRequest) -> str:
    return row.source.short_name if row.source else "population_register"


@transaction.atomic
def withdraw_correction(actor: Actor, *, request_id: UUID) -> CorrectionRequest:
    """Take one's own open request back. Raises :class:`CorrectionNotFound` or :class:`CorrectionMoved`."""
    mine = CorrectionRequest.objects.select_for_update().filter(person_id=require_self(actor))
    row = mine.filter(pk=request_id).first()
    if row is None:
        raise CorrectionNotFound
    _require_state(row, *_OPEN)
    _close(actor, row, _State.WITHDRAWN)
    return row


@transaction.atomic
def withdraw_doubled(actor: Actor, *, kept_id: UUID, other_id: UUID) -> int:
    """Take back what two registrations of one person both asked for: the kept one's request goes on."""
    asked = CorrectionRequest.objects.filter(person_id=kept_id, state__in=_OPEN).values_list(
        "subject", "certificate_id"
    )
    known = set(asked)
    rows = CorrectionRequest.objects.filter(person_id=other_id, state__in=_OPEN).select_for_update().order_by("pk")
    doubled = [row for row in rows if (row.subject, row.certificate_id) in known]
    for row in doubled:
        _close(actor, row, _State.WITHDRAWN)
    return len(doubled)


@transaction.atomic
def withdraw_all_of(actor: Actor, *, person_id: UUID) -> int:
    """Take back every open request of a person whose account closes; returns how many."""
    rows = list(CorrectionRequest.objects.filter(person_id=person_id, state__in=_OPEN).select_for_update())
    for row in rows:
        _close(actor, row, _State.WITHDRAWN)
    return len(rows)


@transaction.atomic
def pass_on(actor: Actor, *, request_id: UUID) -> CorrectionRequest:
    """Say that the source has the request and is looking into it; twice is once.

    Raises :class:`CorrectionNotFound` or :class:`CorrectionMoved`.
    """
    row = _locked(actor, request_id)
    if row.state == _State.PASSED:
        return row
    _require_state(row, _State.RECEIVED)
    row.state, row.passed_at, row.handled_by_id = _State.PASSED, timezone.now(), actor.account_id
    row.save(update_fields=["state", "passed_at", "handled_by", "updated_at"])
    detail = {"source": _source_name(row)}
    events.record(codes.CORRECTION_PASSED, actor=actor, subject_id=row.pk, holder_id=row.person_id, **detail)
    return row


@transaction.atomic
def answer(actor: Actor, *, request_id: UUID, corrected: bool, text: str) -> CorrectionRequest:
    """Close a request as the source decided and tell the person; a refusal says why (第五十条).

    An address, which this database keeps itself, is corrected here; everything else was corrected at its source.
    Raises :class:`CorrectionNotFound`, :class:`CorrectionMoved` or :class:`CorrectionInvalid`.
    """
    row = _locked(actor, request_id)
    said = text.strip()
    if len(said) > LONGEST or (not corrected and not said):
        what = _("最多写 %(limit)s 个字。") % {"limit": LONGEST} if said else _("不予更正要写明理由，申请人会看到。")
        raise CorrectionInvalid(fields={"text": what})
    _require_state(row, *_OPEN)
    if corrected and row.subject == _Subject.ADDRESS:
        Person.objects.filter(pk=row.person_id).update(address=row.wanted)
    row.answer, row.handled_by_id = said, actor.account_id
    _close(actor, row, _State.CORRECTED if corrected else _State.REFUSED)
    if row.person.phone:
        done = (
            _("您申请更正的信息已经更正。")
            if corrected
            else _("您申请更正的信息没有更正，理由登录后在“我的数据”里看。")
        )
        messaging.send(phone=row.person.phone, text=done)
    return row


def _locked(actor: Actor, request_id: UUID) -> CorrectionRequest:
    rows = corrections_for_staff(actor).select_for_update(of=("self",))
    row = rows.filter(pk=request_id).first()
    if row is None:
        raise CorrectionNotFound
    hold_post(actor)
    return row


def _require_state(row: CorrectionRequest, *allowed: _State) -> None:
    if row.state not in allowed:
        raise CorrectionMoved(state=row.get_state_display())


def _close(actor: Actor, row: CorrectionRequest, state: CorrectionRequest.State) -> None:
    row.state, row.closed_at = state, timezone.now()
    row.save(update_fields=["state", "closed_at", "answer", "handled_by", "updated_at"])
    detail = {"result": str(state)}
    events.record(codes.CORRECTION_CLOSED, actor=actor, subject_id=row.pk, holder_id=row.person_id, **detail)
