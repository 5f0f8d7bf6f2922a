"""Cases over HTTP, through the real web server: applications, and staff's pages with a city's cases in the table."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from threading import Lock, Thread
from typing import TypeVar
from uuid import uuid4

from django.urls import reverse

from bench.cases_lives import ANSWERS, Applicant
from bench.cases_rows import Filled, key_of
from bench.http import Visitor
from cases.lists.filters import WorklistFilter
from identity.actor import Actor
from identity.models import Account, Department, Post, PostHolding
from tests.factories.cast import Cast, a_member_of_staff
from tests.factories.catalogue import a_post

_Role = PostHolding.Role
_Who = TypeVar("_Who")


def visitor_for(port: int, actor: Actor) -> Visitor:
    """An actor at a browser."""
    return Visitor(port, Account.objects.get(pk=actor.account_id), principal_id=actor.principal_id)


def apply(visitor: Visitor, applicant: Applicant) -> float:
    """An application, from the button on the item's page to the receipt; the three forms that are sent, in ms."""
    item = reverse("start_draft", args=[applicant.cast.item.pk])
    start = time.perf_counter()
    draft = visitor.post(item)
    visitor.post(f"{draft}form/shop/", version=1, request_key=uuid4().hex, **ANSWERS)
    receipt = visitor.post(f"{draft}submit/", version=2, request_key=uuid4().hex, declared="on")
    spent = (time.perf_counter() - start) * 1000
    if not receipt.endswith("/receipt/"):
        raise RuntimeError(f"not submitted: {receipt}")
    return spent


def submit_p50_ms(port: int, applicant: Applicant, rounds: int) -> float:
    """The median of one client's applications, one after the other."""
    visitor = visitor_for(port, applicant.actor)
    apply(visitor, applicant)
    return round(statistics.median(apply(visitor, applicant) for _ in range(rounds)), 1)


def submits_per_s(port: int, clients: Sequence[Applicant], rounds: int) -> float:
    """Applications a second of several clients at once, ``rounds`` of each."""
    visitors = [(visitor_for(port, one.actor), one) for one in clients]

    def work(pair: tuple[Visitor, Applicant]) -> None:
        for _ in range(rounds):
            apply(*pair)

    together(visitors, lambda pair: apply(*pair))  # warm
    start = time.perf_counter()
    together(visitors, work)
    return round(len(clients) * rounds / (time.perf_counter() - start), 1)


def together(everybody: Iterable[_Who], act: Callable[[_Who], object]) -> None:
    """Let everybody act at the same time; the first error is raised once all have ended."""
    errors: list[BaseException] = []
    lock = Lock()

    def work(one: _Who) -> None:
        try:
            act(one)
        except BaseException as error:
            with lock:
                errors.append(error)

    threads = [Thread(target=work, args=(one,)) for one in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def officers(cast: Cast, filled: Filled) -> dict[str, Actor]:
    """Staff of every kind: of the large department, a small one, the hall, a reviewer, and who watches over all."""
    departments = [Department.objects.get(pk=one) for one in filled.departments]
    return {
        "large": cast.clerk,
        "large_decider": cast.decider,
        "large_reviewer": cast.food,
        "small": a_member_of_staff("2001", a_post(departments[3], "窗口"), _Role.COUNTER_CLERK),
        "reviewer": a_member_of_staff("2002", Post.objects.get(pk=filled.posts[3]), _Role.REVIEWER),
        "hall": a_member_of_staff("2003", _serving(departments, "大厅"), _Role.COUNTER_CLERK),
        "chief": a_member_of_staff("2004", _serving(departments, "督查"), _Role.SUPERVISOR),
    }


def _serving(departments: Sequence[Department], name: str) -> Post:
    post = a_post(departments[0], name)
    post.serves.set(departments)
    return post


LISTS = {
    "mine": WorklistFilter(),
    "open": WorklistFilter(task="open"),
    "open_statute": WorklistFilter(task="open", sort="statute"),
    "all": WorklistFilter(task="all"),
    "over": WorklistFilter(task="open", promise="over"),
    "suspended": WorklistFilter(task="all", state="suspended"),
    "number": WorklistFilter(task="all", text=f"BENCH{777:09d}"),
    "name": WorklistFilter(task="all", text="蓝海长"),
    "item": WorklistFilter(task="all", text="食品"),
}


def worklist_p95_ms(port: int, staff: dict[str, Actor], rounds: int) -> float:
    """Over every list of everybody, each with the page behind the first; the slowest lists are printed."""
    everything: list[float] = []
    slow: dict[str, float] = {}
    for who, actor in staff.items():
        visitor = visitor_for(port, actor)
        for name, chosen in LISTS.items():
            path = f"{reverse('worklist')}?{chosen.query}"
            spent = [_spent(visitor, path) for _ in range(rounds)]
            everything += spent[1:]
            slow[f"{who} {name}"] = statistics.median(spent)
    for name, median in sorted(slow.items(), key=lambda pair: -pair[1])[:6]:
        print(f"  worklist of {name:<28}{median:.0f} ms (median)", flush=True)
    return p95(everything)


def case_p95_ms(port: int, actor: Actor, numbers: Iterable[int], rounds: int) -> float:
    """Pages of cases, one after the other; no case is opened twice before all have been."""
    visitor = visitor_for(port, actor)
    pages = cycle(reverse("workbench_case", args=[key_of(number)]) for number in numbers)
    _spent(visitor, next(pages))
    return p95([_spent(visitor, next(pages)) for _ in range(rounds)])


def _spent(visitor: Visitor, path: str) -> float:
    start = time.perf_counter()
    visitor.get(path)
    return (time.perf_counter() - start) * 1000


def p95(spent: Sequence[float]) -> float:
    """The 95th percentile."""
    return round(statistics.quantiles(spent, n=20)[-1], 1)
