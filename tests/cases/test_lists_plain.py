"""The lists against a plain reading of every case: the same cases in the same order, for every post, task and order."""

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from cases.lists import queries
from cases.lists.filters import SORTS, WorklistFilter
from cases.lists.ordering import EARLIEST
from cases.models import Branch, Case
from cases.states import OPEN_STATES, State
from common.ids import uuid7
from common.workdays import for_region
from identity.actor import Actor
from identity.models import Department, Post
from identity.permissions import Permission
from identity.rules import make_uscc
from tests.factories.catalogue import a_post, a_region
from tests.factories.moves import an_accepted_case

_STATES = [State.DRAFT, State.SUBMITTED, State.CORRECTING, *[State.IN_REVIEW] * 4, State.SUSPENDED, State.CLOSED]
_CASES = 70


@dataclass
class Town:
    """Departments with a post each, and what lies there."""

    departments: list[Department]
    posts: list[Post]
    cases: list[Case]
    branches: dict[UUID, list[Branch]]


def a_town(cast, seed: int = 12) -> Town:
    """Cases of every state over five departments, with branches of theirs and others', and days that are often alike
    or missing."""
    chance = random.Random(seed)
    departments = [cast.scjg, *map(another, range(1, 5))]
    posts = [a_post(one, "审查岗") for one in departments]
    pattern = an_accepted_case(cast)
    stages = [branch.stage_id for branch in pattern.branches.all()]
    cases, branches = [], []
    for number in range(_CASES):
        state = chance.choice(_STATES)
        case = Case.objects.get(pk=pattern.pk)
        case.pk, case.number, case.state = uuid7(), f"PLAIN{number:04d}", state
        case.outcome = "approved" if state == State.CLOSED else ""
        case.department_id = chance.choice(departments).pk
        for name in ("received_on", "promise_due_on", "statutory_due_on"):
            setattr(case, name, a_day(chance))
        cases.append(case)
        branches += [a_branch(chance, cast, case, stage, posts) for stage in stages if state != State.SUBMITTED]
    Branch.objects.filter(case=pattern).update(state=Branch.State.AGREED)
    Case.objects.bulk_create(chance.sample(cases, len(cases)))
    Branch.objects.bulk_create(branches)
    found: dict[UUID, list[Branch]] = {case.pk: [] for case in Case.objects.all()}
    for branch in Branch.objects.all():
        found[branch.case_id].append(branch)
    return Town(departments, posts, list(Case.objects.all()), found)


def another(number: int) -> Department:
    uscc = make_uscc(prefix="11", region="519900", body=f"PL{number:06d}")
    return Department.objects.create(uscc=uscc, name=f"第{number}局", short_name=f"{number}局", region=a_region())


def a_day(chance: random.Random) -> dt.date | None:
    return chance.choice([None, *(timezone.localdate() + dt.timedelta(days) for days in (-20, -6, -6, -1, 0, 1, 30))])


def a_branch(chance: random.Random, cast, case: Case, stage: UUID, posts: list[Post]) -> Branch:
    post = chance.choice(posts)
    return Branch(
        case=case,
        stage_id=stage,
        post=post,
        department_id=post.department_id,
        state=chance.choice([Branch.State.OPEN, Branch.State.WAITING, Branch.State.AGREED, Branch.State.AGREED]),
        assignee_id=chance.choice([None, None, cast.food.account_id, cast.fire.account_id]),
        escalated_to=chance.choice([None, None, None, *posts]),
    )


def officers(cast, town: Town) -> dict[str, Actor]:
    places = [one.pk for one in town.departments]

    def grants(**rights: Iterable[UUID]) -> dict[str, frozenset[UUID]]:
        return {Permission(name): frozenset(given) for name, given in rights.items()}

    food = replace(cast.food, post_id=town.posts[1].pk)
    return {
        "window": replace(cast.clerk, grants=grants(counter=places[:1])),
        "hall": replace(cast.clerk, grants=grants(counter=places)),
        "half": replace(cast.clerk, grants=grants(counter=places[1:4], review=places[3:])),
        "reviewer": replace(food, grants=grants(review=places[1:2])),
        "of_two": replace(food, grants=grants(review=places[1:3])),
        "leader": replace(food, grants=grants(decide=places[:3], review=places[:3])),
        "watcher": replace(cast.supervisor, grants=grants(supervise=places[2:])),
        "nobody": replace(cast.clerk, grants={}),
    }


def plain(town: Town, actor: Actor, chosen: WorklistFilter) -> list[UUID]:
    """Every case is looked at; those that belong are sorted in Python."""
    shown = [case for case in town.cases if case.state != State.DRAFT and is_known(town, actor, case)]
    shown = [case for case in shown if not chosen.state or case.state == chosen.state]
    shown = [case for case in shown if not chosen.department or str(case.department_id) == chosen.department]
    for lamp, column in ((chosen.promise, "promise_due_on"), (chosen.statute, "statutory_due_on")):
        shown = [case for case in shown if not lamp or is_lit(case, lamp, getattr(case, column), actor)]
    shown = [case for case in shown if str(case.number).startswith(chosen.text)]
    if chosen.task == "open":
        shown = [case for case in shown if case.state in OPEN_STATES]
    if chosen.task == "mine":
        shown = [case for case in shown if is_waiting(town, actor, case)]
    elif not chosen.text:
        shown = [case for case in shown if is_near(town, actor, case)]
    key, is_down = _ORDERS[chosen.order]
    return [case.pk for case in sorted(shown, key=key, reverse=is_down)]


def is_lit(case: Case, lamp: str, due: dt.date | None, actor: Actor) -> bool:
    if lamp == "paused":
        return case.state == State.SUSPENDED
    if due is None or case.state not in (State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED):
        return False
    today = timezone.localdate()
    if due < today:
        return lamp == "over"
    return lamp == ("soon" if due <= for_region(actor.region_code).add(today, 3) else "later")


_ORDERS: dict[str, tuple[Callable[[Case], Any], bool]] = {
    "urgent": (lambda case: (case.promise_due_on or EARLIEST, case.received_on or EARLIEST, case.pk), False),
    "statute": (lambda case: (case.statutory_due_on or EARLIEST, case.received_on or EARLIEST, case.pk), False),
    "newest": (lambda case: case.pk, True),
    "oldest": (lambda case: case.pk, False),
}


_OWN = (Permission.COUNTER, Permission.DECIDE, Permission.SUPERVISE)


def is_known(town: Town, actor: Actor, case: Case) -> bool:
    """What the post may know of: cases of its departments, and those with a branch there that has opened."""
    reviewing = actor.departments(Permission.REVIEW) | actor.departments(Permission.SUPERVISE)
    opened = [one for one in town.branches[case.pk] if one.state != Branch.State.WAITING]
    is_own = any(actor.may(right, case.department_id) for right in _OWN)
    return is_own or any(one.department_id in reviewing for one in opened)


def is_near(town: Town, actor: Actor, case: Case) -> bool:
    """What lists are over: the departments where it does more than review, then those where it only reviews."""
    own = frozenset().union(*(actor.departments(right) for right in _OWN))
    reviewed = actor.departments(Permission.REVIEW) - own
    return case.department_id in own or any(one.department_id in reviewed for one in town.branches[case.pk])


def is_waiting(town: Town, actor: Actor, case: Case) -> bool:
    if case.state == State.SUBMITTED:
        return case.department_id in actor.departments(Permission.COUNTER)
    if case.state != State.IN_REVIEW:
        return False
    branches = [one for one in town.branches[case.pk] if one.state == Branch.State.OPEN]
    if not branches:
        return case.department_id in actor.departments(Permission.DECIDE)
    return any(
        (one.post_id == actor.post_id and one.assignee_id in (None, actor.account_id))
        or one.escalated_to_id == actor.post_id
        for one in branches
    )


def walked(actor: Actor, chosen: WorklistFilter, size: int = 7) -> list[UUID]:
    """Every page forwards, and from the last one back again."""
    keys, after, pages = [], "", 0
    while True:
        page = queries.page(actor, chosen, after=after, size=size)
        keys += [row.case.pk for row in page.rows]
        pages += 1
        if page.after is None:
            break
        after = page.after.text
    back, before = [row.case.pk for row in page.rows], page.before
    while before is not None:
        page = queries.page(actor, chosen, before=before.text, size=size)
        back = [row.case.pk for row in page.rows] + back
        before = page.before
    assert back == keys
    return keys


@pytest.fixture
def town(cast) -> Town:
    return a_town(cast)


def filters(town: Town) -> list[dict[str, str]]:
    return [
        {},
        {"state": "in_review"},
        {"department": str(town.departments[2].pk)},
        {"promise": "over"},
        {"promise": "soon"},
        {"statute": "later", "state": "in_review"},
        {"statute": "over"},
        {"promise": "paused"},
        {"state": "closed", "promise": "paused"},
        {"text": "PLAIN00"},
    ]


@pytest.mark.parametrize("who", ["window", "hall", "half", "reviewer", "of_two", "leader", "watcher", "nobody"])
def test_a_list_is_what_a_plain_reading_finds(cast, town, who):
    actor = officers(cast, town)[who]
    seen = 0
    for task in ("mine", "open", "all"):
        for sort in (one for one in SORTS if one != "best"):
            for more in filters(town):
                chosen = WorklistFilter(task=task, sort=sort, **more)
                expected = plain(town, actor, chosen)
                assert walked(actor, chosen) == expected, chosen
                seen += len(expected)
    assert bool(seen) == (who != "nobody")


@pytest.mark.parametrize("who", ["window", "hall", "watcher"])
def test_a_count_is_how_many_a_plain_reading_finds(cast, town, who, monkeypatch):
    actor = officers(cast, town)[who]
    for task in ("mine", "open", "all"):
        chosen = WorklistFilter(task=task)
        expected = plain(town, actor, chosen)
        assert queries.count(actor, chosen) == len(expected)
        assert queries.count(actor, chosen, cap=3) == min(3, len(expected))
        assert queries.page(actor, chosen).count == len(expected)
    assert queries.waiting_count(actor) == len(plain(town, actor, WorklistFilter()))
