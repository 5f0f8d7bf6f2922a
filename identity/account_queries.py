"""What people read about their own account: sessions, sign-ins, messages, and who looked at their data."""

from collections.abc import Collection, Iterable
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from common.models import AuditEvent
from identity import events as codes
from identity.actor import Actor, ActorKind
from identity.models import Account, Department, OutboxMessage, Party, Person, VerificationRecord


def own_sessions(actor: Actor) -> QuerySet[UserSession]:
    """The actor's sessions that are still going on, newest first (one query)."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    return UserSession.objects.filter(Exists(alive), user_id=actor.known_account_id).order_by("-created_at", "-pk")


def sign_ins(actor: Actor) -> QuerySet[AuditEvent]:
    """Every recorded sign-in of the actor's account, newest first."""
    return AuditEvent.objects.filter(
        subject_kind=codes.SIGNED_IN.subject_kind, subject_id=str(actor.known_account_id), code=codes.SIGNED_IN.code
    ).order_by("-pk")


def looks(actor: Actor, kinds: Collection[str]) -> QuerySet[AuditEvent]:
    """Audit rows of these codes where others touched the data of the party the actor acts for, newest first.

    个人信息保护法第四十四条: people have the right to know about the handling of their data.
    """
    if not actor.is_citizen:
        return AuditEvent.objects.none()
    others = Q(actor_kind__in=[ActorKind.STAFF, ActorKind.CLIENT]) | (
        Q(actor_kind=ActorKind.CITIZEN) & ~Q(actor_id=actor.account_id)
    )
    merged = Party.objects.filter(merged_into_id=actor.principal_id).values_list("pk", flat=True)
    holders = [actor.principal_id, *merged]  # what happened under an earlier registration of the same person too
    return AuditEvent.objects.filter(others, holder_id__in=holders, code__in=kinds).order_by("-pk")


def department_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Short names of departments by id (one query)."""
    wanted = {key for key in ids if key}
    return dict(Department.objects.filter(pk__in=wanted).values_list("pk", "short_name"))


def own_person(actor: Actor) -> Person:
    """The natural person who is signed in, even while acting for an organisation."""
    return Person.objects.get(pk=actor.person_id)


def own_verifications(actor: Actor) -> QuerySet[VerificationRecord]:
    """Comparisons of the actor's real name with registers, newest first."""
    return VerificationRecord.objects.filter(person_id=actor.person_id).order_by("-created_at", "-pk")


def account_by_phone(phone_index: bytes) -> Account | None:
    """The active account that signs in with this phone."""
    return Account.objects.select_related("person").filter(phone_index=phone_index, is_active=True).first()


def messages_to(phone_indexes: Iterable[bytes]) -> QuerySet[OutboxMessage]:
    """Messages to phones, newest first; only the demonstration's page may show them."""
    return OutboxMessage.objects.filter(phone_index__in=list(phone_indexes)).order_by("-created_at", "-pk")
