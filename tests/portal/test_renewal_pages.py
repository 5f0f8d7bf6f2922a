"""What the pages say of a renewal, to whoever applied and to whoever decides."""

import pytest
from django.utils import timezone

from cases.actions import intake, renewal
from cases.models import Case
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.renewals import end_term, renewing
from tests.factories.visitors import a_form, a_visitor, address
from tests.factories.workbench import browser_of


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


def _applicants(cast: Cast, name: str, case: Case) -> str:
    browser = a_visitor(cast.account, acting_for=cast.shop)
    return browser.get(address(name, case.pk)).content.decode()


def _staffs(cast: Cast, case: Case) -> str:
    return browser_of(cast.decider).get(address("workbench_case", case.pk)).content.decode()


@pytest.mark.parametrize(("days", "said"), [(30, "这次申请来得及"), (29, "离到期不到 30 日了")])
def test_before_submitting_it_says_whether_it_comes_in_time(cast, days, said):
    renewing(cast, days=days)
    page = _applicants(cast, "draft_check", moves.a_ready_draft(cast))
    assert said in page


def test_other_items_say_nothing_of_it(cast):
    case = moves.an_accepted_case(cast)
    assert "视为准予延续" not in _applicants(cast, "my_case", case)
    assert "视为准予延续" not in _staffs(cast, case)


def test_both_sides_read_by_when_and_what_silence_means(cast):
    renewing(cast)
    case = moves.an_accepted_case(cast)
    assert "到期没有决定，就视为准予延续" in _applicants(cast, "my_case", case)
    page = _staffs(cast, case)
    assert "以前决定" in page
    assert cast.licence.number in page


def test_who_has_to_correct_is_told_that_nothing_is_granted_meanwhile(cast):
    renewing(cast)
    case = moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充")
    assert "没有补齐的，到期不会视为准予延续" in _applicants(cast, "my_case", case)


def test_a_late_one_reads_that_silence_grants_nothing(cast):
    renewing(cast, days=10)
    case = moves.an_accepted_case(cast)
    assert "到期没有决定的，不视为准予延续" in _applicants(cast, "my_case", case)
    assert "不视为准予延续" in _staffs(cast, case)


def test_after_the_term_the_pages_offer_nothing_that_comes_too_late(cast):
    renewing(cast)
    case = moves.a_reviewed_case(cast)
    end_term(cast, case)
    page = _applicants(cast, "my_case", case)
    assert "依法视为准予延续" in page
    assert address("withdraw_case", case.pk) not in page
    page = _staffs(cast, case)
    assert "已经视为准予延续" in page
    assert address("case_action", case.pk, "approve") in page
    assert address("case_action", case.pk, "refuse") not in page


def test_a_refusal_sent_from_an_old_page_is_told_why(cast):
    renewing(cast)
    case = moves.a_reviewed_case(cast)
    end_term(cast, case)
    browser = a_visitor(cast.account, acting_for=cast.shop)
    sent = browser.post(address("withdraw_case", case.pk), a_form(case, reason="不办了"))
    assert sent.status_code == 409
    assert "依法视为准予延续" in sent.content.decode()
    assert Case.objects.get(pk=case.pk).state == "in_review"


def test_afterwards_the_timeline_and_the_old_code_tell_of_it(cast):
    renewing(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    renewal.deem_renewed(today=timezone.localdate())
    page = _applicants(cast, "my_case", case)
    assert "到期没有决定，视为准予延续" in page
    assert "视为准予延续通知书" in page
    assert "视为准予延续" in _staffs(cast, case)
    cast.licence.refresh_from_db()
    old = a_visitor().get(address("verify_code", cast.licence.verify_code)).content.decode()
    assert "延续" in old
