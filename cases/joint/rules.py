"""Pure rules of joint cases: what became of an item, and what that means for those that wait for it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from cases.states import Outcome, State


class Fate(StrEnum):
    """What those that wait for an item look at."""

    RUNNING = "running"
    GOOD = "good"
    LOST = "lost"


_LOST = frozenset({State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED})


def fate_of(part_state: str, case_state: str = "", outcome: str = "", *, founds: bool = False) -> Fate:
    """Read an item: good when decided positively, lost when it will never be.

    Where no permit is needed (不需许可) nothing stands in the way of the others, unless the applicant of the others
    was to come of it (``founds``).
    """
    if part_state == "dropped":
        return Fate.LOST
    if part_state != "begun":
        return Fate.RUNNING
    if case_state in _LOST or (case_state == State.NOT_REQUIRED and founds):
        return Fate.LOST
    if case_state == State.NOT_REQUIRED:
        return Fate.GOOD
    if case_state in {State.DECIDED, State.CLOSED}:
        return Fate.GOOD if outcome == Outcome.APPROVED else Fate.LOST
    return Fate.RUNNING


def turn_of(after: Iterable[str], fates: Mapping[str, Fate]) -> Fate:
    """Whether an item that waits may begin (good), never will (lost), or goes on waiting."""
    found = [fates[key] for key in after if key in fates]
    if Fate.LOST in found:
        return Fate.LOST
    return Fate.GOOD if all(fate == Fate.GOOD for fate in found) else Fate.RUNNING


def founder_of(key: str, before: Mapping[str, Iterable[str]], founding: Sequence[str]) -> str:
    """The item that brings into being whom ``key`` is for: one that registers and that it waits for; else empty."""
    return next((one for one in founding if one in before.get(key, ())), "")
