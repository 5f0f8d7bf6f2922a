"""The working-day calendar: national data, local additions, and no guessing."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from common.models import CalendarDay, CalendarYear
from common.workdays import UnknownYear, WorkCalendar, for_region

DAY = dt.date


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_year_has_the_working_days_of_the_national_notice(year, workdays):
    calendar = WorkCalendar()
    assert calendar.count(DAY(year - 1, 12, 31), DAY(year, 12, 31)) == workdays


def test_first_day_is_not_counted_and_make_up_saturday_is():
    calendar = WorkCalendar()
    assert calendar.add(DAY(2026, 9, 30), 1) == DAY(2026, 10, 8)
    assert calendar.is_workday(DAY(2026, 10, 10))  # a Saturday that makes up for the holiday
    assert calendar.add(DAY(2026, 11, 20), 5) == DAY(2026, 11, 27)


def test_counting_back_is_negative():
    assert WorkCalendar().count(DAY(2026, 11, 27), DAY(2026, 11, 20)) == -5


def test_unknown_year_is_an_error_that_says_what_to_load():
    with pytest.raises(UnknownYear) as caught:
        WorkCalendar().add(DAY(2130, 12, 30), 5)
    assert "2130" in caught.value.text
    assert "load_calendar" in str(caught.value.what_to_do)


@pytest.mark.django_db
def test_local_holiday_holds_in_its_region_and_below_only():
    CalendarDay.objects.create(day=DAY(2026, 11, 23), region_code="519900", is_workday=False, name="火把节")
    assert not for_region("519902").is_workday(DAY(2026, 11, 23))
    assert not for_region("519902001").is_workday(DAY(2026, 11, 23))
    assert for_region("519800").is_workday(DAY(2026, 11, 23))


@pytest.mark.django_db
def test_nearer_region_wins():
    CalendarDay.objects.create(day=DAY(2026, 11, 23), region_code="519900", is_workday=False, name="假")
    CalendarDay.objects.create(day=DAY(2026, 11, 23), region_code="519902", is_workday=True, name="班")
    assert for_region("519902").is_workday(DAY(2026, 11, 23))


@pytest.mark.django_db
def test_loaded_year_becomes_known(tmp_path):
    file = tmp_path / "2031.csv"
    file.write_text("2031-01-01,休,元旦\n2031-01-04,班,元旦调休\n", encoding="utf-8")
    call_command("load_calendar", "2031", str(file), source="示例通知")
    calendar = for_region("519900")
    assert not calendar.is_workday(DAY(2031, 1, 1))
    assert calendar.is_workday(DAY(2031, 1, 4))
    assert calendar.is_workday(DAY(2031, 1, 2))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "2031-02-30,休,x\n", "2031-01-01,晴,x\n", "2030-01-01,休,x\n", "2031-01-01\n"])
def test_bad_calendar_file_loads_nothing(tmp_path, text):
    file = tmp_path / "bad.csv"
    file.write_text("2031-01-02,休,好行\n" * bool(text) + text, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("load_calendar", "2031", str(file), source="示例通知")
    assert not CalendarDay.objects.exists()
    assert not CalendarYear.objects.exists()
