"""The statutory clock over the real calendars of 2024 to 2026: what must hold for any day, limit and pause."""

import datetime as dt

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import clock
from cases.clock import Lamp, Limit, Pause
from common.workdays import UnknownYear, WorkCalendar

CALENDAR = WorkCalendar()
DAY = dt.timedelta(days=1)
days = st.dates(dt.date(2024, 1, 1), dt.date(2026, 6, 30))
limits = st.integers(1, 45)
spans = st.integers(0, 20)


def working_days_after(start: dt.date, end: dt.date) -> list[dt.date]:
    """Working days after ``start`` up to ``end``, counted the slow way."""
    every = (start + dt.timedelta(days=n) for n in range(1, (end - start).days + 1))
    return [day for day in every if CALENDAR.is_workday(day)]


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_years_have_their_working_days(year: int, workdays: int) -> None:
    assert len(working_days_after(dt.date(year - 1, 12, 31), dt.date(year, 12, 31))) == workdays


@given(days, limits)
def test_the_last_day_is_the_nth_working_day_and_the_first_is_not_counted(start: dt.date, limit: int) -> None:
    due = clock.due_on(start, Limit(limit), CALENDAR)
    assert due is not None
    assert CALENDAR.is_workday(due)
    assert len(working_days_after(start, due)) == limit


@given(
    st.dates(dt.date(2003, 6, 1), dt.date(2028, 12, 31)),
    st.integers(-800, 800),
    st.dictionaries(st.dates(dt.date(2003, 1, 1), dt.date(2029, 1, 31)), st.booleans(), max_size=30),
    st.frozensets(st.sampled_from([2003, 2010, 2025, 2026, 2027, 2028])),
)
@settings(max_examples=200)
def test_a_count_is_that_of_the_days_one_by_one(
    start: dt.date, span: int, own: dict[dt.date, bool], loaded: frozenset[int]
) -> None:
    calendar = WorkCalendar(own, loaded)
    end = start + span * DAY
    between = [min(start, end) + dt.timedelta(days=n) for n in range(1, abs(span) + 1)]
    try:
        slow = sum(calendar.is_workday(day) for day in between)
    except UnknownYear as unknown:
        with pytest.raises(UnknownYear, match=unknown.text):
            calendar.count(start, end)
    else:
        assert calendar.count(start, end) == (slow if span >= 0 else -slow)


@given(st.dates(dt.date(2004, 1, 1), dt.date(2026, 12, 31)))
def test_a_working_day_is_that_of_the_national_notices(day: dt.date) -> None:
    assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day)


@given(days, limits)
def test_calendar_days_count_every_day(start: dt.date, limit: int) -> None:
    assert clock.due_on(start, Limit(limit, working=False), CALENDAR) == start + dt.timedelta(days=limit)


@given(days, limits, st.sampled_from([10, 15]))
def test_an_extension_adds_its_working_days_after_the_limit(start: dt.date, limit: int, extension: int) -> None:
    plain = clock.due_on(start, Limit(limit), CALENDAR)
    longer = clock.due_on(start, Limit(limit), CALENDAR, extension=extension)
    assert plain is not None
    assert longer == CALENDAR.add(plain, extension)


@given(days, limits, spans, spans)
def test_days_of_a_pause_do_not_count(start: dt.date, limit: int, wait: int, length: int) -> None:
    pause = Pause(start + wait * DAY, start + (wait + length) * DAY)
    due = clock.due_on(start, Limit(limit), CALENDAR, pauses=[pause])
    assert due is not None
    counted = [day for day in working_days_after(start, due) if not pause.starts_on <= day <= (pause.ends_on or day)]
    assert len(counted) == limit
    assert due >= (clock.due_on(start, Limit(limit), CALENDAR) or due)


@given(days, limits, spans)
def test_while_a_pause_is_open_there_is_no_last_day(start: dt.date, limit: int, wait: int) -> None:
    assert clock.due_on(start, Limit(limit), CALENDAR, pauses=[Pause(start + wait * DAY, None)]) is None


@given(days, limits, st.integers(-40, 80))
def test_the_lamp_tells_where_today_stands(start: dt.date, limit: int, shift: int) -> None:
    due = clock.due_on(start, Limit(limit), CALENDAR)
    assert due is not None
    today = due + shift * DAY
    reading = clock.read(due, Limit(limit), CALENDAR, today)
    assert reading.remaining is not None
    assert (reading.lamp == Lamp.OVER) == (today > due) == (reading.remaining < 0)
    if today <= due:
        assert reading.remaining == len(working_days_after(today, due))
        assert (reading.lamp == Lamp.NEAR) == (reading.remaining <= 1 or reading.remaining * 5 <= limit)


@given(days, st.integers(0, 30))
def test_silence_is_over_after_five_working_days(received: dt.date, later: int) -> None:
    today = received + later * DAY
    assert clock.is_silence_over(received, today, CALENDAR) == (today > CALENDAR.add(received, 5))


@given(st.dates(dt.date(2080, 1, 1), dt.date(2090, 12, 31)), limits)
@settings(max_examples=25)
def test_a_year_nobody_loaded_is_an_error_that_names_it(start: dt.date, limit: int) -> None:
    with pytest.raises(UnknownYear) as refused:
        clock.due_on(start, Limit(limit), CALENDAR)
    assert str((start + DAY).year) in refused.value.text
    assert "load_calendar" in str(refused.value.what_to_do)


def test_a_limit_that_runs_into_a_year_nobody_loaded_is_an_error() -> None:
    with pytest.raises(UnknownYear):
        clock.due_on(dt.date(max(holidays).year, 12, 28), Limit(20), CALENDAR)
