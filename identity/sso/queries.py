"""Reads of single sign-on."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from identity.actor import Actor
from identity.models import ClientProfile, Consent, Department, SsoSession
from identity.permissions import Permission
from identity.sso.errors import ClientNotFound
from identity.sso.sessions import live

_GIVE_UP = dt.timedelta(days=2)  # an app that does not answer for so long has no session left


def consents(actor: Actor) -> QuerySet[Consent]:
    """The agreements of whoever is signed in that are in force, newest first."""
    rows = Consent.objects.filter(person_id=actor.person_id, revoked_at=None, ends_at__gt=timezone.now())
    return rows.select_related("profile__client", "profile__department")


def find_consent(actor: Actor, profile: ClientProfile, scopes: Iterable[str]) -> Consent | None:
    """The agreement in force that covers all these scopes."""
    rows = Consent.objects.filter(person_id=actor.person_id, profile=profile, revoked_at=None)
    return rows.filter(ends_at__gt=timezone.now(), scopes__contains=list(scopes)).first()


def visible_clients(actor: Actor) -> QuerySet[ClientProfile]:
    """Apps of the departments whose apps this post looks after, newest first."""
    mine = actor.departments(Permission.MANAGE_CLIENTS)
    return ClientProfile.objects.filter(department_id__in=mine).select_related("client", "department", "made_by")


def get_client(actor: Actor, profile_id: UUID) -> ClientProfile:
    """One of them; raises :class:`ClientNotFound`."""
    found = visible_clients(actor).filter(pk=profile_id).first()
    if found is None:
        raise ClientNotFound
    return found


def managed_departments(actor: Actor) -> QuerySet[Department]:
    """Departments for which this post may register apps, by code."""
    return Department.objects.filter(pk__in=actor.departments(Permission.MANAGE_CLIENTS), is_active=True)


def count_signed_in(profile: ClientProfile) -> int:
    """How many sign-ins at an app count now."""
    return live().filter(profile=profile).count()


def untold(*, before: dt.datetime, limit: int = 500) -> list[UUID]:
    """Sign-ins that ended before a moment, not long ago, and whose app was not told yet, oldest first."""
    span = (before - _GIVE_UP, before)
    rows = SsoSession.objects.filter(notice=SsoSession.Notice.WAITING, ended_at__range=span).order_by("ended_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def consent_would_end() -> dt.datetime:
    """Until when an agreement given now would count."""
    return timezone.now() + dt.timedelta(days=settings.SSO_CONSENT_DAYS)
