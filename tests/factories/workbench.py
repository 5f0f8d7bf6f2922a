"""Signed-in browsers for the cast, and what their forms send."""

from django.test import Client

from cases.models import Case
from common.ids import uuid7
from identity.actor import Actor
from identity.models import Account


def browser_of(actor: Actor) -> Client:
    """A browser in which this actor is signed in."""
    client = Client()
    client.force_login(Account.objects.get(pk=actor.account_id), backend="identity.backends.PhoneOrIdBackend")
    return client


def sent(case: Case, **fields: object) -> dict[str, object]:
    """What the form of an action sends now: a fresh key, the case's version, and ``fields``."""
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return {"request_key": str(uuid7()), "version": version, **fields}


def snapshot(case: Case) -> tuple[object, ...]:
    """What must be the same after a refusal."""
    fresh = Case.objects.get(pk=case.pk)
    branches = tuple(case.branches.values_list("state", "opinion"))
    return fresh.state, fresh.outcome, fresh.version, branches, case.events.count(), case.notices.count()
