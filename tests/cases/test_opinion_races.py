"""Several people on one question, hearing or list at once: one outcome, nothing overwritten."""

import pytest

from cases.models import Hearing, OpinionAsked
from cases.opinions import answering, asking
from cases.opinions.answering import Answer
from cases.proceedings import hearing_actions
from common.models import AuditEvent
from identity.models import PostHolding
from tests.factories.cast import a_member_of_staff, build_cast
from tests.factories.opinions import ask
from tests.factories.proceedings import plan, tell
from tests.factories.routes import a_routed_case, conclude, states
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
YES, NO = Answer("agree", "可以"), Answer("oppose", "不可以")


def test_two_officers_answer_at_once_and_one_answer_stands():
    cast = build_cast()
    asked = ask(cast, a_routed_case(cast))
    other = a_member_of_staff("1041", asked.post, PostHolding.Role.REVIEWER)
    results = at_once(
        lambda: answering.answer(cast.fire, asked_id=asked.pk, given=YES),
        lambda: answering.answer(other, asked_id=asked.pk, given=NO),
    )
    assert [one for one in results if isinstance(one, str)] == ["opinion.settled"]
    row = OpinionAsked.objects.get()
    won = cast.fire if not isinstance(results[0], str) else other
    assert (row.account_id, row.stance) == (won.account_id, "agree" if won is cast.fire else "oppose")
    assert AuditEvent.objects.filter(code="opinion.changed", detail__change="answered").count() == 1


def test_an_answer_and_a_withdrawal_at_once():
    cast = build_cast()
    case = a_routed_case(cast)
    asked = ask(cast, case)
    results = at_once(
        lambda: answering.answer(cast.fire, asked_id=asked.pk, given=YES),
        lambda: asking.withdraw_question(cast.food, case_id=case.pk, asked_id=asked.pk, reason="清楚了"),
    )
    assert [one for one in results if isinstance(one, str)] == ["opinion.settled"]
    row = OpinionAsked.objects.get()
    if isinstance(results[0], str):
        assert (row.state, row.stance, row.reason) == ("withdrawn", "", "清楚了")
    else:
        assert (row.state, row.stance, row.reason) == ("answered", "agree", "")


def test_an_answer_and_the_conclusion_of_the_stage_at_once():
    cast = build_cast()
    case = a_routed_case(cast)
    asked = ask(cast, case)
    results = at_once(
        lambda: answering.answer(cast.fire, asked_id=asked.pk, given=NO),
        lambda: conclude(cast, case, "docs"),
    )
    assert OpinionAsked.objects.get().state == "answered"
    if isinstance(results[1], str):  # the conclusion came first and had to wait for the answer
        assert (results[1], states(case)["docs"]) == ("opinion.open", "open")
    else:
        assert states(case)["docs"] == "agreed"


def test_a_request_for_a_hearing_and_a_waiver_at_once():
    cast = build_cast()
    case = a_routed_case(cast)
    tell(cast, case)
    results = at_once(
        lambda: hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk),
        lambda: hearing_actions.waive_hearing(cast.citizen, case_id=case.pk),
    )
    assert [one for one in results if isinstance(one, str)] == ["hearing.moved"]
    assert Hearing.objects.get().state == ("waived" if isinstance(results[0], str) else "asked")


def test_two_officers_put_the_hearing_on_a_day_at_once():
    cast = build_cast()
    case = a_routed_case(cast)
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    case.refresh_from_db()
    act = {"case_id": case.pk, "expected_version": case.version}
    results = at_once(
        lambda: hearing_actions.schedule_hearing(cast.food, **act, plan=plan(case, place="一楼")),
        lambda: hearing_actions.schedule_hearing(cast.decider, **act, plan=plan(case, place="二楼")),
    )
    assert [one for one in results if isinstance(one, str)] == ["case.stale_form"]
    hearing = Hearing.objects.get()
    assert hearing.place == ("二楼" if isinstance(results[0], str) else "一楼")
    assert case.notices.filter(kind="hearing").count() == 1
    assert case.special_procedures.count() == 1
