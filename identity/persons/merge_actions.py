"""One person registered twice: report it, look at both, make them one."""

from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from common import events
from common.errors import Forbidden
from common.idempotency import claim
from identity import events as codes
from identity.actor import Actor, ActorKind
from identity.mandates import capacity
from identity.mandates.actions import end_all_received, end_for_merge
from identity.models import AccountClosure, LikelyDuplicate, Mandate, Organisation, Party, Person, PersonMerge
from identity.models import VerificationRecord as Verification
from identity.permissions import Permission
from identity.persons import listeners
from identity.persons.errors import ClosedRecently, KeptIsClosed, NotTwice, PersonBusy, PersonNotFound
from identity.persons.listeners import Moved
from identity.persons.merge_account import move_account
from identity.persons.merge_parts import move_parts
from identity.persons.moving import repoint
from identity.persons.reasons import checked_reason
from identity.staff.current import hold as hold_post

_State = LikelyDuplicate.State


def require_officer(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the actor's post looks after persons' data."""
    if not actor.departments(Permission.MANAGE_PERSONS):
        raise Forbidden


@transaction.atomic
def report_pair(actor: Actor, *, first_id: UUID, second_id: UUID, signs: list[str]) -> LikelyDuplicate:
    """Put two persons on the list of likely duplicates; a pair that is there stays as it is.

    For data officers and the nightly search. Raises :class:`Forbidden` or :class:`NotTwice`.
    """
    if actor.kind != ActorKind.SYSTEM:
        require_officer(actor)
    hold_post(actor)
    if first_id == second_id:
        raise NotTwice
    low, high = sorted((first_id, second_id))
    values = {"signs": sorted(set(signs))}
    return LikelyDuplicate.objects.get_or_create(first_id=low, second_id=high, defaults=values)[0]


@transaction.atomic
def mark_different(actor: Actor, *, pair_id: UUID, reason: str) -> LikelyDuplicate:
    """Settle that two persons are two; the nightly search does not report them again."""
    require_officer(actor)
    hold_post(actor)
    note = checked_reason(reason)
    pair = LikelyDuplicate.objects.select_for_update().filter(pk=pair_id).first()
    if pair is None:
        raise PersonNotFound
    if pair.state != _State.OPEN:
        return pair
    pair.state, pair.note, pair.settled_by_id = _State.DIFFERENT, note, actor.account_id
    pair.save(update_fields=["state", "note", "settled_by", "updated_at"])
    for one, other in ((pair.first_id, pair.second_id), (pair.second_id, pair.first_id)):
        detail = {"other": str(other), "state": str(pair.state)}
        events.record(codes.DUPLICATE_SETTLED, actor=actor, subject_id=one, holder_id=one, **detail)
    return pair


def merge(actor: Actor, *, kept_id: UUID, other_id: UUID, reason: str, request_key: str = "") -> PersonMerge:
    """Make two registrations one: everything of ``other`` moves to ``kept``, in one transaction, with a list of it.

    The other row stays and leads to the kept one; its sign-in moves, or ends when both have one. Doing it twice is
    doing it once. Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`PersonNotFound`, :class:`NotTwice`,
    :class:`ClosedRecently`, :class:`KeptIsClosed`, or :class:`PersonBusy` while one of them does something; then
    nothing has moved.
    """
    require_officer(actor)
    said = checked_reason(reason)
    try:
        return _merge(actor, kept_id, other_id, said, request_key)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            raise PersonBusy from error
        raise


@transaction.atomic
def _merge(actor: Actor, kept_id: UUID, other_id: UUID, reason: str, request_key: str) -> PersonMerge:
    with connection.cursor() as cursor:
        # Whatever else is waited for, the merge gives up first: never the citizen who is in its way.
        cursor.execute("SET LOCAL lock_timeout = '400ms'")
    hold_post(actor)
    claimed = claim(actor_id=actor.account_id, action="merge_persons", request_key=request_key)
    if claimed.earlier_id:
        return PersonMerge.objects.get(pk=claimed.earlier_id)
    kept, other = _locked_pair(kept_id, other_id)
    moved = _move_own(actor, kept, other) | listeners.move_all(kept.pk, other.pk)
    moved = {name: ids for name, ids in moved.items() if ids}
    Party.objects.filter(pk=other.pk).update(merged_into=kept.pk)
    Party.objects.filter(merged_into=other.pk).update(merged_into=kept.pk)
    _settle(actor, kept, other)
    made = PersonMerge.objects.create(
        kept=kept, other=other, reason=reason, moved=moved, made_by_id=actor.known_account_id
    )
    rows = sum(len(ids) for ids in moved.values())
    for side, one, another in (("kept", kept, other), ("merged", other, kept)):
        detail = {"other": str(another.pk), "side": side, "rows": rows}
        events.record(codes.PERSONS_MERGED, actor=actor, subject_id=one.pk, holder_id=one.pk, **detail)
    claimed.settle(made.pk)
    return made


def _locked_pair(kept_id: UUID, other_id: UUID) -> tuple[Person, Person]:
    """Lock both, in one order whichever is kept; who is in the middle of something is not waited for."""
    if kept_id == other_id:
        raise NotTwice
    parties = Party.objects.select_for_update(nowait=True).filter(pk__in=[kept_id, other_id]).order_by("pk")
    found = {party.pk: party for party in parties}
    if len(found) < 2:
        raise PersonNotFound
    if any(party.kind != Party.Kind.PERSON or party.merged_into_id for party in found.values()):
        raise NotTwice
    people = Person.objects.select_for_update(nowait=True).filter(pk__in=found).order_by("pk").in_bulk()
    kept, other = people[kept_id], people[other_id]
    pending = AccountClosure.objects.filter(account__person__in=[kept, other], state=AccountClosure.State.PENDING)
    if pending.exists():  # the erasing after the days of grace must not meet what the other one brought
        raise ClosedRecently
    if kept.locked_at:
        raise KeptIsClosed
    return kept, other


def _move_own(actor: Actor, kept: Person, other: Person) -> Moved:
    """Move what belongs to this room."""
    moved = move_account(actor, kept, other)
    moved["identity.mandate.ended"] = end_for_merge(actor, kept_id=kept.pk, other_id=other.pk)
    moved["identity.mandate.principal"] = repoint(Mandate.objects.filter(principal=other.pk), principal=kept.pk)
    moved["identity.mandate.agent"] = repoint(Mandate.objects.filter(agent=other), agent=kept.pk)
    moved["identity.mandate.representative"] = repoint(
        Mandate.objects.filter(representative=other), representative=kept.pk
    )
    moved["identity.organisation.legal_representative"] = repoint(
        Organisation.objects.filter(legal_representative=other), legal_representative=kept.pk
    )
    moved["identity.verification.person"] = repoint(Verification.objects.filter(person=other), person=kept.pk)
    moved["identity.change.person"] = repoint(other.changes.all(), person=kept.pk)
    moved |= move_parts(actor, kept, other)
    if capacity.grade_of(kept) != capacity.Grade.FULL:
        end_all_received(actor, agent_id=kept.pk, why="agent_incapable")
    if other.assurance_level > kept.assurance_level:
        # The higher check was of the same human being, whose documents the officer compared.
        kept.assurance_level = other.assurance_level
        kept.save(update_fields=["assurance_level"])
    return moved


def _settle(actor: Actor, kept: Person, other: Person) -> None:
    low, high = sorted((kept.pk, other.pk))
    pairs = LikelyDuplicate.objects.filter(first_id=low, second_id=high, state=_State.OPEN)
    pairs.update(state=_State.MERGED, settled_by=actor.account_id)
