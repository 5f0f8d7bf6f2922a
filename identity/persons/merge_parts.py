"""What else of this room moves when two registrations become one: consents, capacity, rights over one's data."""

from django.db.models import Q
from django.utils import timezone

from identity.actor import Actor
from identity.mandates.capacity import STRICTEST_FIRST, Grade, open_records
from identity.models import (
    CapacityRecord,
    Consent,
    CorrectionRequest,
    DataExport,
    LikelyDuplicate,
    MessagePreference,
    Notification,
    OutboxMessage,
    Person,
    SsoSession,
)
from identity.persons.listeners import Moved
from identity.persons.moving import repoint
from identity.privacy.correction_actions import withdraw_doubled
from identity.privacy.export_actions import erase_copies
from identity.sso.actions import end_of_principal


def move_parts(actor: Actor, kept: Person, other: Person) -> Moved:
    """Point these rows at the kept person; of what can be there once, the one that protects more stays."""
    erase_copies(actor, party_id=other.pk, why="merged")  # half of the truth; the person asks for a whole one
    withdraw_doubled(actor, kept_id=kept.pk, other_id=other.pk)
    end_of_principal(actor, principal_id=other.pk, why="merged")  # an agent may be signed in for each of the two
    _end_doubled_consents(kept, other)
    _end_doubled_messages(kept, other)
    _end_milder_capacity(actor, kept, other)
    LikelyDuplicate.objects.filter(
        Q(first=other) | Q(second=other), ~Q(first=kept), ~Q(second=kept), state=LikelyDuplicate.State.OPEN
    ).delete()  # the nightly search compares the kept person anew
    return {
        "identity.export.party": repoint(DataExport.objects.filter(party=other.pk), party=kept.pk),
        "identity.correction.person": repoint(CorrectionRequest.objects.filter(person=other), person=kept.pk),
        "identity.capacity.person": repoint(CapacityRecord.objects.filter(person=other), person=kept.pk),
        "identity.consent.person": repoint(Consent.objects.filter(person=other), person=kept.pk),
        "identity.message_preference.person": repoint(MessagePreference.objects.filter(person=other), person=kept.pk),
        "identity.notification.person": repoint(Notification.objects.filter(person=other), person=kept.pk),
        "identity.sso_session.principal": repoint(SsoSession.objects.filter(principal=other.pk), principal=kept.pk),
    }


def _end_doubled_consents(kept: Person, other: Person) -> None:
    agreed = Consent.objects.filter(person=kept, revoked_at=None).values("profile_id")
    Consent.objects.filter(person=other, revoked_at=None, profile_id__in=agreed).update(revoked_at=timezone.now())


def _end_doubled_messages(kept: Person, other: Person) -> None:
    """The kept person's own wishes stay; what both were told stands once in their inbox."""
    if MessagePreference.objects.filter(person=kept).exists():
        MessagePreference.objects.filter(person=other).delete()
    told = Notification.objects.filter(person=kept).values("announcement_id")
    doubled = Notification.objects.filter(person=other, announcement_id__in=told)
    OutboxMessage.objects.filter(notification__in=doubled).delete()
    doubled.delete()


def _end_milder_capacity(actor: Actor, kept: Person, other: Person) -> None:
    rows = sorted(
        [*open_records(kept.pk), *open_records(other.pk)], key=lambda row: STRICTEST_FIRST.index(Grade(row.grade))
    )
    for row in rows[1:]:
        row.ended_at, row.ended_by_id = timezone.now(), actor.known_account_id
        row.save(update_fields=["ended_at", "ended_by", "updated_at"])
