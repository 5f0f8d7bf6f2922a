"""A year whose notice is not out does not stop the demonstration, and what was loaded is left alone."""

import datetime as dt

import pytest
from django.utils import timezone

from common.models import CalendarYear
from common.workdays import UnknownYear, for_region
from portal.demo import calendar

pytestmark = pytest.mark.django_db


def test_only_unknown_years_are_loaded_and_only_once(monkeypatch):
    this_year = timezone.localdate().year
    monkeypatch.setattr("common.workdays._PACKAGE_YEARS", frozenset())
    CalendarYear.objects.create(year=this_year, source="国办发明电〔示例〕1号")

    assert calendar.load() == 1
    assert calendar.load() == 0

    assert not for_region("519900").is_workday(dt.date(this_year + 1, 10, 1))
    sources = dict(CalendarYear.objects.values_list("year", "source"))
    assert sources[this_year] == "国办发明电〔示例〕1号"
    assert "示例数据" in sources[this_year + 1]
    with pytest.raises(UnknownYear):
        for_region("519900").is_workday(dt.date(this_year + 2, 10, 1))


def test_a_year_the_library_knows_is_left_to_it(monkeypatch):
    this_year = timezone.localdate().year
    monkeypatch.setattr("common.workdays._PACKAGE_YEARS", frozenset({this_year, this_year + 1}))

    assert calendar.load() == 0
    assert not CalendarYear.objects.exists()
