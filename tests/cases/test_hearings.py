"""A hearing from the right that is told to the decision that rests on its record."""

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from cases import queries as case_queries
from cases.actions import clocks, decision
from cases.models import Case, Hearing, HearingParticipant, Notice, SpecialProcedure
from cases.proceedings import escalation, hearing_actions, queries
from cases.proceedings.lines import read_participants
from cases.proceedings.record_actions import Record, confirm_record, note_signature, record_hearing
from common.errors import DomainError
from common.formatting import legal_date, legal_datetime
from common.workdays import for_region
from portal.public.wording import next_step
from services.models import ReviewStage
from tests.factories import moves
from tests.factories.proceedings import PEOPLE, hold, plan, schedule, tell
from tests.factories.routes import a_routed_case, branch_of, conclude

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast) -> Case:
    return a_routed_case(cast)


def snapshot(case: Case) -> object:
    case.refresh_from_db()
    hearings = list(Hearing.objects.order_by("pk").values_list("state", "starts_at", "place", "asked_on"))
    people = list(HearingParticipant.objects.order_by("pk").values_list("role", "way"))
    return case.version, case.state, hearings, people, case.notices.count(), case.events.count()


def refused(code: str, case: Case, act) -> None:
    before = snapshot(case)
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    assert snapshot(case) == before


def move_to(monkeypatch, day: dt.date) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda value=None, *_more: day if value is None else value.date())


def test_the_right_is_told_by_a_numbered_notice_and_runs_from_its_delivery(cast, case):
    hearing = tell(cast, case, is_read=False)
    notice = case.notices.get(kind="hearing_right")
    assert "听告" in notice.number
    assert notice.content["lists"][0]["items"] == ["涉及的重大利益：油烟影响整栋楼的邻居", "利害关系人：三楼住户"]
    assert queries.hearing_of(case).ask_until is None  # it was not delivered yet
    Notice.objects.filter(pk=hearing.right_notice_id).update(read_at=timezone.now())
    calendar = for_region(case.department.region.code)
    assert queries.hearing_of(case).ask_until == calendar.add(timezone.localdate(), 5)
    refused("hearing.under_way", case, lambda: tell(cast, case))
    refused("case.not_found", case, lambda: hearing_actions.tell_hearing_right(cast.fire, case_id=case.pk, reason="x"))


def test_it_is_asked_for_in_time_and_once(cast, case, monkeypatch):
    tell(cast, case)
    refused("case.not_found", case, lambda: hearing_actions.ask_for_hearing(cast.stranger, case_id=case.pk))
    refused("case.not_found", case, lambda: hearing_actions.ask_for_hearing(cast.food, case_id=case.pk))
    until = queries.hearing_of(case).ask_until
    move_to(monkeypatch, until + dt.timedelta(days=1))
    refused("hearing.too_late", case, lambda: hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk))
    move_to(monkeypatch, until)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk, text="我要说明油烟的情况")
    hearing = Hearing.objects.get()
    assert (hearing.state, hearing.origin, hearing.asked_on) == ("asked", "online", until)
    refused("hearing.moved", case, lambda: hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk))
    refused("hearing.moved", case, lambda: hearing_actions.waive_hearing(cast.citizen, case_id=case.pk))


def test_the_plan_keeps_the_law(cast, case):
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    good = plan(case)
    week = dt.timedelta(days=1)
    for code, more in (
        ("hearing.too_soon", {"starts_at": good.starts_at - week}),
        ("hearing.place_missing", {"place": " "}),
        ("hearing.chair_unfit", {"chair": cast.food.name}),
        ("hearing.chair_unfit", {"chair": ""}),
        ("hearing.closed_reason_missing", {"is_public": False}),
        ("hearing.not_on_workday", {"starts_at": a_sunday_after(good.starts_at)}),
    ):
        refused(code, case, lambda more=more: schedule(cast, case, **more))
    assert SpecialProcedure.objects.count() == 0
    hearing = schedule(cast, case)
    case.refresh_from_db()
    assert (case.state, case.promise_due_on, hearing.procedure.kind) == ("suspended", None, "hearing")
    assert [one.kind for one in case.notices.all()][-2:] == ["special", "hearing"]
    facts = [name for name, _said in case.notices.get(kind="hearing").content["facts"]]
    assert facts == ["时间", "地点", "主持人", "方式", "办件编号"]
    assert ["主持人", "赵主持"] in case.notices.get(kind="hearing").content["facts"]


def a_sunday_after(moment: dt.datetime) -> dt.datetime:
    return moment + dt.timedelta(days=(6 - moment.weekday()) % 7 + 7)


def test_it_is_put_on_another_day_with_another_notice(cast, case):
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    schedule(cast, case)
    schedule(cast, case, place="会展中心")
    assert Hearing.objects.get().place == "会展中心"
    assert case.notices.filter(kind="hearing").count() == 2
    assert SpecialProcedure.objects.count() == 1


def test_the_time_of_the_hearing_does_not_count(cast, case, monkeypatch):
    start = timezone.localdate()
    due = case.promise_due_on
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    schedule(cast, case)
    hold(cast, case)
    end = start + dt.timedelta(days=12)
    move_to(monkeypatch, end)
    clocks.end_special(cast.food, case_id=case.pk, result="同意加装净化设备后经营")
    case.refresh_from_db()
    assert case.state == "in_review"
    assert case.promise_due_on > due
    assert Hearing.objects.get().state == "held"


def test_the_record_is_signed_or_refused_by_everybody(cast, case):
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    schedule(cast, case)
    early = {"case_id": case.pk, "record": Record("说了", PEOPLE)}
    refused("hearing.not_held_yet", case, lambda: record_hearing(cast.food, **early))
    end = {"case_id": case.pk, "result": "结束"}
    refused("hearing.record_open", case, lambda: clocks.end_special(cast.food, **end))
    hearing = hold(cast, case, is_signed=False)
    for record, code in (
        (Record(" ", PEOPLE), "hearing.record_missing"),
        (Record("说了", PEOPLE[:1]), "hearing.participants_missing"),
    ):
        refused(code, case, lambda record=record: record_hearing(cast.food, case_id=case.pk, record=record))
    assert hearing.participants.first().name == "赵主持"
    refused("hearing.signatures_open", case, lambda: clocks.end_special(cast.food, **end))
    confirm_record(cast.citizen, case_id=case.pk)
    refused("hearing.not_found", case, lambda: confirm_record(cast.citizen, case_id=case.pk))
    again = {"case_id": case.pk, "record": Record("改写", PEOPLE)}
    refused("hearing.moved", case, lambda: record_hearing(cast.food, **again))  # somebody stands for it already
    waiting = list(hearing.participants.filter(way=""))
    sign = {"case_id": case.pk, "participant_id": waiting[0].pk, "has_signed": False}
    refused("case.reason_missing", case, lambda: note_signature(cast.food, **sign))
    note_signature(cast.food, **sign, note="认为记得不全")
    refused("hearing.moved", case, lambda: note_signature(cast.food, **sign, note="再记一次"))
    for row in waiting[1:]:
        note_signature(cast.food, case_id=case.pk, participant_id=row.pk, has_signed=True)
    clocks.end_special(cast.food, **end)
    assert dict(hearing.participants.values_list("role", "way")) == {
        "chair": "refused",
        "recorder": "paper",
        "reviewer": "paper",
        "applicant": "online",
    }


def test_a_decision_waits_for_the_hearing_and_rests_on_it(cast):
    case = moves.a_reviewed_case(cast)
    hearing_actions.tell_hearing_right(cast.decider, case_id=case.pk, reason="重大利益")
    refuse = {"case_id": case.pk, "reason": "不符合"}
    refused("hearing.open", case, lambda: decision.refuse(cast.decider, **refuse))
    Notice.objects.filter(kind="hearing_right").update(read_at=timezone.now())
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    refused("hearing.open", case, lambda: decision.refuse(cast.decider, **refuse))
    hearing_actions.schedule_hearing(cast.decider, case_id=case.pk, plan=plan(case))
    Hearing.objects.update(starts_at=timezone.now())
    record_hearing(cast.decider, case_id=case.pk, record=Record("各方陈述", PEOPLE))
    for row in HearingParticipant.objects.all():
        note_signature(cast.decider, case_id=case.pk, participant_id=row.pk, has_signed=True)
    clocks.end_special(cast.decider, case_id=case.pk, result="油烟不达标")
    decision.refuse(cast.decider, **refuse)
    assert any("根据听证笔录" in line for line in case.notices.get(kind="refusal").content["paragraphs"])


def test_a_right_that_was_waived_or_not_used_hinders_nothing(cast, monkeypatch):
    case = moves.a_reviewed_case(cast)
    hearing_actions.tell_hearing_right(cast.decider, case_id=case.pk, reason="重大利益")
    hearing_actions.waive_hearing(cast.citizen, case_id=case.pk)
    hearing_actions.tell_hearing_right(cast.decider, case_id=case.pk, reason="又一项重大利益")
    Notice.objects.filter(kind="hearing_right").update(read_at=timezone.now())
    until = queries.hearing_of(case).ask_until
    move_to(monkeypatch, until + dt.timedelta(days=1))
    assert decision.refuse(cast.decider, case_id=case.pk, reason="不符合").outcome == "refused"


def test_a_stage_of_hearing_is_concluded_on_one(cast, case):
    ReviewStage.objects.filter(key="docs").update(kind="hearing")
    refused("hearing.missing", case, lambda: conclude(cast, case, "docs"))
    schedule(cast, case)  # the office holds it of itself
    assert Hearing.objects.get().origin == "office"
    cancel = {"case_id": case.pk, "reason": "申请人没有到场，视为放弃"}
    refused("case.reason_missing", case, lambda: hearing_actions.cancel_hearing(cast.food, case_id=case.pk, reason=" "))
    hearing_actions.cancel_hearing(cast.food, **cancel)
    case.refresh_from_db()
    assert (case.state, Hearing.objects.get().state) == ("in_review", "cancelled")
    conclude(cast, case, "docs")


def test_a_written_request_came_in_time(cast, case, monkeypatch):
    today = timezone.localdate()
    tell(cast, case)
    refused("hearing.asked_day_wrong", case, lambda: schedule(cast, case, asked_on=today - dt.timedelta(days=1)))
    refused("hearing.asked_day_wrong", case, lambda: schedule(cast, case, asked_on=today + dt.timedelta(days=1)))
    schedule(cast, case, asked_on=today)
    hearing = Hearing.objects.get()
    assert (hearing.origin, hearing.asked_on, hearing.state) == ("paper", today, "scheduled")


def test_lines_of_participants_are_read():
    assert read_participants("申请人 李清荷\n\n利害关系人：王五") == [("applicant", "李清荷"), ("party", "王五")]
    assert read_participants("路人 张三") is None
    assert read_participants("申请人") is None


def test_hearings_are_the_department_s_that_has_the_case(cast, case):
    conclude(cast, case, "docs")  # the fire station's joint stage is open now
    fire = cast.fire
    case = case_queries.get_case(fire, case.pk)
    offered = case_queries.actions_for(fire, case)
    assert "review" in offered
    for action in ("tell_hearing", "schedule_hearing", "start_experts"):
        assert action not in offered
    why = {"case_id": case.pk, "reason": "重大利益"}
    refused("case.branch_not_found", case, lambda: hearing_actions.tell_hearing_right(fire, **why))
    when = {"case_id": case.pk, "plan": plan(case)}
    refused("case.branch_not_found", case, lambda: hearing_actions.schedule_hearing(fire, **when))


def test_a_hearing_without_a_day_reaches_the_superior_in_time(cast, case):
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    branch = branch_of(case, "docs")
    until = queries.hearing_of(case).hold_until
    calendar = for_region(case.department.region.code)
    today = timezone.localdate()
    assert not escalation.is_urgent(until, today, region=case.department.region.code)
    assert escalation.escalate_due(today=today) == 0
    day = calendar.add(today, 9)
    assert escalation.is_urgent(until, day, region=case.department.region.code)
    assert escalation.escalate_due(today=day) == 1
    assert escalation.escalate_due(today=day) == 0  # once
    branch.refresh_from_db()
    assert branch.escalated_to_id == cast.supervisor.post_id
    assert until.isoformat() in case.events.filter(action="escalate").get().note


def test_a_hearing_that_has_a_day_is_brought_up_to_nobody(cast, case):
    tell(cast, case)
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    schedule(cast, case)
    assert escalation.escalate_due(today=timezone.localdate() + dt.timedelta(days=40)) == 0
    assert branch_of(case, "docs").escalated_at is None


def test_the_applicant_is_told_that_the_hearing_is_theirs_to_ask_for(cast, case):
    def told() -> str:
        return next_step(case_queries.get_case(cast.citizen, case.pk))

    assert "您不用做什么" in told()
    tell(cast, case)
    assert "要不要听证，由您决定" in told()
    hearing_actions.ask_for_hearing(cast.citizen, case_id=case.pk)
    assert "您不用做什么" in told()
    schedule(cast, case)
    assert "准时参加" in told()
    hold(cast, case, is_signed=False)
    assert "请看笔录" in told()


def test_a_day_in_a_document_has_no_leading_zeros():
    moment = timezone.make_aware(dt.datetime(2026, 1, 3, 9, 5))
    with override("en"):
        assert (legal_date(moment), legal_datetime(moment)) == ("2026年1月3日", "2026年1月3日 09:05")
