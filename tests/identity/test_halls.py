"""Halls: hours as typed, open or closed by the working calendar, kept by the department's own staff."""

import datetime as dt

import pytest

from common.errors import Forbidden
from common.workdays import WorkCalendar
from identity.halls import actions
from identity.halls.actions import HallDetails
from identity.halls.errors import HallChanged, HallInvalid
from identity.halls.rules import BadHours, opening, parse_spans, spans_on, week_lines
from identity.models import Hall
from tests.factories.editing import a_desk
from tests.factories.guides import WEEK

_CALENDAR = WorkCalendar()
_SATURDAY = {**WEEK, "6": [["09:00", "12:00"]]}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9:00-12:00，13:00—17:00", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("09：00至24：00", [["09:00", "24:00"]]),
        ("", []),
        ("休息", []),
    ],
)
def test_hours_are_read_as_people_type_them(text, spans):
    assert parse_spans(text) == spans


@pytest.mark.parametrize(
    "text", ["上午", "12:00-9:00", "9:00-25:00", "9:60-10:00", "9:00-12:00，11:00-13:00", "9-12", "9:00-9:00"]
)
def test_other_hours_are_refused(text):
    with pytest.raises(BadHours):
        parse_spans(text)


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (dt.date(2026, 3, 4), 2),  # a Wednesday
        (dt.date(2026, 3, 7), 1),  # a plain Saturday
        (dt.date(2026, 3, 8), 0),
        (dt.date(2026, 10, 1), 0),  # 国庆节, a Thursday
        (dt.date(2026, 10, 3), 0),  # the Saturday within it
        (dt.date(2026, 10, 10), 2),  # a Saturday that works instead: hours of a weekday
    ],
)
def test_days_off_and_days_that_work_instead_are_kept(day, count):
    spans, is_certain = spans_on(_SATURDAY, [], day, _CALENDAR)
    assert (len(spans), is_certain) == (count, True)


def test_a_day_of_its_own_comes_before_the_calendar():
    special = [{"day": "2026-10-01", "spans": [["10:00", "11:00"]], "note": "值班"}]
    assert spans_on(WEEK, special, dt.date(2026, 10, 1), _CALENDAR) == ([("10:00", "11:00")], True)


def test_a_year_nobody_loaded_is_told_by_the_weekday_and_not_certain():
    assert spans_on(WEEK, [], dt.date(2060, 3, 3), _CALENDAR) == ([("09:00", "12:00"), ("13:00", "17:00")], False)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-04 08:59", (False, "", "2026-03-04 09:00")),
        ("2026-03-04 09:00", (True, "12:00", None)),
        ("2026-03-04 12:00", (False, "", "2026-03-04 13:00")),
        ("2026-03-04 17:00", (False, "", "2026-03-05 09:00")),
        ("2026-09-30 18:00", (False, "", "2026-10-08 09:00")),  # over the whole holiday
    ],
)
def test_open_until_when_or_open_again_when(now, expected):
    state = opening(WEEK, [], dt.datetime.fromisoformat(now), _CALENDAR)
    again = state.opens_at.strftime("%Y-%m-%d %H:%M") if state.opens_at else None
    assert (state.is_open, state.closes_at, again) == expected


def test_a_hall_that_never_opens_says_no_day():
    state = opening({}, [], dt.datetime(2026, 3, 4, 9), _CALENDAR)
    assert (state.is_open, state.opens_at) == (False, None)


def test_days_with_the_same_hours_are_told_together():
    assert week_lines(_SATURDAY) == [(1, 5, "09:00—12:00，13:00—17:00"), (6, 6, "09:00—12:00")]


@pytest.fixture
def desk(db):
    return a_desk()


def details(desk, **changes) -> HallDetails:
    given = {
        "department": desk.department,
        "region": desk.department.region,
        "name": "政务大厅",
        "address": "人民路1号",
        "hours": {1: "9:00-17:00"},
    }
    return HallDetails(**{**given, **changes})


def test_the_department_opens_changes_and_closes_its_hall(desk):
    hall = actions.save_hall(desk.ann, details=details(desk), request_key="k")
    assert actions.save_hall(desk.ann, details=details(desk), request_key="k") == hall
    changed = actions.save_hall(
        desk.ben, details=details(desk, phone="0000-2"), hall_id=hall.pk, expected_revision=hall.revision
    )
    assert (changed.phone, changed.revision) == ("0000-2", 2)
    assert actions.save_hall(desk.ben, details=details(desk, phone="0000-2"), hall_id=hall.pk).revision == 2
    assert not actions.set_hall_in_use(desk.ann, hall_id=hall.pk, in_use=False).is_active


def test_who_was_slower_is_told_and_nothing_changes(desk):
    hall = actions.save_hall(desk.ann, details=details(desk))
    actions.save_hall(desk.ann, details=details(desk, phone="0000-2"), hall_id=hall.pk, expected_revision=1)
    with pytest.raises(HallChanged):
        actions.save_hall(desk.ben, details=details(desk, phone="0000-3"), hall_id=hall.pk, expected_revision=1)
    assert Hall.objects.get().phone == "0000-2"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "甲\x00"}, "name"),
        ({"address": "路" * 201}, "address"),
        ({"phone": "<script>"}, "phone"),
        ({"latitude": 30}, "longitude"),
        ({"latitude": 91, "longitude": 0}, "latitude"),
        ({"hours": {2: "整天"}}, "day_2"),
        ({"special_days": ((dt.date(2026, 1, 1), "早上", ""),)}, "special_days"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(desk, changes, field):
    with pytest.raises(HallInvalid) as refused:
        actions.save_hall(desk.ann, details=details(desk, **changes))
    assert field in refused.value.fields
    assert not Hall.objects.exists()


def test_another_department_may_not(desk):
    hall = actions.save_hall(desk.ann, details=details(desk))
    with pytest.raises(Forbidden):
        actions.save_hall(desk.other, details=details(desk, phone="0000-9"), hall_id=hall.pk)
    with pytest.raises(Forbidden):
        actions.set_hall_in_use(desk.other, hall_id=hall.pk, in_use=False)
    assert Hall.objects.get().is_active
    with pytest.raises(HallInvalid):  # the same name twice
        actions.save_hall(desk.ann, details=details(desk))
