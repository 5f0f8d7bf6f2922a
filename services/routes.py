"""The order of a review route: which stage waits for which, how long the whole way takes; pure.

A stage opens when all it waits for are done. A stage with a ``lead`` takes part in that 联合审查: it opens with it,
and the lead concludes when all who take part have given their opinion.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class Stage(Protocol):
    """What both a stored stage and a described one have."""

    @property
    def key(self) -> str:
        """Names it within its route."""
        ...

    @property
    def after(self) -> list[str]:
        """Keys of the stages it waits for."""
        ...

    @property
    def lead(self) -> str:
        """Key of the joint review it takes part in, or empty."""
        ...

    @property
    def days(self) -> int:
        """Working days."""
        ...


def waits_for(stages: Sequence[Stage]) -> dict[str, frozenset[str]]:
    """For each stage the keys of those that must be done before it opens; who takes part waits as the lead does.

    Keys of stages that are not there are left out: nothing waits for them for ever.
    """
    known = frozenset(stage.key for stage in stages)
    after = {stage.key: frozenset(stage.after) & known for stage in stages}
    return {stage.key: after.get(stage.lead, frozenset()) if stage.lead else after[stage.key] for stage in stages}


def taking_part(stages: Iterable[Stage], lead: str) -> list[str]:
    """The keys of those whose opinion the lead of a joint review needs."""
    return [stage.key for stage in stages if lead and stage.lead == lead]


def ready(stages: Sequence[Stage], *, done: frozenset[str], waiting: frozenset[str]) -> list[str]:
    """Which of the waiting stages open now, in the route's order.

    A joint review is done when its lead has concluded, who has then heard all who take part.
    """
    needed = waits_for(stages)
    return [stage.key for stage in stages if stage.key in waiting and needed[stage.key] <= done]


def behind(stages: Sequence[Stage], key: str) -> frozenset[str]:
    """Every stage whose work rests on this one's, at however many removes: what waits for it, and its lead."""
    rests = _rests_on(stages)
    found: set[str] = set()
    waiting = [key]
    while waiting:
        at = waiting.pop()
        fresh = [one for one, needs in rests.items() if at in needs and one not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found - {key})


def before(stages: Sequence[Stage], key: str) -> frozenset[str]:
    """Every stage that this one rests on, at however many removes."""
    rests = _rests_on(stages)
    found: set[str] = set()
    waiting = [key]
    while waiting:
        fresh = [one for one in rests.get(waiting.pop(), ()) if one not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found - {key})


def _rests_on(stages: Sequence[Stage]) -> dict[str, frozenset[str]]:
    needed = waits_for(stages)
    return {stage.key: needed[stage.key] | frozenset(taking_part(stages, stage.key)) for stage in stages}


def circle(stages: Sequence[Stage]) -> list[str]:
    """The keys of stages that wait for each other in a circle, in its order; empty when there is none."""
    needed = {key: sorted(keys) for key, keys in waits_for(stages).items()}
    finished: set[str] = set()
    for start in needed:
        found = _follow(start, needed, finished)
        if found:
            return found
    return []


def _follow(key: str, needed: Mapping[str, list[str]], finished: set[str]) -> list[str]:
    """Walk along a stage's needs without recursion; the route may be as long as somebody types."""
    path, stack = [key], [(key, iter(needed[key]))]
    while stack:
        at, rest = stack[-1]
        step = next(rest, None)
        if step is None:
            finished.add(at)
            path.pop()
            stack.pop()
        elif step in path:
            return path[path.index(step) :]
        elif step not in finished:
            path.append(step)
            stack.append((step, iter(needed[step])))
    return []


def begins(stages: Sequence[Stage]) -> dict[str, int]:
    """Working days after the acceptance at which each stage opens at the latest; 0 where they turn in a circle."""
    if circle(stages):
        return {stage.key: 0 for stage in stages}
    days = {stage.key: stage.days for stage in stages}
    needed = waits_for(stages)
    found: dict[str, int] = {}
    while len(found) < len(days):
        for key, keys in needed.items():
            if key not in found and all(one in found for one in keys):
                found[key] = max((found[one] + days[one] for one in keys), default=0)
    return found


def longest(stages: Sequence[Stage]) -> int:
    """Working days of the longest way through; that of the longest stage for a route that turns in a circle."""
    starts = begins(stages)
    return max((starts[stage.key] + stage.days for stage in stages), default=0)


def ranks(stages: Sequence[Stage]) -> list[list[str]]:
    """The stages in columns: those that may run side by side, one rank after another; what is in a circle comes last.

    Who takes part in a joint review stands beside its lead.
    """
    needed = waits_for(stages)
    placed: set[str] = set()
    found: list[list[str]] = []
    while len(placed) < len(needed):
        rank = [key for key, keys in needed.items() if key not in placed and keys <= placed]
        rank = rank or [key for key in needed if key not in placed]
        found.append(rank)
        placed.update(rank)
    return found
