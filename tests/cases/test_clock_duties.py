"""What time does to a case: silence, years nobody loaded."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import errors, notices, queries
from cases.actions import clocks, intake, submission
from cases.clock import Lamp
from cases.models import Branch, Case
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


@pytest.fixture
def only_this_year(cast, monkeypatch) -> None:
    """The notice of the next year is not out: neither the library nor anybody here knows it."""
    CalendarYear.objects.all().delete()
    monkeypatch.setattr("common.workdays._PACKAGE_YEARS", frozenset({timezone.localdate().year}))


@pytest.mark.usefixtures("only_this_year")
def test_year_without_calendar_never_blocks_acceptance_and_is_filled_in_later(cast):
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


def _silent_for(cast, days: int) -> Case:
    """A case received so long ago that ``days`` calendar days have passed."""
    case = moves.a_submitted_case(cast)
    Case.objects.filter(pk=case.pk).update(received_on=timezone.localdate() - dt.timedelta(days=days))
    return Case.objects.get(pk=case.pk)


def test_late_acceptance_counts_from_the_day_of_receipt(cast):
    case = _silent_for(cast, 30)
    accepted = intake.accept(cast.clerk, case_id=case.pk)
    assert accepted.is_deemed_accepted
    assert accepted.accepted_on == case.received_on


def test_silence_leaves_nothing_but_acceptance(cast):
    case = _silent_for(cast, 30)
    attempts = (
        lambda: intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充"),
        lambda: intake.refuse_acceptance(cast.clerk, case_id=case.pk, reason="不属于职权"),
        lambda: intake.not_required(cast.clerk, case_id=case.pk, reason="不需要"),
    )
    for attempt in attempts:
        with pytest.raises(errors.SilenceOver):
            attempt()
    assert Case.objects.get(pk=case.pk).state == State.SUBMITTED


@pytest.mark.usefixtures("only_this_year")
def test_promise_without_a_statutory_limit_is_filled_in_later(cast):
    cast.version.statutory_days, cast.version.promise_days = None, 300
    cast.version.save()
    case = moves.an_accepted_case(cast)
    year = timezone.localdate().year
    for each in (year + 1, year + 2):
        CalendarYear.objects.create(year=each, source="测试")
    assert clocks.fill_missing() == 1
    assert Case.objects.get(pk=case.pk).promise_due_on is not None
    assert clocks.fill_missing() == 0


EXTENSION = {"reason": "案情复杂", "legal_basis": "行政许可法第四十二条"}


def test_fifteen_more_days_are_for_joint_handling(cast):
    case = moves.an_accepted_case(cast)
    Branch.objects.filter(case=case).update(department=cast.scjg)
    with pytest.raises(errors.ExtensionNotJoint):
        clocks.extend(cast.decider, case_id=case.pk, days=15, **EXTENSION)
    Branch.objects.filter(case=case, stage__key="fire").update(department=cast.xfj)
    clocks.extend(cast.decider, case_id=case.pk, days=15, **EXTENSION)


def test_one_case_that_fails_at_night_does_not_keep_the_others_waiting(cast, monkeypatch, caplog):
    bad, good = moves.a_submitted_case(cast), moves.a_submitted_case(cast)
    issue = notices.issue

    def break_one(actor, case, kind, **rest):
        if case.pk == bad.pk:
            raise RuntimeError("printer on fire")
        return issue(actor, case, kind, **rest)

    monkeypatch.setattr(notices, "issue", break_one)
    late = for_region("519900").add(bad.received_on, 6)
    assert intake.deem_accepted(today=late) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.SUBMITTED, State.IN_REVIEW)
    assert str(bad.pk) in caplog.text


def test_withdrawal_ends_a_special_procedure(cast):
    case = moves.an_accepted_case(cast)
    clocks.start_special(
        cast.food, case_id=case.pk, kind="testing", reason="送检", legal_basis="第四十五条", days_needed=3
    )
    submission.withdraw(cast.citizen, case_id=case.pk)
    assert case.special_procedures.get().ends_on == timezone.localdate()
