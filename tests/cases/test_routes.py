"""Stages open in their order; what is sent back, passed on and declared changes exactly what it says."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import queries
from cases.actions import clocks, decision, review
from cases.lists import queries as list_queries
from cases.lists.filters import WorklistFilter
from cases.models import Branch, Case, RouteEntry, VisitPhoto
from cases.routes import actions as routes
from cases.routes import escalation, visits
from cases.states import Action
from common.errors import DomainError
from common.workdays import for_region
from identity.models import PostHolding
from portal.public.timeline import timeline_of
from services.models import ReviewStage
from tests.factories import moves
from tests.factories.cast import a_member_of_staff, a_picture
from tests.factories.catalogue import a_post
from tests.factories.routes import a_routed_case, a_second_reviewer, branch_of, conclude, states, visit

pytestmark = pytest.mark.django_db
WAITING, OPEN, AGREED = "waiting", "open", "agreed"


def snapshot(case: Case) -> object:
    case.refresh_from_db()
    rows = case.branches.order_by("pk").values_list("state", "post", "assignee", "opinion", "due_on", "escalated_at")
    return case.version, case.state, list(rows), case.events.count(), case.route_entries.count()


def refused(code: str, case: Case, act) -> None:
    before = snapshot(case)
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    assert snapshot(case) == before


def test_only_what_waits_for_nothing_opens_at_acceptance(cast):
    case = a_routed_case(cast)
    assert states(case) == {"docs": OPEN, "visit": WAITING, "fire": WAITING, "joint": WAITING, "last": WAITING}
    assert branch_of(case, "docs").due_on is not None
    assert branch_of(case, "visit").due_on is None
    with pytest.raises(DomainError, match=r"case\.not_found"):
        queries.get_case(cast.fire, case.pk)  # its turn has not come: it need not know of the case


def test_a_stage_opens_what_waited_for_it_with_a_limit_of_its_own(cast, monkeypatch):
    case = a_routed_case(cast)
    later = timezone.localdate() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: later)
    conclude(cast, case, "docs")
    assert states(case) == {"docs": AGREED, "visit": OPEN, "fire": OPEN, "joint": OPEN, "last": WAITING}
    calendar = for_region(case.department.region.code)
    assert branch_of(case, "visit").due_on == calendar.add(later, 2)
    assert queries.get_case(cast.fire, case.pk).pk == case.pk


def test_an_old_route_without_order_still_opens_as_a_whole(cast):
    case = moves.an_accepted_case(cast)
    assert states(case) == {"food": OPEN, "fire": OPEN}


def test_an_objection_opens_nothing_and_the_case_can_be_refused(cast):
    case = conclude(cast, a_routed_case(cast), "docs", agreed=False)
    assert set(states(case).values()) == {"opposed", WAITING}
    case = queries.get_case(cast.decider, case.pk)
    assert Action.REFUSE in queries.actions_for(cast.decider, case)
    assert Action.APPROVE not in queries.actions_for(cast.decider, case)
    refused("case.branch_opposed", case, lambda: decision.approve(cast.decider, case_id=case.pk))
    assert decision.refuse(cast.decider, case_id=case.pk, reason="材料不符合").outcome == "refused"


def test_the_whole_way_ends_in_a_decision(cast):
    case = a_routed_case(cast)
    moves.see_originals(cast, case)
    conclude(cast, case, "docs")
    refused("case.branches_open", case, lambda: decision.approve(cast.decider, case_id=case.pk))
    visit(cast, case)
    for key in ("visit", "fire", "joint", "last"):
        conclude(cast, case, key)
    assert decision.approve(cast.decider, case_id=case.pk).outcome == "approved"


def test_the_lead_concludes_after_everybody_and_answers_an_objection(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    refused("route.parts_open", case, lambda: conclude(cast, case, "joint"))
    conclude(cast, case, "fire", agreed=False)
    refused("route.parts_differ", case, lambda: conclude(cast, case, "joint", opinion=" "))
    conclude(cast, case, "joint", opinion="消防意见已由整改解决，不采纳")
    visit(cast, case)
    conclude(cast, case, "visit")
    conclude(cast, case, "last")
    moves.see_originals(cast, case)
    assert (
        decision.approve(cast.decider, case_id=case.pk).outcome == "approved"
    )  # the lead answers for the joint review


def test_a_site_visit_is_concluded_on_its_record(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    refused("route.visit_missing", case, lambda: conclude(cast, case, "visit"))
    refused("case.second_officer_missing", case, lambda: visit(cast, case, second_officer=cast.food.name))
    refused("route.visit_day_wrong", case, lambda: visit(cast, case, on=timezone.localdate() + dt.timedelta(days=1)))
    refused("route.checks_incomplete", case, lambda: visit(cast, case, checks={0: "met"}))
    refused("route.checks_incomplete", case, lambda: visit(cast, case, checks={0: "met", 1: "perhaps"}))
    refused("case.reason_missing", case, lambda: visit(cast, case, finding=" "))
    visit(cast, case, photos=[a_picture(), a_picture("b.png", size=30)])
    entry = RouteEntry.objects.get(kind="visit")
    assert entry.detail["second"] == "周同行"
    assert entry.detail["checks"][1] == {"text": "有清洗消毒的地方", "result": "none"}
    assert VisitPhoto.objects.filter(visit=entry).count() == 2
    for photo in VisitPhoto.objects.filter(visit=entry):
        with open(photo.file.path, "rb") as on_disk:  # as every personal file: nothing of the picture is readable there
            assert b"PNG" not in on_disk.read()
    case = queries.get_case(cast.food, case.pk)
    assert visits.photo(cast.food, case, entry.pk, 2)[0] == "image/png"
    with pytest.raises(DomainError, match=r"route\.entry_not_found"):
        visits.photo(cast.food, case, entry.pk, 3)
    conclude(cast, case, "visit")


def test_nothing_is_kept_of_a_visit_with_a_broken_photo(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    broken = a_picture()
    broken.file.seek(0)
    broken.file.write(b"no picture")
    broken.file.seek(0)
    before = snapshot(case)
    with pytest.raises(DomainError):
        visit(cast, case, photos=[broken])
    assert snapshot(case) == before
    refused("route.too_many_photos", case, lambda: visit(cast, case, photos=[a_picture() for _ in range(13)]))


def test_a_later_stage_sends_an_earlier_one_back_once(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    visit(cast, case)
    for key in ("visit", "fire", "joint"):
        conclude(cast, case, key)
    docs, fire = branch_of(case, "docs"), branch_of(case, "fire")
    refused(
        "case.reason_missing",
        case,
        lambda: routes.return_stage(cast.food, case_id=case.pk, target_id=docs.pk, reason=" "),
    )
    refused(
        "route.not_returnable",
        case,
        lambda: routes.return_stage(cast.fire, case_id=case.pk, target_id=docs.pk, reason="我没有在办的"),
    )
    routes.return_stage(cast.food, case_id=case.pk, target_id=fire.pk, reason="疏散距离要重新量")
    assert states(case) == {"docs": AGREED, "visit": AGREED, "fire": OPEN, "joint": WAITING, "last": WAITING}
    entry = RouteEntry.objects.get(kind="return")
    assert [one["stage"] for one in entry.detail["stages"]] == ["消防意见", "联合审查"]
    assert branch_of(case, "fire").opinion == ""
    assert all("疏散距离" not in str(row.get("note")) for row in timeline_of(case))  # the office's own business
    conclude(cast, case, "fire")
    assert states(case)["joint"] == OPEN
    conclude(cast, case, "joint")
    refused(
        "route.returned_before",
        case,
        lambda: routes.return_stage(cast.food, case_id=case.pk, target_id=fire.pk, reason="再看一次"),
    )


def test_the_decider_sends_back_when_nobody_is_at_work(cast):
    case = conclude(cast, a_routed_case(cast), "docs", agreed=False)
    docs = branch_of(case, "docs")
    routes.return_stage(cast.decider, case_id=case.pk, target_id=docs.pk, reason="理由不充分")
    assert states(case)["docs"] == OPEN
    refused(
        "route.not_returnable",
        case,
        lambda: routes.return_stage(cast.decider, case_id=case.pk, target_id=docs.pk, reason="还在审"),
    )


def test_a_review_is_passed_on_within_the_department(cast):
    case = a_routed_case(cast)
    docs, other = branch_of(case, "docs"), a_post(cast.scjg, "登记科")
    act = {"case_id": case.pk, "branch_id": docs.pk, "reason": "属于登记科职责"}
    refused("case.post_unfit", case, lambda: routes.transfer(cast.food, post_id=other.pk, **act))  # nobody is there
    reviewer = a_member_of_staff("1030", other, PostHolding.Role.REVIEWER)
    refused("case.branch_not_found", case, lambda: routes.transfer(reviewer, post_id=other.pk, **act))
    elsewhere = a_post(cast.xfj, "监督科")
    refused("case.post_unfit", case, lambda: routes.transfer(cast.food, post_id=elsewhere.pk, **act))
    due = docs.due_on
    routes.transfer(cast.food, post_id=other.pk, **act)
    docs.refresh_from_db()
    assert (docs.post, docs.due_on) == (other, due)
    refused("case.branch_not_found", case, lambda: conclude(cast, case, "docs"))
    conclude(cast, case, "docs", actor=reviewer)


def test_who_steps_back_neither_reviews_nor_decides(cast):
    case = a_routed_case(cast)
    other = a_second_reviewer(case)
    routes.recuse(cast.food, case_id=case.pk, reason="店主是我表弟")
    refused("route.recused", case, lambda: conclude(cast, case, "docs"))
    refused("route.recused", case, lambda: routes.recuse(cast.food, case_id=case.pk, reason="再说一次"))
    conclude(cast, case, "docs", actor=other, agreed=False)
    routes.recuse(cast.decider, case_id=case.pk, reason="同学")
    refused("route.recused", case, lambda: decision.refuse(cast.decider, case_id=case.pk, reason="不符合"))
    whole = queries.get_case(cast.decider, case.pk)
    assert Action.REFUSE not in queries.actions_for(cast.decider, whole)


def test_the_only_reviewer_steps_back_and_the_superior_takes_over(cast):
    case = a_routed_case(cast)
    routes.recuse(cast.food, case_id=case.pk, reason="店主是我表弟")
    docs = branch_of(case, "docs")
    assert docs.escalated_to is not None
    assert docs.escalated_to.name in ("监督", "负责人")


def test_reviews_are_shared_out_by_load(cast):
    case = a_routed_case(cast)
    other = a_second_reviewer(case)
    ReviewStage.objects.filter(key__in=["visit", "joint"]).update(assignment="load")
    conclude(cast, case, "docs")
    taken = {branch_of(case, "visit").assignee_id, branch_of(case, "joint").assignee_id}
    assert taken == {cast.food.account_id, other.account_id}  # one each
    joint = branch_of(case, "joint")
    stranger = cast.food if joint.assignee_id == other.account_id else other
    conclude(cast, case, "fire")
    refused("route.assigned_elsewhere", case, lambda: conclude(cast, case, "joint", actor=stranger))


def test_a_stage_that_waits_for_a_name_is_nobodys_until_then(cast):
    case = a_routed_case(cast)
    ReviewStage.objects.filter(key="docs").update(assignment="person")
    docs = branch_of(case, "docs")
    refused("route.not_assigned", case, lambda: conclude(cast, case, "docs"))
    who = {"case_id": case.pk, "branch_id": docs.pk}
    refused("case.branch_not_found", case, lambda: routes.assign(cast.food, account_id=cast.food.account_id, **who))
    refused("route.assignee_unfit", case, lambda: routes.assign(cast.decider, account_id=cast.fire.account_id, **who))
    routes.assign(cast.decider, account_id=cast.food.account_id, **who)
    conclude(cast, case, "docs")


def test_what_somebody_took_is_theirs_and_in_their_list_only(cast):
    case = a_routed_case(cast)
    other = a_second_reviewer(case)
    assert {list_queries.waiting_count(cast.food), list_queries.waiting_count(other)} == {1}
    routes.claim_review(cast.food, case_id=case.pk, branch_id=branch_of(case, "docs").pk)
    assert (list_queries.waiting_count(cast.food), list_queries.waiting_count(other)) == (1, 0)
    docs = branch_of(case, "docs")
    refused("route.assigned_elsewhere", case, lambda: routes.claim_review(other, case_id=case.pk, branch_id=docs.pk))


def test_departments_talk_and_the_applicant_hears_nothing(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    routes.comment(cast.food, case_id=case.pk, text="请消防一起去现场", request_key="a")
    routes.comment(cast.food, case_id=case.pk, text="请消防一起去现场", request_key="a")
    entry = RouteEntry.objects.get(kind="comment")
    assert (entry.text, entry.department) == ("请消防一起去现场", cast.scjg)
    refused("case.not_found", case, lambda: routes.comment(cast.outsider, case_id=case.pk, text="看看"))
    refused("case.not_found", case, lambda: routes.comment(cast.citizen, case_id=case.pk, text="看看"))
    refused("route.text_missing", case, lambda: routes.comment(cast.food, case_id=case.pk, text="  "))
    refused("route.text_missing", case, lambda: routes.comment(cast.food, case_id=case.pk, text="长" * 1001))


def test_the_superior_hears_before_the_limit_is_over_once(cast):
    case = a_routed_case(cast)
    docs = branch_of(case, "docs")
    assert escalation.escalate_due(today=timezone.localdate() - dt.timedelta(days=5)) == 0
    assert escalation.escalate_due(today=docs.due_on) == 1
    assert escalation.escalate_due(today=docs.due_on) == 0
    docs.refresh_from_db()
    assert docs.escalated_to.name == "监督"
    assert case.events.filter(action="escalate").count() == 1
    assert list_queries.waiting_count(cast.supervisor) == 1
    mine, others = (list_queries.page(who, WorklistFilter()).rows for who in (cast.supervisor, cast.food))
    assert [row.case.is_brought_up for row in mine] == [True]
    assert not any(row.case.is_brought_up for row in others)
    conclude(cast, case, "docs")
    assert list_queries.waiting_count(cast.supervisor) == 0


def test_a_special_procedure_moves_the_limits_of_open_stages(cast):
    case = a_routed_case(cast)
    before = branch_of(case, "docs").due_on
    clocks.start_special(
        cast.food, case_id=case.pk, kind="testing", reason="送检", legal_basis="第四十五条", days_needed=3
    )
    procedure = case.special_procedures.get()
    procedure.starts_on = timezone.localdate() - dt.timedelta(days=1)
    procedure.save()
    Branch.objects.filter(case=case, stage__key="docs").update(opened_on=timezone.localdate() - dt.timedelta(days=1))
    clocks.end_special(cast.food, case_id=case.pk, result="合格")
    after = branch_of(case, "docs").due_on
    calendar = for_region(case.department.region.code)
    assert after == calendar.add(timezone.localdate(), 2)
    assert before is not None


def test_stages_that_wait_cannot_be_reviewed(cast):
    case = a_routed_case(cast)
    refused("case.branch_done", case, lambda: conclude(cast, case, "last"))
    docs = branch_of(case, "docs").pk
    with pytest.raises(DomainError, match=r"case\.not_found"):
        review.review(cast.fire, case_id=case.pk, branch_id=docs, agreed=True, opinion="")
    assert states(case)["docs"] == OPEN
