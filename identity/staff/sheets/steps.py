"""What one row of a sheet does, through the same actions as the pages. Doing it again changes nothing."""

import datetime as dt
from collections.abc import Collection

from identity.actor import Actor
from identity.models import Account, Department, Post, Region
from identity.staff.actions import accounts, holdings, places


def region(actor: Actor, *, code: str, name: str, level: int, above: str) -> None:
    """Save a region."""
    parent = Region.objects.get(code=above) if above else None
    places.save_region(actor, code=code, name=name, level=level, parent=parent)


def department(actor: Actor, *, uscc: str, name: str, short_name: str, region: str) -> None:
    """Save a department."""
    places.save_department(actor, uscc=uscc, name=name, short_name=short_name, region=Region.objects.get(code=region))


def post(actor: Actor, *, uscc: str, name: str, serves: Collection[str]) -> None:
    """Save a post and the bodies it acts for."""
    saved = places.save_post(actor, department=Department.objects.get(uscc=uscc), name=name)
    wanted = Department.objects.filter(uscc__in=list(serves))
    if {row.pk for row in wanted} != {row.pk for row in saved.serves.all()}:
        places.set_served_departments(actor, post=saved, departments=wanted)


def person(
    actor: Actor, *, number: str, name: str, first: tuple[str, str, str, dt.date | None, dt.date | None]
) -> None:
    """Open a sign-in with its first post (department, post, role, from, to), unless it is there already."""
    if Account.objects.filter(username__iexact=number, is_staff_member=True).exists():
        return
    uscc, post_name, role, starts_on, ends_on = first
    found = Post.objects.get(department__uscc=uscc, name=post_name)
    accounts.appoint(actor, staff_number=number, name=name, post=found, role=role, starts_on=starts_on, ends_on=ends_on)


def rename(actor: Actor, *, number: str, name: str) -> None:
    """Correct a name."""
    accounts.rename(actor, account=Account.objects.get(username__iexact=number, is_staff_member=True), name=name)


def holding(
    actor: Actor,
    *,
    number: str,
    uscc: str,
    post: str,
    role: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
) -> None:
    """Give a post, unless it is held already: the first one came with the sign-in."""
    account = Account.objects.get(username__iexact=number, is_staff_member=True)
    found = Post.objects.get(department__uscc=uscc, name=post)
    if account.holdings.filter(post=found, role=role, ended_at=None, substitute_for=None).exists():
        return
    holdings.assign_post(actor, account=account, post=found, role=role, starts_on=starts_on, ends_on=ends_on)
