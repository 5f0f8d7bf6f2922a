"""Mandates of the cast: whoever needs help, and whoever gives it."""

import datetime as dt
from typing import Any

from django.utils import timezone

from identity.actor import Actor
from identity.mandates import actions
from identity.mandates.rules import Terms, last_day
from identity.models import Mandate, Person
from identity.queries import actor_for
from tests.factories.cast import Cast


def some_terms(scope: str = "all", *, days: int | None = None, **fields: Any) -> Terms:
    """Terms from today for a year, or for some days."""
    today = timezone.localdate()
    ends_on = last_day(today) if days is None else today + dt.timedelta(days=days)
    return Terms(scope=scope, starts_on=today, ends_on=ends_on, **fields)


def a_mandate(
    cast: Cast, *, giver: Actor | None = None, agent: Person | None = None, kind: str = "", terms: Terms | None = None
) -> Mandate:
    """A proposed mandate; of Li's shop to the stranger as 经办人 unless said otherwise."""
    by = giver or cast.citizen
    to = agent or Person.objects.get(pk=cast.stranger.person_id)
    return actions.propose(
        by,
        kind=kind or ("person" if by.principal_id == by.person_id else "handler"),
        agent_name=to.name,
        agent_id_number=to.id_number,
        terms=terms or some_terms(),
    )


def an_agent(cast: Cast, **given: Any) -> Actor:
    """Who acts under an accepted mandate: the stranger, for the shop unless said otherwise."""
    mandate = a_mandate(cast, **given)
    assert mandate.agent is not None
    actions.accept(actor_for(mandate.agent.account), mandate_id=mandate.pk)
    return actor_for(mandate.agent.account, principal_id=mandate.principal_id)
