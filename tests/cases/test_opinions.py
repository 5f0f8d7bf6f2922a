"""Other departments are asked about a case: they see what the question shows and nothing else, and answer once."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import queries, tasks
from cases.actions import decision, submission
from cases.models import Case, OpinionAsked, OpinionFile
from cases.opinions import answering, asking, escalation
from cases.opinions import queries as opinions
from cases.opinions.answering import Answer
from cases.routes import actions as routes
from common.errors import DomainError
from common.models import AuditEvent
from common.workdays import for_region
from identity.models import Post, PostHolding
from tests.factories import moves
from tests.factories.cast import a_member_of_staff, a_picture
from tests.factories.catalogue import a_post
from tests.factories.opinions import ask
from tests.factories.routes import a_routed_case, branch_of, conclude

pytestmark = pytest.mark.django_db
YES = Answer("agree", "可以")


@pytest.fixture
def case(cast) -> Case:
    return a_routed_case(cast)


def snapshot(case: Case) -> object:
    case.refresh_from_db()
    rows = OpinionAsked.objects.filter(request__case=case).order_by("pk")
    kept = rows.values_list("state", "stance", "post", "assignee", "version", "relief", "escalated_to", "reminded_at")
    return case.version, case.state, list(kept), case.events.count(), OpinionFile.objects.count()


def refused(code: str, case: Case, act) -> None:
    before = snapshot(case)
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    assert snapshot(case) == before


def later(monkeypatch, days: int) -> dt.date:
    day = timezone.localdate() + dt.timedelta(days=days)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: day)
    return day


def test_who_is_asked_sees_what_was_chosen_and_nothing_else(cast, case):
    keys = list(case.answers)
    paper = opinions.showable_papers(case)[0]
    asked = ask(cast, case, fields=keys[:1], material_ids=[paper.pk])
    row, shown = opinions.open_asked(cast.fire, asked.pk)
    assert list(shown.answers) == keys[:1]
    assert [one.pk for one in shown.papers] == [paper.pk]
    assert row.due_on == for_region(case.department.region.code).add(timezone.localdate(), 3)
    look = AuditEvent.objects.get(code="opinion.read")
    assert (look.holder_id, look.detail["fields"]) == (case.applicant_id, keys[:1])
    with pytest.raises(DomainError, match=r"case\.not_found"):
        queries.get_case(cast.fire, case.pk)  # the case itself stays closed to them
    with pytest.raises(DomainError, match=r"opinion\.not_found"):
        opinions.open_asked(cast.clerk, asked.pk)
    others = [one for one in opinions.showable_papers(case) if one.pk != paper.pk]
    for other in others:
        with pytest.raises(DomainError, match=r"opinion\.not_found"):
            opinions.paper_of(cast.fire, asked.pk, other.pk)


def test_the_limit_of_the_case_runs_on(cast, case):
    before = case.promise_due_on, case.statutory_due_on
    ask(cast, case)
    case.refresh_from_db()
    assert (case.promise_due_on, case.statutory_due_on, case.state) == (*before, "in_review")


def test_questions_that_cannot_be_asked(cast, case):
    for code, more in (
        ("opinion.question_missing", {"text": " "}),
        ("opinion.nobody_asked", {"post_ids": []}),
        ("opinion.nobody_asked", {"post_ids": [cast.food.post_id]}),
        ("opinion.days_wrong", {"days": 0}),
        ("opinion.days_wrong", {"days": 31}),
        ("opinion.nothing_shown", {"fields": ["no.such.field"]}),
        ("opinion.nothing_shown", {"material_ids": [case.pk]}),
    ):
        refused(code, case, lambda more=more: ask(cast, case, **more))
    refused("case.branch_not_found", case, lambda: ask(cast, case, actor=cast.clerk, key=""))
    refused("case.not_found", case, lambda: ask(cast, case, actor=cast.fire))


def test_an_answer_comes_once_with_its_file(cast, case):
    asked = ask(cast, case)
    refused(
        "opinion.stance_missing", case, lambda: answering.answer(cast.fire, asked_id=asked.pk, given=Answer("", "x"))
    )
    for stance in ("oppose", "advice"):
        given = Answer(stance, " ")
        refused("opinion.answer_missing", case, lambda g=given: answering.answer(cast.fire, asked_id=asked.pk, given=g))
    refused("opinion.not_found", case, lambda: answering.answer(cast.clerk, asked_id=asked.pk, given=YES))
    stale = {"asked_id": asked.pk, "given": YES, "expected_version": 9}
    refused("opinion.changed", case, lambda: answering.answer(cast.fire, **stale))
    answering.answer(cast.fire, asked_id=asked.pk, given=Answer("advice", "移到地上"), uploads=[a_picture()])
    asked.refresh_from_db()
    assert (asked.state, asked.stance, asked.text) == ("answered", "advice", "移到地上")
    assert opinions.file_of(cast.fire, asked.pk, asked.files.get().pk)
    refused("opinion.settled", case, lambda: answering.answer(cast.fire, asked_id=asked.pk, given=YES))
    refused(
        "opinion.settled",
        case,
        lambda: asking.withdraw_question(cast.food, case_id=case.pk, asked_id=asked.pk, reason="x"),
    )
    assert opinions.open_asked(cast.fire, asked.pk)[1].answers == {}


def test_nothing_is_concluded_while_an_answer_may_come(cast, case, monkeypatch):
    asked = ask(cast, case)
    refused("opinion.open", case, lambda: conclude(cast, case, "docs"))
    do = {"case_id": case.pk, "asked_id": asked.pk}
    refused("opinion.too_early", case, lambda: asking.go_on_without(cast.food, **do, reason="等不及"))
    later(monkeypatch, 15)
    refused("case.reason_missing", case, lambda: asking.go_on_without(cast.food, **do, reason=" "))
    refused("case.not_found", case, lambda: asking.go_on_without(cast.fire, **do, reason="x"))
    asking.go_on_without(cast.food, **do, reason="两次催办没有答复，依现有材料审查")
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("passed", "两次催办没有答复，依现有材料审查")
    conclude(cast, case, "docs")


def test_a_decider_asks_and_waits_too(cast):
    case = moves.a_reviewed_case(cast)
    asked = ask(cast, case, actor=cast.decider, key="")
    refused("opinion.open", case, lambda: decision.refuse(cast.decider, case_id=case.pk, reason="不符合"))
    asking.withdraw_question(cast.decider, case_id=case.pk, asked_id=asked.pk, reason="已经清楚")
    assert decision.refuse(cast.decider, case_id=case.pk, reason="不符合").outcome == "refused"


def test_relief_is_asked_for_and_granted_or_not(cast, case):
    asked = ask(cast, case)
    do = {"case_id": case.pk, "asked_id": asked.pk}
    refused("opinion.relief_missing", case, lambda: asking.settle_relief(cast.food, **do, is_granted=True))
    answering.ask_relief(cast.fire, asked_id=asked.pk, reason="不是本部门的职责")
    refused("opinion.relief_open", case, lambda: answering.ask_relief(cast.fire, asked_id=asked.pk, reason="又一次"))
    refused("case.reason_missing", case, lambda: asking.settle_relief(cast.food, **do, is_granted=False))
    asking.settle_relief(cast.food, **do, is_granted=False, reason="消防条例第十条写明由你们管")
    asked.refresh_from_db()
    assert (asked.state, asked.relief, asked.relief_refused) == ("waiting", "", "消防条例第十条写明由你们管")
    answering.ask_relief(cast.fire, asked_id=asked.pk, reason="已经移交应急局")
    asking.settle_relief(cast.food, **do, is_granted=True)
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("relieved", "已经移交应急局")
    conclude(cast, case, "docs")


def test_a_question_is_handed_to_a_colleague(cast, case):
    asked = ask(cast, case)
    post = a_post(cast.xfj, "火灾调查科")
    other = a_member_of_staff("1041", post, PostHolding.Role.REVIEWER)
    unfit = PostHolding.objects.filter(post=cast.food.post_id).first()
    for wrong in (unfit.pk, cast.fire.holding_id):
        act = {"asked_id": asked.pk, "holding_id": wrong, "reason": "x"}
        refused("opinion.colleague_unfit", case, lambda act=act: answering.pass_on(cast.fire, **act))
    answering.pass_on(cast.fire, asked_id=asked.pk, holding_id=other.holding_id, reason="归调查科")
    refused("opinion.not_found", case, lambda: answering.answer(cast.fire, asked_id=asked.pk, given=YES))
    assert list(opinions.waiting_rows(cast.fire)) == []
    answering.answer(other, asked_id=asked.pk, given=YES)
    assert OpinionAsked.objects.get(pk=asked.pk).account_id == other.account_id


def test_a_late_question_goes_to_the_superior_once_and_may_be_answered_there(cast, case, monkeypatch):
    asked = ask(cast, case)
    chief = a_post(cast.xfj, "分管领导")
    superior = a_member_of_staff("1051", chief, PostHolding.Role.SUPERVISOR)
    assert escalation.escalate_late(today=timezone.localdate()) == 0
    day = later(monkeypatch, 15)
    assert escalation.escalate_late(today=day) == 1
    assert escalation.escalate_late(today=day) == 0
    assert [one.pk for one in opinions.waiting_rows(superior)] == [asked.pk]
    assert opinions.open_asked(superior, asked.pk)[0].pk == asked.pk
    answering.answer(superior, asked_id=asked.pk, given=YES)


def test_reminders_are_once_a_day(cast, case):
    asked = ask(cast, case)
    asking.remind(cast.food, case_id=case.pk, asked_id=asked.pk)
    refused("opinion.reminded_lately", case, lambda: asking.remind(cast.food, case_id=case.pk, asked_id=asked.pk))


def test_questions_end_with_their_case(cast, case):
    asked = ask(cast, case)
    submission.withdraw(cast.citizen, case_id=case.pk, reason="不办了")
    asked.refresh_from_db()
    assert asked.state == "ended"
    refused("opinion.settled", case, lambda: answering.answer(cast.fire, asked_id=asked.pk, given=YES))
    assert opinions.open_asked(cast.fire, asked.pk)[1].papers == []


def test_who_stepped_back_asks_nothing(cast, case):
    routes.recuse(cast.food, case_id=case.pk, reason="亲属")
    refused("route.recused", case, lambda: ask(cast, case))
    assert branch_of(case, "docs").state == "open"


def test_who_only_takes_in_at_the_post_sees_no_question(cast, case):
    asked = ask(cast, case)
    post = Post.objects.get(pk=cast.fire.post_id)
    clerk = a_member_of_staff("3090", post, PostHolding.Role.COUNTER_CLERK)
    assert list(opinions.waiting_rows(cast.fire)) == [asked]
    assert not opinions.waiting_rows(clerk).exists()
    today = timezone.localdate()
    assert not opinions.listing(clerk, shown="done", today=today).exists()
    refused("opinion.not_found", case, lambda: opinions.open_asked(clerk, asked.pk))
    refused("opinion.not_found", case, lambda: answering.answer(clerk, asked_id=asked.pk, given=YES))


def test_a_question_gets_its_last_day_when_the_calendar_is_loaded(cast, case):
    asked = ask(cast, case)
    due = asked.due_on
    OpinionAsked.objects.update(due_on=None)
    tasks.fill_missing_limits(0)
    asked.refresh_from_db()
    assert (asked.due_on, due is None) == (due, False)
    stage = branch_of(case, "docs")
    wanted = stage.due_on
    type(stage).objects.filter(pk=stage.pk).update(due_on=None)
    tasks.fill_missing_limits(0)
    assert (branch_of(case, "docs").due_on, wanted is None) == (wanted, False)
