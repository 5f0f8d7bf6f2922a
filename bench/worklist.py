"""How long the lists of staff take with a city's cases in the table: every order, filters, words, pages far behind.

One process, no HTTP: the queries and the rows they make. ``worst_ms`` is the slowest list's p95.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bench.cases_rows import fill_cases
from cases.lists import queries
from cases.lists.filters import WorklistFilter
from cases.models import Case
from identity.actor import Actor
from identity.permissions import Permission
from tests.factories.cast import build_cast

_ROUNDS = 20


def run(quick: bool) -> dict[str, object]:
    """Fill and measure; medians and 95th percentiles in ms."""
    cast = build_cast()
    start = time.monotonic()
    filled = fill_cases(cast, 2_000 if quick else 1_000_000)
    figures: dict[str, object] = {"cases": Case.objects.count(), "fill_s": round(time.monotonic() - start)}
    hall = replace(cast.clerk, grants={Permission.COUNTER: frozenset(filled.departments)})
    small = replace(cast.clerk, grants={Permission.COUNTER: frozenset(filled.departments[3:4])})
    reviewer = replace(
        cast.food, post_id=filled.posts[3], grants={Permission.REVIEW: frozenset(filled.departments[3:4])}
    )
    chief = replace(cast.supervisor, grants={Permission.SUPERVISE: frozenset(filled.departments)})
    worst = 0.0
    for who, actor in (
        ("large", cast.clerk),
        ("small", small),
        ("hall", hall),
        ("reviewer", reviewer),
        ("chief", chief),
    ):
        for name, chosen in _lists().items():
            median, p95 = _measure(partial(queries.page, actor, chosen))
            figures[f"{who}_{name}_ms"] = f"{median}/{p95}"
            worst = max(worst, p95)
        figures[f"{who}_far_ms"] = "/".join(map(str, _far(actor)))
        figures[f"{who}_waiting_ms"] = "/".join(map(str, _measure(partial(queries.waiting_count, actor))))
    figures["worst_ms"] = worst
    return figures


def _lists() -> dict[str, WorklistFilter]:
    number = f"BENCH{777:09d}"
    return {
        "mine": WorklistFilter(),
        "open": WorklistFilter(task="open"),
        "open_statute": WorklistFilter(task="open", sort="statute"),
        "all": WorklistFilter(task="all"),
        "all_oldest": WorklistFilter(task="all", sort="oldest"),
        "over": WorklistFilter(task="open", promise="over"),
        "suspended": WorklistFilter(task="all", state="suspended"),
        "number": WorklistFilter(task="all", text=number),
        "name": WorklistFilter(task="all", text="蓝海长"),
        "item": WorklistFilter(task="all", text="食品"),
    }


def _far(actor: Actor) -> tuple[float, float]:
    """A page in the midst of everything."""
    chosen, after = WorklistFilter(task="all"), ""
    for _step in range(25):
        page = queries.page(actor, chosen, after=after, size=200)
        after = page.after.text if page.after else ""
    return _measure(partial(queries.page, actor, chosen, after=after))


def _measure(act: Callable[[], object]) -> tuple[float, float]:
    spent = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(spent), 1), round(statistics.quantiles(spent, n=20)[-1], 1)
