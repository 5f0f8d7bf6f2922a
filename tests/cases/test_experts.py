"""Experts declare their interests and judge; the review ends with a summary of all of them."""

import pytest

from cases.actions import clocks
from cases.models import Case, Expert, ExpertReview, SpecialProcedure
from cases.proceedings.expert_actions import (
    Judgement,
    add_experts,
    start_expert_review,
    write_judgement,
)
from cases.proceedings.lines import Named, read_experts
from common.errors import DomainError
from services.models import ReviewStage
from tests.factories.routes import a_routed_case, conclude

pytestmark = pytest.mark.django_db
THREE = [Named("吴教授", "示范大学", "建筑"), Named("郑高工", "设计院", "暖通"), Named("冯博士")]
FINE = Judgement("none", "", "pass", "方案可行")


@pytest.fixture
def case(cast) -> Case:
    return a_routed_case(cast)


def snapshot(case: Case) -> object:
    case.refresh_from_db()
    experts = list(Expert.objects.order_by("pk").values_list("conflict", "stance"))
    return case.version, case.state, experts, SpecialProcedure.objects.count(), case.events.count()


def refused(code: str, case: Case, act) -> None:
    before = snapshot(case)
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    assert snapshot(case) == before


def start(cast, case, **more) -> ExpertReview:
    values = {"question": "排烟方案是否可行", "experts": THREE, "days_needed": 10, **more}
    start_expert_review(cast.food, case_id=case.pk, **values)
    return ExpertReview.objects.get()


def test_experts_are_named_and_none_of_them_reviews(cast, case):
    for experts in ([], [THREE[0], THREE[0]], [Named(cast.food.name)], [Named(f"专家{n}") for n in range(16)]):
        refused("experts.missing", case, lambda experts=experts: start(cast, case, experts=experts))
    refused("case.reason_missing", case, lambda: start(cast, case, question=" "))
    review = start(cast, case)
    case.refresh_from_db()
    assert (case.state, review.procedure.kind, case.promise_due_on) == ("suspended", "expert_review", None)
    assert [one.name for one in review.experts.all()] == ["吴教授", "郑高工", "冯博士"]


def test_a_review_ends_when_everybody_who_may_judge_has_judged(cast, case):
    ReviewStage.objects.filter(key="docs").update(kind="expert")
    refused("experts.review_missing", case, lambda: conclude(cast, case, "docs"))
    first, second, third = start(cast, case).experts.all()

    def write(expert, given):
        return write_judgement(cast.food, case_id=case.pk, expert_id=expert.pk, given=given)

    for code, given in (
        ("experts.conflict_undeclared", Judgement("", "", "pass", "好")),
        ("experts.conflict_undeclared", Judgement("some", " ")),
        ("experts.opinion_incomplete", Judgement("none")),
        ("experts.opinion_incomplete", Judgement("none", "", "pass", " ")),
        ("experts.opinion_incomplete", Judgement("some", "是股东", "pass", "好")),
    ):
        refused(code, case, lambda given=given: write(first, given))
    write(first, Judgement("some", "是申请人的股东"))
    write(second, FINE)
    refused("experts.opinion_written", case, lambda: write(second, FINE))
    end = {"case_id": case.pk, "result": "两位专家同意，一位回避"}
    refused("experts.outstanding", case, lambda: clocks.end_special(cast.food, **end))
    write(third, Judgement("none", "", "amend", "补充隔声设计"))
    clocks.end_special(cast.food, **end)
    assert ExpertReview.objects.get().summary == "两位专家同意，一位回避"
    refused("experts.not_found", case, lambda: write(third, FINE))
    conclude(cast, case, "docs")


def test_when_all_step_back_others_are_named(cast, case):
    start(cast, case, experts=THREE[:1])
    write_judgement(
        cast.food, case_id=case.pk, expert_id=Expert.objects.get().pk, given=Judgement("some", "是申请人的亲属")
    )
    refused("experts.nobody_judged", case, lambda: clocks.end_special(cast.food, case_id=case.pk, result="无"))
    refused("experts.missing", case, lambda: add_experts(cast.food, case_id=case.pk, experts=THREE[:1]))
    add_experts(cast.food, case_id=case.pk, experts=THREE[1:2])
    write_judgement(cast.food, case_id=case.pk, expert_id=Expert.objects.get(order=2).pk, given=FINE)
    clocks.end_special(cast.food, case_id=case.pk, result="同意")


def test_lines_of_experts_are_read():
    assert read_experts("吴教授，示范大学，建筑\n\n冯博士") == [THREE[0], THREE[2]]
