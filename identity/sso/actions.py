"""What people do with apps: agree, sign in, take the agreement back; and what ends sign-ins."""

import datetime as dt
import secrets
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from common import events
from common.jobs import after_commit
from identity import events as codes
from identity.actor import Actor
from identity.mandates import capacity
from identity.models import ClientProfile, Consent, SsoSession
from identity.sso import sessions
from identity.sso.errors import ConsentNotFound
from identity.sso.scopes import in_order

_AGE_OF_CONSENT = 14


def require_own_consent(actor: Actor) -> None:
    """Raise :class:`NeedsGuardian` for whoever may not agree alone: those under fourteen (个人信息保护法第三十一条)."""
    capacity.require(actor, open_from_age=_AGE_OF_CONSENT)


@transaction.atomic
def give_consent(actor: Actor, *, profile: ClientProfile, scopes: Collection[str]) -> Consent:
    """Let an app have these scopes for ``SSO_CONSENT_DAYS``; earlier agreements with it go into the new one."""
    assert actor.person_id is not None
    require_own_consent(actor)
    now = timezone.now()
    ClientProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)  # one agreement at a time
    earlier = Consent.objects.select_for_update().filter(person_id=actor.person_id, profile=profile, revoked_at=None)
    known = {scope for row in earlier if row.ends_at > now for scope in row.scopes}
    wanted = in_order(set(scopes) | (known & set(profile.client.get_scopes())))
    kept = [row.pk for row in earlier]
    earlier.update(revoked_at=now)
    consent = Consent.objects.create(
        person_id=actor.person_id,
        profile=profile,
        scopes=wanted,
        given_at=now,
        ends_at=now + dt.timedelta(days=settings.SSO_CONSENT_DAYS),
    )
    SsoSession.objects.filter(consent__in=kept, ended_at=None).update(consent=consent)
    events.record(
        codes.CONSENT_GIVEN,
        actor=actor,
        subject_id=profile.pk,
        holder_id=actor.person_id,
        name=profile.client.name,
        scopes=wanted,
    )
    return consent


@transaction.atomic
def begin(
    actor: Actor, *, profile: ClientProfile, consent: Consent, session_key: str, signed_in_at: dt.datetime
) -> SsoSession:
    """The sign-in of this browser at this app for the party the actor acts for: the one that goes on, or a new one."""
    assert actor.principal_id is not None
    live = {"session_key": session_key, "profile": profile, "principal_id": actor.principal_id, "ended_at": None}
    found = SsoSession.objects.select_for_update().filter(**live, account_id=actor.known_account_id).first()
    if found is None:
        try:
            with transaction.atomic():
                return SsoSession.objects.create(
                    **live,
                    account_id=actor.known_account_id,
                    sid=secrets.token_urlsafe(24),
                    consent=consent,
                    signed_in_at=signed_in_at,
                )
        except IntegrityError:  # two pages of one browser at once
            found = SsoSession.objects.select_for_update().get(**live, account_id=actor.known_account_id)
    found.consent, found.signed_in_at = consent, signed_in_at
    found.save(update_fields=["consent", "signed_in_at", "updated_at"])
    return found


@transaction.atomic
def revoke_consent(actor: Actor, *, consent_id: UUID) -> Consent:
    """Take an agreement back: the app's tokens end at once and it is told; raises :class:`ConsentNotFound`."""
    mine = Consent.objects.select_for_update(of=("self",)).filter(person_id=actor.person_id, revoked_at=None)
    consent = mine.select_related("profile__client").filter(pk=consent_id).first() if actor.is_citizen else None
    if consent is None:
        raise ConsentNotFound
    _revoke(actor, consent)
    return consent


def _revoke(actor: Actor, consent: Consent) -> None:
    consent.revoked_at = timezone.now()
    consent.save(update_fields=["revoked_at", "updated_at"])
    events.record(
        codes.CONSENT_REVOKED,
        actor=actor,
        subject_id=consent.profile_id,
        holder_id=consent.person_id,
        name=consent.profile.client.name,
    )
    _end(actor, SsoSession.objects.filter(consent=consent), why="consent_revoked")


@transaction.atomic
def end_of_browsers(actor: Actor, *, session_keys: Collection[str], why: str) -> int:
    """End the sign-ins that began in these sessions of the site; returns how many."""
    return _end(actor, SsoSession.objects.filter(session_key__in=session_keys), why=why)


@transaction.atomic
def end_of_account(actor: Actor, *, account_id: UUID, why: str) -> int:
    """End every sign-in of an account: it was closed or switched off."""
    return _end(actor, SsoSession.objects.filter(account_id=account_id), why=why)


@transaction.atomic
def end_of_client(actor: Actor, *, profile: ClientProfile, why: str) -> int:
    """End every sign-in at an app."""
    return _end(actor, SsoSession.objects.filter(profile=profile), why=why)


@transaction.atomic
def end_reused(actor: Actor, *, session_id: UUID) -> None:
    """Somebody else may have the code or the refresh token: the sign-in ends."""
    _end(actor, SsoSession.objects.filter(pk=session_id), why="token_reused")


@transaction.atomic
def follow_session(actor: Actor, *, old_key: str, key: str) -> None:
    """Keep sign-ins with the site's session after the framework gave it a new key."""
    SsoSession.objects.filter(account_id=actor.known_account_id, session_key=old_key, ended_at=None).update(
        session_key=key
    )


@transaction.atomic
def record_refusal(actor: Actor, *, profile: ClientProfile, why: str) -> None:
    """Write down that somebody was not let into an app."""
    events.record(codes.SSO_REFUSED, actor=actor, subject_id=profile.pk, holder_id=actor.person_id, why=why)


@transaction.atomic
def end_of_principal(actor: Actor, *, principal_id: UUID, why: str) -> int:
    """End every sign-in that acts for a party."""
    return _end(actor, SsoSession.objects.filter(principal_id=principal_id), why=why)


@transaction.atomic
def revoke_all_of(actor: Actor, *, person_id: UUID) -> int:
    """Take back every agreement of a person whose account closes; returns how many."""
    rows = Consent.objects.select_for_update(of=("self",)).filter(person_id=person_id, revoked_at=None)
    consents = list(rows.select_related("profile__client").order_by("pk"))
    for row in consents:
        _revoke(actor, row)
    return len(consents)


def _end(actor: Actor, rows: QuerySet[SsoSession], *, why: str) -> int:
    """End sign-ins: tokens go now, the app is told after the commit."""
    now = timezone.now()
    going_on = list(
        rows.filter(ended_at=None).select_for_update(of=("self",)).select_related("profile", "account").order_by("pk")
    )
    for row in going_on:
        is_told = bool(row.profile.backchannel_logout_uri)
        row.ended_at = now
        row.notice = SsoSession.Notice.WAITING if is_told else SsoSession.Notice.NONE
        row.save(update_fields=["ended_at", "notice", "updated_at"])
        sessions.tokens_of(row).delete()
        events.record(codes.SSO_ENDED, actor=actor, subject_id=row.profile_id, holder_id=row.account.person_id, why=why)
        if is_told:
            after_commit("identity.tasks.tell_of_logout", session_id=str(row.pk))
    return len(going_on)
