"""Several officers on one route at once: each thing happens once, and nobody overwrites another."""

import pytest

from cases.models import CaseEvent, RouteEntry
from cases.routes import actions as routes
from identity.models import PostHolding
from tests.factories.cast import a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.routes import a_routed_case, a_second_reviewer, branch_of, conclude, states, visit
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_officers_of_a_post_conclude_once():
    cast = build_cast()
    case = a_routed_case(cast)
    other = a_second_reviewer(case)
    results = at_once(
        lambda: conclude(cast, case, "docs"),
        lambda: conclude(cast, case, "docs", actor=other, agreed=False),
    )
    assert [one for one in results if isinstance(one, str)] == ["case.branch_done"]
    assert CaseEvent.objects.filter(case=case, action="review").count() == 1
    agreed = branch_of(case, "docs").state == "agreed"
    assert (states(case)["visit"] == "open") is agreed


def test_the_last_two_branches_open_the_next_stage_once():
    cast = build_cast()
    case = conclude(cast, a_routed_case(cast), "docs")
    visit(cast, case)
    conclude(cast, case, "fire")
    results = at_once(lambda: conclude(cast, case, "visit"), lambda: conclude(cast, case, "joint"))
    assert not any(isinstance(one, str) for one in results)
    assert states(case)["last"] == "open"
    assert case.branches.filter(stage__key="last").count() == 1
    conclude(cast, case, "last")


def test_a_return_and_a_conclusion_at_once_are_one_after_the_other():
    cast = build_cast()
    case = conclude(cast, a_routed_case(cast), "docs")
    docs = branch_of(case, "docs")
    results = at_once(
        lambda: routes.return_stage(cast.food, case_id=case.pk, target_id=docs.pk, reason="缺一页"),
        lambda: conclude(cast, case, "fire"),
    )
    assert not isinstance(results[0], str)
    assert states(case) == {
        "docs": "open",
        "visit": "waiting",
        "fire": "waiting",
        "joint": "waiting",
        "last": "waiting",
    }
    entry = RouteEntry.objects.get(kind="return")
    named = [one["stage"] for one in entry.detail["stages"]]
    if isinstance(results[1], str):  # the return came first: nothing was concluded on what is open again
        assert (results[1], named) == ("case.branch_done", ["材料审查"])
    else:
        assert named == ["材料审查", "消防意见"]  # the opinion given a moment before stays in the record


def test_two_returns_at_once_send_back_once():
    cast = build_cast()
    case = conclude(cast, a_routed_case(cast), "docs")
    docs = branch_of(case, "docs")
    act = {"case_id": case.pk, "target_id": docs.pk, "reason": "缺一页"}
    results = at_once(lambda: routes.return_stage(cast.food, **act), lambda: routes.return_stage(cast.fire, **act))
    # Who comes second finds the stage open; the fire station, whose stage waits again, does not see the case any more.
    assert [one for one in results if isinstance(one, str)] in (["route.not_returnable"], ["case.not_found"])
    assert RouteEntry.objects.filter(kind="return").count() == 1


def test_a_transfer_and_a_conclusion_at_once_leave_one_opinion():
    cast = build_cast()
    case = a_routed_case(cast)
    other = a_post(cast.scjg, "登记科")
    a_member_of_staff("1031", other, PostHolding.Role.REVIEWER)
    docs = branch_of(case, "docs")
    results = at_once(
        lambda: routes.transfer(cast.food, case_id=case.pk, branch_id=docs.pk, post_id=other.pk, reason="归登记科"),
        lambda: conclude(cast, case, "docs"),
    )
    docs.refresh_from_db()
    if isinstance(results[0], str):
        assert (results[0], docs.state, docs.post_id) == ("case.branch_done", "agreed", cast.food.post_id)
    else:
        assert (results[1], docs.state, docs.post_id) == ("case.branch_not_found", "open", other.pk)
