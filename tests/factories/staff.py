"""Administrators, and the accounts they arrange."""

from identity.actor import Actor
from identity.models import Account, Department, PostHolding
from identity.queries import actor_for
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_post


def an_administrator(department: Department, number: str = "9001", *, post: str = "系统管理") -> Actor:
    """An administrator of one department."""
    return a_member_of_staff(number, a_post(department, post), PostHolding.Role.ADMINISTRATOR)


def account_of(actor: Actor) -> Account:
    """The actor's account as it is now."""
    return Account.objects.get(pk=actor.known_account_id)


def again(actor: Actor) -> Actor:
    """The same person on their next request."""
    return actor_for(account_of(actor))


def holding_of(actor: Actor) -> PostHolding:
    """The holding an actor acts in."""
    return PostHolding.objects.get(pk=actor.holding_id)


def posts_now() -> list[tuple[object, ...]]:
    """Every holding: what must be the same after a refusal."""
    fields = ("pk", "account_id", "post_id", "role", "is_active", "ended_at", "ends_on")
    return list(PostHolding.objects.order_by("pk").values_list(*fields))
