"""The line, the slots, lateness and the block, without a database."""

import datetime as dt
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.counter import rules
from cases.counter.rules import Reach, Standing

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
A, B = uuid4(), uuid4()


def standing(number: int = 1, minutes_ago: int = 0, due_in: int | None = None, **values: object) -> Standing:
    due = None if due_in is None else NOW + dt.timedelta(minutes=due_in)
    return Standing(UUID(int=number), number, NOW - dt.timedelta(minutes=minutes_ago), due_at=due, **values)


def test_the_line_is_transferred_priority_due_walk_in_early():
    tickets = [
        standing(1, 60),
        standing(2, 1, due_in=0),
        standing(3, 90, due_in=30),
        standing(4, 0, is_priority=True),
        standing(5, 0, wanted=A),
    ]
    order = [one.number for one in rules.line_for(Reach(A), tickets, NOW)]
    assert order == [5, 4, 2, 1, 3]


def test_a_window_calls_what_it_serves_and_questions():
    window = Reach(A, departments=frozenset([A]), items=frozenset([B]))
    assert rules.serves(window, standing(department=A))
    assert rules.serves(window, standing(item=B, department=B))
    assert rules.serves(window, standing())
    assert not rules.serves(window, standing(department=B))
    assert not rules.serves(window, standing(department=A, wanted=B))


@given(st.lists(st.tuples(st.integers(0, 90), st.booleans(), st.none() | st.integers(-60, 60)), max_size=20))
def test_whoever_is_called_nth_has_n_ahead(rows):
    tickets = [
        standing(number, minutes, due, is_priority=is_priority)
        for number, (minutes, is_priority, due) in enumerate(rows, 1)
    ]
    window = Reach(A)
    for place, one in enumerate(rules.line_for(window, tickets, NOW)):
        assert rules.ahead_of(one, tickets, [window], NOW) == place


@given(st.integers(5, 240), st.integers(0, 1000), st.integers(0, 400))
def test_slots_lie_in_the_plan_and_in_the_hours_and_never_overlap(minutes, start, length):
    end = min(start + length, 24 * 60)
    spans = [[_clock(min(start, end)), _clock(end)]]
    slots = rules.slot_minutes(spans, minutes, [["09:00", "12:00"], ["13:00", "24:00"]])
    for begin, over in slots:
        assert over - begin == minutes
        assert start <= begin
        assert over <= end
        assert (begin >= 540 and over <= 720) or begin >= 780
    assert all(first[1] <= second[0] for first, second in pairwise(slots))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def test_late_is_so_many_minutes_after_the_slot():
    ends = NOW
    assert not rules.is_late(ends, NOW + dt.timedelta(minutes=15), late_minutes=15)
    assert rules.is_late(ends, NOW + dt.timedelta(minutes=15, seconds=1), late_minutes=15)


def test_three_in_ninety_days_block_for_thirty():
    day = dt.date(2026, 11, 1)
    missed = [day, day - dt.timedelta(days=10), day - dt.timedelta(days=89)]
    until = dt.date(2026, 12, 1)
    assert rules.blocked_until(missed, day, limit=3, block_days=30) == until
    assert rules.blocked_until(missed, until, limit=3, block_days=30) == until
    assert rules.blocked_until(missed, until + dt.timedelta(days=1), limit=3, block_days=30) is None
    assert rules.blocked_until([*missed[:2], day - dt.timedelta(days=90)], day, limit=3, block_days=30) is None
    assert rules.blocked_until(missed, day, limit=0, block_days=30) is None
    assert rules.blocked_until([], day, limit=1, block_days=30) is None


def test_the_wait_counts_staffed_windows():
    assert rules.expected_minutes(0, windows=2, minutes_each=10) == 0
    assert rules.expected_minutes(5, windows=2, minutes_each=10) == 30
    assert rules.expected_minutes(5, windows=0, minutes_each=10) == 50


def test_tickets_are_given_from_an_hour_before_opening_until_closing():
    spans = [("09:00", "12:00"), ("13:00", "17:00")]
    given = {clock: rules.is_giving(spans, _at(clock)) for clock in ("07:59", "08:00", "12:30", "16:59", "17:00")}
    assert given == {"07:59": False, "08:00": True, "12:30": True, "16:59": True, "17:00": False}
    assert not rules.is_giving([], _at("10:00"))


def _at(clock: str) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return NOW.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("value", "way"),
    [
        ("11010119900307123X", "id_number"),
        ("1101 0119 9003 0712 3x", "id_number"),
        ("137 0000 0001", "phone"),
        ("+86 13700000001", "phone"),
        ("1234 5678", "code"),
        ("1234567", ""),
        ("", ""),
    ],
)
def test_a_number_says_itself_what_it_is(value: str, way: str):
    assert rules.way_of(value) == way
