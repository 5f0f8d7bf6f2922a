"""Pure rules of bundles: who is in, in which order, and what each item's questions are answered with."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.bundles.content import MemberPart
from services.codes import TimeUnit
from services.rules import applies

_WORKING, _CALENDAR = 5, 7  # days of a week


def applying(members: Iterable[MemberPart], answers: Mapping[str, str]) -> list[MemberPart]:
    """The members that these answers call for, in their order."""
    return [member for member in members if applies(member.when, answers)]


def answers_for(member: MemberPart, answers: Mapping[str, str]) -> dict[str, str]:
    """What an item's own questions are answered with; questions that nothing answers are left out."""
    found: dict[str, str] = {}
    for key, rule in member.answers.items():
        value = answer_by(rule, answers)
        if value:
            found[key] = value
    return found


def answer_by(rule: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    """The answer that one rule gives: always the same, or by a question of the bundle; empty for none."""
    if "value" in rule:
        return str(rule["value"])
    return str((rule.get("values") or {}).get(answers.get(rule.get("question", ""), ""), ""))


def find_cycle(after: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys along a circle of waiting, the first one repeated at the end; empty when there is none.

    The circle found does not depend on the order of ``after``.
    """
    done: set[str] = set()

    def walk(key: str, path: list[str]) -> list[str]:
        if key in path:
            return [*path[path.index(key) :], key]
        if key in done:
            return []
        for earlier in sorted(after.get(key, ())):
            found = walk(earlier, [*path, key])
            if found:
                return found
        done.add(key)
        return []

    for key in sorted(after):
        found = walk(key, [])
        if found:
            return found
    return []


def waits_for(members: Sequence[MemberPart], chosen: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each chosen member the chosen ones it waits for, directly or through one that is not chosen.

    The members must hold no cycle.
    """
    after = {member.key: member.after for member in members}
    inside = set(chosen)

    known: dict[str, frozenset[str]] = {}  # many ways may lead through the same members

    def before(key: str) -> frozenset[str]:
        if key not in known:
            direct = after.get(key, ())
            known[key] = frozenset().union(*({one} if one in inside else before(one) for one in direct))
        return known[key]

    return {key: before(key) for key in after if key in inside}


def all_before(waits: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """For each member everything that is finished before it begins."""
    known: dict[str, frozenset[str]] = {}

    def before(key: str) -> frozenset[str]:
        if key not in known:
            direct = waits.get(key, frozenset())
            known[key] = direct.union(*(before(earlier) for earlier in direct))
        return known[key]

    return {key: before(key) for key in waits}


@dataclass(frozen=True, slots=True)
class Span:
    """When a member runs, in working days from the start: from the end of day ``start`` to that of day ``end``."""

    start: int
    end: int
    level: int  # how many members stand in a row before it
    is_critical: bool = False


def schedule(waits: Mapping[str, frozenset[str]], days: Mapping[str, int]) -> dict[str, Span]:
    """Place every member as early as what it waits for allows; the critical ones decide when all is done."""
    spans: dict[str, Span] = {}

    def place(key: str) -> Span:
        if key not in spans:
            earlier = [place(one) for one in waits.get(key, ())]
            start = max((span.end for span in earlier), default=0)
            level = max((span.level + 1 for span in earlier), default=0)
            spans[key] = Span(start, start + days[key], level)
        return spans[key]

    for key in waits:
        place(key)
    total = max((span.end for span in spans.values()), default=0)
    critical: set[str] = set()
    waiting = [key for key, span in spans.items() if span.end == total]
    while waiting:
        key = waiting.pop()
        critical.add(key)
        waiting += [one for one in waits.get(key, ()) if spans[one].end == spans[key].start and one not in critical]
    return {key: Span(span.start, span.end, span.level, key in critical) for key, span in spans.items()}


def in_order(spans: Mapping[str, Span], order: Sequence[str]) -> list[str]:
    """The keys by level, then in the editors' order: what can be begun first comes first."""
    return sorted(spans, key=lambda key: (spans[key].level, order.index(key)))


def working_days(days: int | None, unit: str) -> int | None:
    """A limit in working days; calendar days count five of seven, rounded up. None stays unknown."""
    if days is None or unit == TimeUnit.WORKING:
        return days
    return math.ceil(days * _WORKING / _CALENDAR)
