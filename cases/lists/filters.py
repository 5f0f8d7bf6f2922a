"""What a list shows, as a value that goes into an address and comes back out of it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from cases.states import State

TASKS = ("mine", "open", "all")
LAMPS = ("over", "soon", "later", "paused")
SORTS = ("best", "urgent", "statute", "newest", "oldest")
RENEWALS = ("deemed", "running")
STATES = tuple(state.value for state in State if state != State.DRAFT)  # drafts are the applicant's own
MOST_LETTERS = 60
MOST_QUERY = 500


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """``task`` is mine, open or all; an empty field does not limit; ``sort`` empty takes the task's own.

    ``text`` is a case number or its beginning, a credit code, or words in the name of an item or organisation.
    ``applicant`` is a party's id: what stands in an address never is a person's name or number.
    ``promise`` and ``statute`` are one of :data:`LAMPS`. ``renewal`` is deemed (a licence's term ended undecided) or
    running (it will be renewed by the law unless somebody decides).
    """

    task: str = "mine"
    state: str = ""
    text: str = ""
    item: str = ""
    department: str = ""
    region: str = ""
    post: str = ""
    applicant: str = ""
    promise: str = ""
    statute: str = ""
    since: str = ""
    until: str = ""
    renewal: str = ""
    sort: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str], *, task: str = "mine") -> Self:
        """Read a filter; what is no value of a field counts as not given."""
        known = {one.name: _CHECKS[one.name](str(values.get(one.name) or "")) for one in fields(cls)}
        return cls(**{**known, "task": known["task"] or task})

    @classmethod
    def of_query(cls, query: str, *, task: str = "mine") -> Self:
        """Read a filter from the part of an address behind the question mark."""
        return cls.read(dict(parse_qsl(query[:MOST_QUERY])), task=task)

    @property
    def query(self) -> str:
        """The filter as part of an address, each in one way only."""
        return urlencode([(name, value) for name, value in self.values().items() if value])

    def values(self) -> dict[str, str]:
        """Every field by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but task and order is chosen."""
        return any(value for name, value in self.values().items() if name not in {"task", "sort"})

    @property
    def order(self) -> str:
        """The order that counts: what was chosen, else the best fit for words, else the task's own."""
        if self.sort and (self.sort != "best" or self.text):
            return self.sort
        if self.text:
            return "best"
        return "newest" if self.task == "all" else "urgent"

    def without(self, name: str) -> Self:
        """The same without one condition."""
        return replace(self, **{name: ""})


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    return lambda text: text if text in choices else ""


def _text(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:MOST_LETTERS]


def _key(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        return ""


_CHECKS: dict[str, Callable[[str], str]] = {
    "task": _one_of(TASKS),
    "state": _one_of(STATES),
    "text": _text,
    "item": _key,
    "department": _key,
    "region": _key,
    "post": _key,
    "applicant": _key,
    "promise": _one_of(LAMPS),
    "statute": _one_of(LAMPS),
    "since": _day,
    "until": _day,
    "renewal": _one_of(RENEWALS),
    "sort": _one_of(SORTS),
}
