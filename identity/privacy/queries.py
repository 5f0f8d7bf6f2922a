"""Reads about people's rights over their data."""

import datetime as dt
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from common import events
from common.errors import Forbidden
from identity import events as codes
from identity.actor import Actor
from identity.models import AccountClosure, CorrectionRequest, DataExport, Party, Person
from identity.permissions import Permission
from identity.persons import documents
from identity.persons.finding import find_person
from identity.privacy import hooks
from identity.privacy.errors import CorrectionNotFound, ReasonMissing
from identity.privacy.rules import require_own, require_self

_OPEN = (CorrectionRequest.State.RECEIVED, CorrectionRequest.State.PASSED)
_SHORTEST_REASON = 4


def own_export(actor: Actor) -> DataExport | None:
    """The newest copy that this account asked for of the party it acts for, whatever became of it.

    Raises :class:`NotYourData`.
    """
    party_id = require_own(actor)
    return DataExport.objects.filter(party_id=party_id, account_id=actor.known_account_id).first()


def exports_waiting(*, before: dt.datetime, limit: int = 50) -> list[UUID]:
    """Copies asked for before a moment that nobody has made yet, oldest first."""
    waiting = DataExport.objects.filter(state=DataExport.State.WAITING, created_at__lt=before)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:limit])


def own_corrections(actor: Actor) -> QuerySet[CorrectionRequest]:
    """The requests of the person who acts for themselves, newest first."""
    if not actor.is_citizen or actor.principal_id != actor.person_id:
        return CorrectionRequest.objects.none()
    return CorrectionRequest.objects.filter(person_id=actor.person_id).select_related("source")


def corrections_for_staff(actor: Actor) -> QuerySet[CorrectionRequest]:
    """Requests this post handles: those about certificates of the departments where it may manage persons' data.

    What comes from the population register, every such post handles.
    """
    departments = actor.departments(Permission.MANAGE_PERSONS)
    if not departments:
        return CorrectionRequest.objects.none()
    theirs = Q(source_id__in=departments) | Q(source=None)
    return CorrectionRequest.objects.filter(theirs).select_related("source", "person", "handled_by")


def open_corrections(actor: Actor) -> QuerySet[CorrectionRequest]:
    """What waits for this post, the most urgent first."""
    return corrections_for_staff(actor).filter(state__in=_OPEN).order_by(F("due_on").asc(nulls_last=True), "id")


def get_correction(actor: Actor, request_id: UUID) -> CorrectionRequest:
    """Return a request this post handles, and record the look. Raises :class:`CorrectionNotFound`."""
    row = corrections_for_staff(actor).filter(pk=request_id).first()
    if row is None:
        raise CorrectionNotFound
    events.record(codes.CORRECTION_READ, actor=actor, subject_id=row.pk, holder_id=row.person_id)
    return row


def hindrances(actor: Actor) -> list[str]:
    """What the actor must finish before their account can be closed, in plain words. Raises :class:`NotYourData`."""
    return hooks.hindrances_of(Party.objects.select_related("person").get(pk=require_self(actor)))


def may_reopen(account_id: UUID) -> bool:
    """Whether this account was closed by its owner and the days for a change of mind are not over."""
    pending = AccountClosure.objects.filter(account_id=account_id, state=AccountClosure.State.PENDING)
    return pending.filter(erase_after__gt=timezone.now()).exists()


def find_closed_person(actor: Actor, *, id_number: str, reason: str) -> Person | None:
    """Find somebody who closed their account by the whole number of a document (no passport).

    It takes a stated reason, which goes on record.

    Raises :class:`Forbidden` without the right to manage persons' data, :class:`ReasonMissing` or
    :class:`IdNumberInvalid`.
    """
    if not actor.departments(Permission.MANAGE_PERSONS):
        raise Forbidden
    if len(reason.strip()) < _SHORTEST_REASON:
        raise ReasonMissing(fields={"reason": ReasonMissing.message})
    person = find_person(documents.recognise(id_number))
    if person is not None and person.locked_at is None:
        return None
    if person is not None:
        detail = {"reason": reason.strip()[:200]}
        events.record(codes.CLOSED_PERSON_READ, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    return person
