"""The demonstration city's staff: every post of every department has a holder."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from identity.actor import Actor
from identity.models import Account, Department, Post, PostHolding
from identity.queries import actor_for
from identity.rules import make_uscc
from identity.staff.actions.accounts import open_staff_account
from identity.staff.actions.holdings import assign_post, end_holding
from identity.staff.actions.places import set_served_departments
from portal.demo import timeline
from portal.demo.people import let_in
from portal.demo.publishing import Officers
from portal.demo.reading import cast_settings, department_rows

_APPOINTED_MONTHS_AGO = 13
_GIVEN_STEP = 7  # walks the given names in another rhythm than the surnames: no two officers share a name
_MORE = ("second", "deputies")


@dataclass(frozen=True, slots=True)
class StaffPlace:
    """One seat: the sign-in, the person's name, the department, the post's name and the role."""

    number: str
    name: str
    department_key: str
    department: str
    uscc: str
    post: str
    role: str


def places() -> list[StaffPlace]:
    """List every seat in the order of the departments; numbers are the department's key and a running number."""
    settings = cast_settings("staff")
    return [
        StaffPlace(
            number=f"{row['key']}{serial:02d}",
            name=_name(settings, index),
            department_key=row["key"],
            department=row["short"],
            uscc=make_uscc(prefix="11", region=row["region"], body=row["body"]),
            post=post,
            role=settings["roles"].get(post, PostHolding.Role.REVIEWER),
        )
        for index, (row, serial, post) in enumerate(_seats(settings))
    ]


def _seats(settings: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int, str]]:
    """Each department's row with a serial number and a post; deputies after all others."""
    deputies = []
    for row in department_rows():
        named = {name: [post for post in row["posts"] if f"{row['key']}/{post}" in settings[name]] for name in _MORE}
        posts = [*row["posts"], *named["second"]]
        yield from ((row, serial, post) for serial, post in enumerate(posts, start=1))
        deputies += [(row, serial, post) for serial, post in enumerate(named["deputies"], start=len(posts) + 1)]
    yield from deputies


def _name(settings: dict[str, Any], index: int) -> str:
    surnames, given = settings["surnames"], settings["given"]
    return str(surnames[index % len(surnames)] + given[index * _GIVEN_STEP % len(given)])


def load(actor: Actor) -> int:
    """Give every seat its sign-in and its post, as of a year ago; returns how many were new or moved."""
    with timeline.on(timeline.months_ago(_APPOINTED_MONTHS_AGO)):
        _serve(actor)
        posts = {(post.department.uscc, post.name): post for post in Post.objects.select_related("department")}
        accounts = {account.username: account for account in Account.objects.filter(is_staff_member=True)}
        held = {holding.account_id: holding for holding in PostHolding.objects.filter(is_active=True)}
        return sum(_seat(actor, place, posts, accounts, held) for place in places())


def catalogue_officers(actor: Actor) -> Officers:
    """Seat the two officers who look after the city's catalogue, if they are not yet: one writes, one reviews."""
    roles = (PostHolding.Role.DATA_OFFICER, PostHolding.Role.ADMINISTRATOR)
    wanted = [next(place for place in places() if place.role == role) for role in roles]
    numbers = [place.number for place in wanted]
    with timeline.on(timeline.months_ago(_APPOINTED_MONTHS_AGO)):
        _serve(actor)
        posts = {(post.department.uscc, post.name): post for post in Post.objects.select_related("department")}
        accounts = {account.username: account for account in Account.objects.filter(username__in=numbers)}
        held = {
            one.account_id: one for one in PostHolding.objects.filter(account__in=accounts.values(), is_active=True)
        }
        for place in wanted:
            _seat(actor, place, posts, accounts, held)
    seated = {account.username: account for account in Account.objects.filter(username__in=numbers)}
    editor, reviewer = (actor_for(seated[number]) for number in numbers)
    return Officers(editor, reviewer)


def _serve(actor: Actor) -> None:
    """The service centre's and the supervisor's posts act for every department, its windows for the city's own."""
    departments, settings = list(Department.objects.all()), cast_settings("staff")
    posts = Post.objects.filter(name__in=[*settings["serves_all"], *settings["serves_own_region"]])
    for post in posts.select_related("department").prefetch_related("serves"):
        is_near = post.name in settings["serves_own_region"]
        served = [one for one in departments if not is_near or one.region_id == post.department.region_id]
        if {department.pk for department in post.serves.all()} != {department.pk for department in served}:
            set_served_departments(actor, post=post, departments=served)


def _seat(
    actor: Actor,
    place: StaffPlace,
    posts: dict[tuple[str, str], Post],
    accounts: dict[str, Account],
    held: dict[UUID, PostHolding],
) -> bool:
    post = posts[place.uscc, place.post]
    account = accounts.get(place.number) or let_in(
        open_staff_account(actor, staff_number=place.number, name=place.name, password=None)
    )
    holding = held.get(account.pk)
    if holding and (holding.post_id, holding.role) == (post.pk, place.role):
        return False
    if holding:
        end_holding(actor, holding_id=holding.pk, why="reshuffle")
    assign_post(actor, account=account, post=post, role=place.role)
    return True


def holders(post_id: UUID) -> Iterator[Actor]:
    """The actors who hold a post, first appointed first."""
    holdings = PostHolding.objects.filter(post_id=post_id, is_active=True).order_by("account__username")
    for holding in holdings.select_related("account"):
        yield actor_for(holding.account)


def officer(*, role: str, department_id: UUID) -> Actor:
    """The officer of a department in this role; LookupError when the department has none."""
    holding = (
        PostHolding.objects.filter(role=role, is_active=True, post__department_id=department_id)
        .select_related("account")
        .order_by("account__username")
        .first()
    )
    if holding is None:
        raise LookupError(f"no {role} in department {department_id}")
    return actor_for(holding.account)


def counter_clerk() -> Actor:
    """The clerk at the city's one window for everything."""
    posts = cast_settings("staff")["serves_own_region"]
    clerks = PostHolding.objects.filter(role=PostHolding.Role.COUNTER_CLERK, post__name__in=posts, is_active=True)
    return actor_for(clerks.select_related("account").order_by("account__username")[0].account)
