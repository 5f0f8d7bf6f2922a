"""What time does to a case: silence, years nobody loaded."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import queries
from cases.actions import clocks, intake
from cases.clock import Lamp
from cases.models import Case
from cases.states import State
from common.models import CalendarYear
from common.workdays import for_region
from tests.factories import moves


def test_silence_of_five_working_days_accepts_from_the_day_of_receipt(cast):
    case = moves.a_submitted_case(cast)
    fifth = for_region("519900").add(case.received_on, 5)
    assert intake.deem_accepted(today=fifth) == 0
    assert intake.deem_accepted(today=fifth + dt.timedelta(days=1)) == 1
    case.refresh_from_db()
    assert case.is_deemed_accepted
    assert case.accepted_on == case.received_on
    assert case.state == State.IN_REVIEW
    assert intake.deem_accepted(today=fifth + dt.timedelta(days=1)) == 0


def test_answered_application_is_never_deemed_accepted(cast):
    case = moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充")
    assert intake.deem_accepted(today=case.received_on + dt.timedelta(days=60)) == 0


def test_year_without_calendar_never_blocks_acceptance_and_is_filled_in_later(cast):
    CalendarYear.objects.all().delete()
    cast.version.statutory_days = 300
    cast.version.save()
    case = moves.an_accepted_case(cast)
    assert case.state == State.IN_REVIEW
    assert case.statutory_due_on is None
    assert clocks.fill_missing() == 0
    year = timezone.localdate().year
    for each in (year + 1, year + 2):
        CalendarYear.objects.create(year=each, source="测试")
    assert clocks.fill_missing() == 1
    assert Case.objects.get(pk=case.pk).statutory_due_on is not None


@pytest.mark.parametrize(("after", "lamp"), [(0, Lamp.OK), (4, Lamp.NEAR), (5, Lamp.NEAR), (6, Lamp.OVER)])
def test_promise_lamp_turns_as_the_limit_nears(cast, after, lamp):
    case = moves.an_accepted_case(cast)
    today = for_region("519900").add(case.accepted_on, after)
    assert queries.clocks(case, today=today).promise.lamp == lamp
