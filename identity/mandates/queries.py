"""Reads of mandates, and the lock under which one acts by a mandate."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from common.written import Given, written
from identity import assisting
from identity.actor import Actor
from identity.errors import AccountClosed, MandateEnded, MandateEndedAtWindow
from identity.mandates.rules import is_grown_up, scope_of, state_on
from identity.models import Account, Mandate, Organisation, Party
from identity.permissions import Permission
from identity.scope import Scope

_RENEW_BEFORE, _RENEW_AFTER = 30, 90  # days
_PARTS = ("principal__person", "principal__organisation", "agent")


def standing() -> QuerySet[Mandate]:
    """Mandates whose giver still stands behind them.

    Persons do; an organisation while it exists and has the legal representative under whom it was given.
    """
    organisation = Q(
        principal__organisation__state=Organisation.State.ACTIVE,
        principal__organisation__legal_representative_id=F("representative_id"),
    )
    return Mandate.objects.filter(Q(principal__person__isnull=False) | organisation)


def current(today: dt.date | Given) -> QuerySet[Mandate]:
    """Mandates under which somebody may act on ``today``: accepted, begun, not over, and still stood behind."""
    return standing().filter(state=Mandate.State.ACCEPTED, starts_on__lte=today, ends_on__gte=today)


def find_current(*, agent_id: UUID, principal_id: UUID) -> Mandate | None:
    """Find the mandate under which this person may act for that party today (one query)."""
    today = timezone.localdate()
    mandates = current(today).filter(agent_id=agent_id, principal_id=principal_id)
    mandate = mandates.select_related(*_PARTS).first()
    return None if mandate is None or is_grown_up(mandate, today) else mandate


def find_principal(*, agent_id: UUID, principal_id: UUID) -> tuple[Party | None, Mandate | None]:
    """Find a party with its person or organisation, and the mandate under which this person may act for it today.

    One query for both, because every page of somebody who acts for another needs them. The mandate carries what
    limits it, not its encrypted columns.
    """
    today = timezone.localdate()
    found = _principal.one(principal_id, agent_id, today)
    held = getattr(found, "held", None)
    if found is None or not held:
        return found, None
    mandate = _mandate(held, found)
    return found, None if is_grown_up(mandate, today) else mandate


@written
def _principal(principal_id: Given, agent_id: Given, today: Given) -> QuerySet[Party]:
    plain = {name: name for name in _plain_columns()}
    mandates = current(today).filter(agent_id=agent_id, principal_id=OuterRef("pk"))
    parties = Party.objects.filter(pk=principal_id).select_related("person", "organisation").order_by()
    return parties.annotate(held=Subquery(mandates.values(held=JSONObject(**plain))[:1]))


def _plain_columns() -> list[str]:
    kinds = (models.UUIDField, models.CharField, models.ForeignKey, models.BooleanField, models.DateField, ArrayField)
    return [field.attname for field in Mandate._meta.concrete_fields if isinstance(field, kinds)]


def _mandate(held: dict[str, Any], principal: Party) -> Mandate:
    """A mandate from the columns that travelled as JSON."""
    fields = {field.attname: field for field in Mandate._meta.concrete_fields}
    mandate = Mandate(**{name: fields[name].to_python(value) for name, value in held.items()})
    mandate.principal = principal
    return mandate


def principals_of(person_id: UUID) -> QuerySet[Mandate]:
    """The mandates under which a person may act today, with the principals' names loaded."""
    return current(timezone.localdate()).filter(agent_id=person_id).select_related(*_PARTS)


def acted_for(person_id: UUID) -> list[Mandate]:
    """The mandates under which a person may act today, one for each principal (one query)."""
    today = timezone.localdate()
    return [row for row in principals_of(person_id) if not is_grown_up(row, today)]


@written
def _active_account(account_id: Given) -> QuerySet[Account, UUID]:
    accounts = Account.objects.select_for_update(no_key=True).filter(pk=account_id, is_active=True)
    return accounts.order_by().values_list("pk", flat=True)


def hold(actor: Actor) -> Scope | None:
    """Lock a citizen's account and the mandate they act under until the transaction ends; return the mandate's scope.

    Whoever closes the account or ends the mandate waits for what is being done with it, and the other way round; so
    does whoever withdraws the consent by which a clerk fills in for them.
    None without mandate. Raises :class:`AccountClosed` or :class:`MandateEnded`.
    """
    if not actor.is_citizen:
        return None
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("hold() belongs inside the action's transaction")
    if not _active_account(actor.known_account_id):
        raise AccountClosed
    assisting.hold(actor)
    if actor.mandate_id is None:
        return None
    today = timezone.localdate()
    mandates = current(today).filter(pk=actor.mandate_id, agent_id=actor.person_id)
    mandate = mandates.select_related("principal__person").select_for_update(of=("self",)).first()
    if mandate is None or is_grown_up(mandate, today):
        raise MandateEndedAtWindow if actor.is_assisted else MandateEnded
    return scope_of(mandate)


def given(actor: Actor) -> QuerySet[Mandate]:
    """Mandates given by the party a citizen acts for: for the party itself, a manager and a guardian, else none."""
    watches = {Mandate.Kind.MANAGER, Mandate.Kind.GUARDIAN}
    if not actor.is_citizen or (actor.mandate_id and actor.mandate_kind not in watches):
        return Mandate.objects.none()
    return Mandate.objects.filter(principal_id=actor.principal_id).select_related(*_PARTS)


def received(actor: Actor) -> QuerySet[Mandate]:
    """Mandates that name the person who is signed in as agent, whomever they act for at the moment."""
    if not actor.is_citizen:
        return Mandate.objects.none()
    return Mandate.objects.filter(agent_id=actor.person_id).select_related(*_PARTS)


def waiting_for(actor: Actor) -> QuerySet[Mandate]:
    """Mandates that wait for this citizen to accept or decline."""
    waiting = received(actor).filter(state=Mandate.State.PROPOSED, ends_on__gte=timezone.localdate())
    return waiting.filter(pk__in=standing().values("pk"))


def recorded_by(actor: Actor) -> QuerySet[Mandate]:
    """Mandates that this member of staff recorded at the counter."""
    if not actor.is_staff:
        return Mandate.objects.none()
    return Mandate.objects.filter(recorded_by_id=actor.account_id).select_related(*_PARTS)


def of_party(actor: Actor, party_id: UUID) -> QuerySet[Mandate]:
    """Mandates that a party gave or takes, newest first, for the counter; the look-up itself was recorded."""
    if not actor.departments(Permission.COUNTER):
        return Mandate.objects.none()
    mandates = Mandate.objects.filter(Q(principal_id=party_id) | Q(agent_id=party_id))
    return mandates.select_related(*_PARTS)


def is_renewable(mandate: Mandate) -> bool:
    """Whether its giver may renew a loaded mandate with one press: from thirty days before to ninety after its end."""
    today = timezone.localdate()
    state = state_now(mandate)
    ran_out = state == Mandate.State.ENDED and mandate.ends_on < today
    in_time = -_RENEW_BEFORE <= (today - mandate.ends_on).days <= _RENEW_AFTER
    is_known = mandate.kind != Mandate.Kind.GUARDIAN and mandate.agent_id is not None
    return is_known and in_time and (state == Mandate.State.ACCEPTED or ran_out)


def with_another(mandates: list[Mandate]) -> set[UUID]:
    """Which of these have another live mandate or offer of the same giver to the same agent (no query for none)."""
    if not mandates:
        return set()
    live = Mandate.objects.filter(
        principal_id__in={row.principal_id for row in mandates},
        state__in=[Mandate.State.PROPOSED, Mandate.State.ACCEPTED],
    )
    others = list(live.values_list("pk", "principal_id", "agent_id"))
    return {
        row.pk
        for row in mandates
        if any((p, a) == (row.principal_id, row.agent_id) and pk != row.pk for pk, p, a in others)
    }


def state_now(mandate: Mandate) -> Mandate.State:
    """The state today, for people: ended too when the organisation behind it has changed (loaded with its parts)."""
    today = timezone.localdate()
    state = state_on(mandate, today)
    live = state in {Mandate.State.PROPOSED, Mandate.State.ACCEPTED}
    if live and is_grown_up(mandate, today):
        return Mandate.State.ENDED
    if live and mandate.principal.kind == mandate.principal.Kind.ORGANISATION:
        organisation = mandate.principal.organisation
        same = organisation.legal_representative_id == mandate.representative_id
        if organisation.state != Organisation.State.ACTIVE or not same:
            return Mandate.State.ENDED
    return state
