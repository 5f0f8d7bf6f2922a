"""What the protocol needs to know and keep: open apps, sign-ins that stand, and tokens that hang on them."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from common import events
from identity import events as codes
from identity.actor import Actor, ActorKind
from identity.models import ClientProfile, SsoSession

KEY = "sso_session"  # in a token's data: the sign-in it belongs to
_SPENT = Token.Type.AUTHORIZATION_CODE  # rows of this type remember codes and refresh tokens that were used


def open_client(client_id: str) -> Client | None:
    """A registered app that is switched on, with its profile."""
    if "\x00" in client_id:
        return None
    clients = Client.objects.filter(pk=client_id, profile__is_active=True)
    return clients.select_related("profile__department").first()


def actor_of(profile: ClientProfile, scopes: Iterable[str] = ()) -> Actor:
    """The app as an actor: its department's system, with the scopes of its token."""
    return Actor(
        kind=ActorKind.CLIENT,
        department_id=profile.department_id,
        department_name=profile.department.short_name,
        name=profile.client.name,
        client_scopes=frozenset(scopes),
    )


def client_actor_for(value: str) -> Actor | None:
    """The system behind a bearer token of its own; None for any other token."""
    if not value or "\x00" in value:
        return None
    row = Token.objects.filter(user=None).lookup(Token.Type.ACCESS_TOKEN, value)
    client = open_client(row.client_id) if row and row.client_id else None
    return actor_of(client.profile, row.get_scopes()) if client else None


def live() -> QuerySet[SsoSession]:
    """Sign-ins that count now: not ended, account and app active, agreement in force, level still high enough."""
    return SsoSession.objects.filter(
        Q(consent__ends_at__gt=timezone.now()),
        ended_at=None,
        consent__revoked_at=None,
        account__is_active=True,
        account__is_staff_member=False,
        account__person__assurance_level__gte=F("profile__lowest_level"),
        profile__is_active=True,
    ).select_related("account__person", "consent", "principal", "profile__client", "profile__department")


def standing(session_id: str, client: Client) -> SsoSession | None:
    """The sign-in at this app while it counts."""
    return live().filter(pk=session_id, profile__client=client).first() if session_id else None


def id_in(row: Token) -> str:
    """Which sign-in a token belongs to; empty for none."""
    value = row.data.get(KEY, "") if isinstance(row.data, dict) else ""
    return str(value)


def spend(value: str, client: Client, session_id: str) -> bool:
    """Remember that a code or refresh token was used; False when it was before. Two at once: the database decides."""
    row = Token(
        type=_SPENT,
        client=client,
        data={KEY: session_id},
        expires_at=timezone.now() + dt.timedelta(seconds=settings.IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN),
    )
    row.set_value(value)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def of_spent(value: str, client: Client) -> SsoSession | None:
    """The sign-in whose code or refresh token this was, when it was used before by this app."""
    row = Token.objects.filter(client=client).lookup(_SPENT, value)
    return SsoSession.objects.filter(pk=id_in(row)).first() if row and id_in(row) else None


def lock_refresh_token(value: str, client: Client) -> Token | None:
    """The app's refresh token, locked until the transaction ends; None when it is unknown, old or used."""
    rows = Token.objects.valid().by_value(value).filter(type=Token.Type.REFRESH_TOKEN, client=client)
    return rows.select_for_update().first()


def tokens_of(sign_in: SsoSession) -> QuerySet[Token]:
    """The tokens of a sign-in; what was used stays remembered."""
    rows = Token.objects.filter(client_id=sign_in.profile.client_id, user_id=sign_in.account_id)
    return rows.filter(data__contains={KEY: str(sign_in.pk)}).exclude(type=_SPENT)


def revoke_value(value: str, client: Client) -> None:
    """Delete a token of this app; with a refresh token go the access tokens of the same sign-in."""
    row = Token.objects.by_value(value).filter(client=client).exclude(type=_SPENT).first()
    if row is None:
        return
    if row.type == Token.Type.REFRESH_TOKEN and id_in(row):
        Token.objects.filter(client=client, data__contains={KEY: id_in(row)}).exclude(type=_SPENT).delete()
    Token.objects.filter(pk=row.pk).delete()


def record_issue(client: Client, sign_in: SsoSession | None, *, grant: str, scopes: Iterable[str]) -> None:
    """Write down that tokens were given, and count the sign-in as a use of the agreement."""
    holder: UUID | None = None
    if sign_in is not None:
        holder = sign_in.account.person_id
        sign_in.consent.last_used_at = timezone.now()
        sign_in.consent.save(update_fields=["last_used_at", "updated_at"])
    profile = client.profile
    events.record(
        codes.SSO_TOKEN_ISSUED,
        actor=actor_of(profile),
        subject_id=profile.pk,
        holder_id=holder,
        grant=grant,
        scopes=sorted(scopes),
    )
