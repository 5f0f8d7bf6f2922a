"""The record of a hearing: written down, then signed or refused by everybody who took part (第四十八条第一款第五项)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases.actions import moves
from cases.models import Case, Hearing, HearingParticipant
from cases.proceedings import errors, queries, rules
from cases.proceedings.working import record as record_change
from cases.proceedings.working import require_worker
from cases.states import Action
from common.idempotency import claim
from identity.actor import Actor

_State, _Role, _Way = Hearing.State, HearingParticipant.Role, HearingParticipant.Way
MOST_PARTICIPANTS = 40
_NEEDED = frozenset({_Role.RECORDER, _Role.REVIEWER})


@dataclass(frozen=True, slots=True)
class Record:
    """What was said, and who took part beside the chair: (role, name) each."""

    text: str
    participants: Sequence[tuple[str, str]]


@transaction.atomic
def record_hearing(
    actor: Actor, *, case_id: UUID, record: Record, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Write the record of a hearing that has begun. Until somebody signed it, it can be written anew.

    Raises :class:`RecordMissing`, :class:`ParticipantsMissing`, :class:`NotHeldYet` or :class:`HearingMoved`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="record_hearing", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.RECORD_HEARING, expected_version=expected_version)
    require_worker(actor, case)
    hearing = _to_record(case)
    text = record.text.strip()
    if not text or len(text) > rules.LONGEST_RECORD:
        raise errors.RecordMissing(fields={"record": errors.RecordMissing.message})
    people = _people(hearing, record.participants)
    hearing.participants.all().delete()
    HearingParticipant.objects.bulk_create(
        HearingParticipant(hearing=hearing, order=order, role=role, name=name)
        for order, (role, name) in enumerate(people, start=1)
    )
    hearing.state, hearing.record, hearing.recorder = _State.RECORDED, text, actor.name
    hearing.held_on = timezone.localtime(hearing.starts_at).date() if hearing.starts_at else timezone.localdate()
    hearing.save()
    moves.apply(case, actor, Action.RECORD_HEARING)
    hearing.case = case
    record_change(actor, hearing, "recorded")
    claimed.settle(case.pk)
    return case


def _to_record(case: Case) -> Hearing:
    standing = queries.hearing_of(case)
    hearing = standing.hearing if standing else None
    if hearing is None or hearing.state not in (_State.SCHEDULED, _State.RECORDED):
        raise errors.HearingMoved(state=hearing.get_state_display() if hearing else "")
    if hearing.starts_at is None or hearing.starts_at > timezone.now():
        raise errors.NotHeldYet(fields={"record": errors.NotHeldYet.message})
    if hearing.participants.exclude(way=_Way.WAITING).exists():
        raise errors.HearingMoved(state=hearing.get_state_display())
    return hearing


def _people(hearing: Hearing, given: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    people = [(str(_Role.CHAIR), hearing.chair), *(one for one in given if one[0] != _Role.CHAIR)]
    roles = {role for role, _name in people}
    if not roles >= _NEEDED or len(people) > MOST_PARTICIPANTS or not all(name.strip() for _role, name in people):
        raise errors.ParticipantsMissing(fields={"participants": errors.ParticipantsMissing.message})
    return people


@transaction.atomic
def note_signature(
    actor: Actor, *, case_id: UUID, participant_id: UUID, has_signed: bool, note: str = ""
) -> HearingParticipant:
    """Note that somebody signed the printed record, or refused to and why.

    Raises :class:`HearingNotFound`, :class:`HearingMoved` (they did already) or :class:`ReasonMissing`.
    """
    case = moves.lock(actor, case_id)
    require_worker(actor, case)
    row = _waiting(case, participant_id)
    if not has_signed and not note.strip():
        raise case_errors.ReasonMissing(fields={"note": case_errors.ReasonMissing.message})
    row.way, row.note = _Way.PAPER if has_signed else _Way.REFUSED, "" if has_signed else note.strip()[:500]
    return _confirmed(actor, case, row)


@transaction.atomic
def confirm_record(actor: Actor, *, case_id: UUID) -> HearingParticipant:
    """Confirm the record online as the applicant. Raises :class:`HearingNotFound` or :class:`HearingMoved`."""
    if not actor.is_citizen:
        raise case_errors.CaseNotFound
    case = moves.lock(actor, case_id)
    rows = HearingParticipant.objects.filter(hearing__case=case, hearing__state=_State.RECORDED, role=_Role.APPLICANT)
    first = rows.filter(way=_Way.WAITING).order_by("order").first()
    if first is None:
        raise errors.HearingNotFound
    row = _waiting(case, first.pk)
    row.way = _Way.ONLINE
    return _confirmed(actor, case, row)


def _waiting(case: Case, participant_id: UUID) -> HearingParticipant:
    rows = HearingParticipant.objects.select_for_update(of=("self",)).select_related("hearing")
    row = rows.filter(pk=participant_id, hearing__case=case).first()
    if row is None:
        raise errors.HearingNotFound
    if row.hearing.state != _State.RECORDED or row.way != _Way.WAITING:
        raise errors.HearingMoved(state=row.hearing.get_state_display())
    return row


def _confirmed(actor: Actor, case: Case, row: HearingParticipant) -> HearingParticipant:
    row.confirmed_at, row.confirmed_by_id = timezone.now(), actor.known_account_id
    row.save()
    row.hearing.case = case
    record_change(actor, row.hearing, f"{row.role}:{row.way}")
    return row
