"""What reuse spares people: seeded lives through the demonstration's catalogue, with reuse and without.

The lives are those of :mod:`bench.once_only_lives`, the city that serves them :mod:`bench.once_only_city`. Two
processes share the people out; nobody's proofs are another one's, so the sum does not depend on how.
``ONESTOP_BENCH_PEOPLE`` gives the number of people.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from django.db import connections

from bench.once_only_city import City
from bench.once_only_lives import YEARS
from bench.once_only_totals import Totals, account, spared
from identity.actor import SYSTEM
from portal.demo.catalogue import load

_MOST = 1_000  # people who are served together


def run(quick: bool) -> dict[str, object]:
    """Figures: shares of materials, fields and visits that reuse spares; the account of the rest is printed."""
    count = int(os.environ.get("ONESTOP_BENCH_PEOPLE") or (500 if quick else 10_000))
    load(SYSTEM)
    totals = live(count, processes=min(2, os.cpu_count() or 1))
    print(f"{count} people, {YEARS} years")
    print(account(totals))
    return {
        "people": count,
        "cases": totals.counts["cases"],
        "materials_avoided": spared(totals.handed_in),
        "fields_avoided": spared(totals.fields),
        "visits_avoided": spared(totals.visits),
    }


def live(count: int, *, processes: int = 1, reuse: bool = True) -> Totals:
    """Let the first ``count`` people live; ``reuse`` off: nobody wants anything taken over, the lives are the same."""
    totals, shares = Totals(), list(_shares(count, processes))
    for share, one in zip(shares, _served(shares, reuse, processes), strict=True):
        totals.add(one)
        if share.stop < count:
            print(f"  after {share.stop} people {spared(totals.handed_in):.1%} of the materials are spared", flush=True)
    return totals


def _shares(count: int, processes: int) -> Iterator[range]:
    """Shares of one size that begin with an even number: two neighbours run errands for each other."""
    size = min(_MOST, -(-count // processes))
    size += size % 2
    for start in range(0, count, size):
        yield range(start, min(start + size, count))


def _served(shares: Sequence[range], reuse: bool, processes: int) -> Iterator[Totals]:
    if processes == 1 or len(shares) == 1:
        yield from (_serve(share, reuse) for share in shares)
        return
    connections.close_all()  # a connection is never shared with a child
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_serve, shares, [reuse] * len(shares))


def _serve(people: range, reuse: bool) -> Totals:
    city = City(people, reuse=reuse)
    city.live()
    return city.totals
