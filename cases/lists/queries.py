"""Reads of the lists: pages that begin behind a row, counts that stop, and the case after the one at hand.

A list is put together from arms: conditions that do not overlap and each of which an index answers in the order of
the list. Each arm gives at most a page, and the page is the first of them all. What is shown is read once more
through :func:`cases.visibility.visible_to`, so that an arm can never show what the actor may not know of.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone

from cases.lists.filters import WorklistFilter
from cases.lists.finding import ranks
from cases.lists.ordering import EARLIEST, ORDERS, Order, Place, beyond, day
from cases.models import Branch, Case, Flag
from cases.queries import waiting_for, waiting_parts
from cases.states import OPEN_STATES, State
from cases.visibility import visible_to
from common.workdays import UnknownYear, for_region
from identity.actor import Actor
from identity.permissions import Permission

PAGE_SIZE = 20
COUNT_CAP = 100
SOON = 3  # working days
_MOST_ARMS = 64  # departments with an arm each; beyond them the rows are dense enough for one
_TIMED = frozenset({State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED})
_OF_LAMP = {"paused": frozenset({State.SUSPENDED})}  # a paused clock has no last day; others may be in any such state
# What rows show of a case; its answers and the item's guide are long.
_SHOWN = (
    *("number", "state", "outcome", "received_on", "accepted_on", "promise_due_on", "statutory_due_on"),
    *("renewal_ends_on", "is_deemed_renewed"),
    *("department__region__code", "applicant__kind", "applicant__person__name", "applicant__organisation__name"),
    *("item_version__name", "item_version__promise_days", "item_version__promise_unit"),
    *("item_version__statutory_days", "item_version__statutory_unit"),
)
_SEES = (Permission.COUNTER, Permission.DECIDE, Permission.SUPERVISE)


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a list and its place."""

    case: Case
    place: Place


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows and the places behind and before which the neighbours begin, None at an end.

    ``count`` is how many cases the list has, :data:`COUNT_CAP` at most; only the first page knows.
    """

    rows: list[Row]
    after: Place | None = None
    before: Place | None = None
    count: int | None = None

    @property
    def is_capped(self) -> bool:
        """Whether there may be more cases than were counted."""
        return self.count is not None and self.count >= COUNT_CAP


def page(actor: Actor, chosen: WorklistFilter, *, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """The page behind or before a place, as the address names it; the first one for anything else.

    Two queries, and two more for words. The first page reads on to :data:`COUNT_CAP` places, which are its count.
    """
    order = ORDERS[chosen.order]
    place = Place.read(before or after, order)
    is_back = bool(before) and place is not None
    found = _places(actor, chosen, size + 1 if place else max(COUNT_CAP, size + 1), place=place, is_back=is_back)
    total = None if place else min(len(found), COUNT_CAP)
    has_more = len(found) > size
    found = found[:size]
    if is_back:
        found.reverse()
    if not found:
        return Page([], count=total)
    is_first = place is None or (is_back and not has_more)
    is_last = not is_back and not has_more
    return Page(_rows(actor, found), None if is_last else found[-1], None if is_first else found[0], total)


def count(actor: Actor, chosen: WorklistFilter, *, cap: int = COUNT_CAP) -> int:
    """How many cases a list has, ``cap`` at most: no count ever reads more rows than that from an arm."""
    return len(_places(actor, chosen, cap))


def ids(actor: Actor, chosen: WorklistFilter, *, most: int) -> list[UUID]:
    """The cases of a list in its order, ``most`` of them."""
    return [place.key for place in _places(actor, chosen, most)]


def versions(actor: Actor, case_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Of these cases those that the actor may know of, with the version of each."""
    return dict(visible_to(actor).filter(pk__in=list(case_ids)).values_list("pk", "version"))


def next_in(actor: Actor, chosen: WorklistFilter, *, place: Place, but: UUID) -> Place | None:
    """The place of the case after a place in a list; ``but`` is the one at hand, which may have moved on."""
    found = _places(actor, chosen, 2, place=place)
    return next((one for one in found if one.key != but), None)


def waiting_count(actor: Actor, *, cap: int = COUNT_CAP) -> int:
    """How many cases wait for this post, ``cap`` at most (one statement).

    The order of the list begins with what has no last day yet: all cases before acceptance, which a decider's index
    would be read through. What the state tells is counted in the order of the index that begins with it.
    """
    if not actor.is_staff:
        return 0
    parts: list[str] = []
    values: list[Any] = []
    intake, review, decide = waiting_parts(actor)
    urgent = (*ORDERS["urgent"].keys, "pk")
    for waits, order in ((intake, _OF_STATE), (review, urgent), (decide, _OF_STATE)):
        with suppress(EmptyResultSet):
            rows = Case.objects.filter(waits).order_by(*order).values_list(Value(1))[:cap]
            sql, given = rows.query.sql_with_params()
            parts.append(f"({sql})")
            values += given
    if not parts:
        return 0
    waiting = f"SELECT count(*) FROM (SELECT 1 FROM ({' UNION ALL '.join(parts)}) AS arms LIMIT %s) AS waiting"  # noqa: S608 our own names
    with connection.cursor() as cursor:
        cursor.execute(waiting, [*values, cap])
        (found,) = cursor.fetchone()
    return int(found)


_OF_STATE = ("department_id", "state", "promise_due_on")  # as the index ``case_worklist``


def next_waiting(actor: Actor, *, after: UUID) -> UUID | None:
    """The most urgent case that waits for this post, other than ``after``: where "next" leads without a list."""
    found = _places(actor, WorklistFilter(), 2)
    return next((one.key for one in found if one.key != after), None)


def _rows(actor: Actor, places: Sequence[Place]) -> list[Row]:
    """Read the cases of a page; ``is_brought_up`` marks those where this post was asked to watch over a late stage."""
    late = Branch.objects.filter(case=OuterRef("pk"), state=Branch.State.OPEN, escalated_at__isnull=False)
    brought_up = late.filter(escalated_to=actor.post_id)
    cases = (
        visible_to(actor)
        .filter(pk__in=[place.key for place in places])
        .select_related("item_version", "department__region", "applicant__person", "applicant__organisation")
        .only(*_SHOWN)
        .annotate(is_flagged=Exists(Flag.objects.filter(case=OuterRef("pk"), resolved_at__isnull=True)))
        .annotate(is_brought_up=Exists(brought_up))
        .order_by()
    )
    by_key = {case.pk: case for case in cases} if places else {}
    return [Row(by_key[place.key], place) for place in places if place.key in by_key]


def _places(
    actor: Actor, chosen: WorklistFilter, most: int, *, place: Place | None = None, is_back: bool = False
) -> list[Place]:
    """The first places of a list behind ``place``; in the opposite direction where ``is_back`` (one statement)."""
    order = ORDERS[chosen.order]
    arms = [arm for arm in _arms(actor, chosen) if not _is_past(arm.rank, place, is_back=is_back)]
    parts: list[str] = []
    values: list[Any] = []
    for arm in arms:
        with suppress(EmptyResultSet):
            sql, given = _sliced(order, arm, most, place, is_back=is_back).query.sql_with_params()
            for one in arm.each or (_EACH,):
                parts.append(f"({sql})")
                values += [one if value == _EACH else value for value in given]
    if not parts:
        return []
    # Of one rank the arms are in the order of the list: they are merged, and read no further than the page.
    names = _names(order, is_back)[len({arm.rank for arm in arms}) == 1 :]
    by = ", ".join(f"{name.lstrip('-')} DESC" if name[0] == "-" else name for name in names)
    listed = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS listed ORDER BY {by} LIMIT %s"  # noqa: S608 our own names
    with connection.cursor() as cursor:
        cursor.execute(listed, [*values, most])
        return [Place(rank, tuple(days), key) for rank, *days, key in cursor.fetchall()]


_EACH = uuid4()  # stands for the department in an arm that is written once for several


@dataclass(frozen=True, slots=True)
class _Arm:
    """Cases of one rank; where they are those of the department :data:`_EACH`, an arm for ``each`` of these."""

    rank: int
    cases: QuerySet[Case]
    each: Sequence[UUID] = ()


def _sliced(order: Order, arm: _Arm, most: int, place: Place | None, *, is_back: bool) -> QuerySet[Case, Any]:
    cases = arm.cases
    if place is not None and arm.rank == place.rank:
        cases = cases.filter(beyond(order, place, is_back=is_back))
    keys = {f"k{number}": key for number, key in enumerate(order.keys)}
    named = cases.annotate(rank=Value(arm.rank, output_field=IntegerField()), **keys, key=F("pk"))
    names = _names(order, is_back)
    return named.order_by(*(name for name in names if name.lstrip("-") != "rank")).values_list("rank", *keys, "key")[
        :most
    ]


def _names(order: Order, is_back: bool) -> list[str]:
    sign = "-" if order.is_down != is_back else ""
    names = [f"{sign}k{number}" for number in range(len(order.keys))]
    return ["-rank" if is_back else "rank", *names, f"{sign}key"]


def _is_past(rank: int, place: Place | None, *, is_back: bool) -> bool:
    return place is not None and (rank > place.rank if is_back else rank < place.rank)


def _arms(actor: Actor, chosen: WorklistFilter) -> list[_Arm]:
    if not actor.is_staff:
        return []
    narrowed = _narrowed(actor, chosen)
    if chosen.text:
        whole = visible_to(actor).filter(narrowed).order_by()
        if chosen.task == "mine":
            whole = whole.filter(waiting_for(actor))
        is_ranked = chosen.order == "best"
        return [_Arm(rank if is_ranked else 0, whole.filter(fits)) for rank, fits in enumerate(ranks(chosen.text))]
    shown = Case.objects.exclude(state=State.DRAFT).filter(narrowed).order_by()
    if chosen.task == "mine":
        return [_Arm(0, shown.filter(part)) for part in waiting_parts(actor)]
    return _visible_arms(actor, shown)


def _visible_arms(actor: Actor, shown: QuerySet[Case]) -> list[_Arm]:
    """What :func:`visible_to` says, in arms that do not overlap: a department each, then those it only reviews."""
    own = frozenset().union(*(actor.departments(right) for right in _SEES))
    reviewed = actor.departments(Permission.REVIEW) - own
    arms = []
    if 0 < len(own) <= _MOST_ARMS:
        arms.append(_Arm(0, shown.filter(department_id=_EACH), sorted(own)))
    elif own:
        arms.append(_Arm(0, shown.filter(department_id__in=own)))
    if reviewed:
        branches = Branch.objects.filter(case=OuterRef("pk"), department_id__in=reviewed)
        arms.append(_Arm(0, shown.filter(Exists(branches) & ~Q(department_id__in=own))))
    return arms


def _narrowed(actor: Actor, chosen: WorklistFilter) -> Q:
    wanted = _in_states(chosen)
    exact = {"item": "item_id", "department": "department_id", "region": "department__region_id"}
    for name, column in {**exact, "applicant": "applicant_id"}.items():
        if value := getattr(chosen, name):
            wanted &= Q(**{column: value})
    if chosen.post:
        wanted &= Q(Exists(Branch.objects.filter(case=OuterRef("pk"), post_id=chosen.post)))
    if chosen.since:
        wanted &= Q(received_on__gte=chosen.since)
    if chosen.until:
        wanted &= Q(received_on__lte=chosen.until)
    for column, lamp in (("promise_due_on", chosen.promise), ("statutory_due_on", chosen.statute)):
        if lamp and lamp != "paused":
            wanted &= _lit(column, lamp, actor)
    if chosen.renewal == "deemed":
        wanted &= Q(is_deemed_renewed=True)
    if chosen.renewal == "running":
        wanted &= Q(renewal_ends_on__isnull=False)
    return wanted


def _in_states(chosen: WorklistFilter) -> Q:
    """All that is said about the state, as one condition: a planner takes two for rarer than they are."""
    said = [OPEN_STATES] if chosen.task == "open" else []
    said += [frozenset({State(chosen.state)})] if chosen.state else []
    said += [_TIMED] if chosen.renewal == "running" else []
    said += [_OF_LAMP.get(lamp, _TIMED) for lamp in (chosen.promise, chosen.statute) if lamp]
    return Q(state__in=sorted(frozenset.intersection(*said))) if said else Q()


def _lit(column: str, lamp: str, actor: Actor) -> Q:
    """Cases whose clock runs, by their last day, which is what the lists of open cases are sorted by."""
    key, today = day(column), timezone.localdate()
    if lamp == "over":
        return Q(GreaterThan(key, _a_day(EARLIEST)), LessThan(key, _a_day(today)))
    last = _soon(today, actor)
    if lamp == "soon":
        return Q(GreaterThanOrEqual(key, _a_day(today)), LessThanOrEqual(key, _a_day(last)))
    return Q(GreaterThan(key, _a_day(last)))


def _a_day(value: dt.date) -> Value:
    return Value(value, output_field=DateField())


def _soon(today: dt.date, actor: Actor) -> dt.date:
    try:
        return for_region(actor.region_code).add(today, SOON)
    except UnknownYear:
        return today + dt.timedelta(days=SOON)
