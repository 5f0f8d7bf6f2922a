"""Hearings and expert reviews on the pages of staff and of the applicant."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Expert, Hearing, HearingParticipant, Notice
from tests.factories.proceedings import hold, plan, schedule, tell
from tests.factories.routes import a_routed_case
from tests.factories.visitors import a_visitor
from tests.factories.workbench import browser_of, sent

pytestmark = pytest.mark.django_db


def page(actor, case):
    return browser_of(actor).get(reverse("workbench_case", args=[case.pk])).content.decode()


def step(actor, case, action, **data):
    return browser_of(actor).post(reverse("case_action", args=[case.pk, action]), sent(case, **data))


def a_plan(case) -> dict[str, str]:
    good = plan(case)
    return {
        "held_on": good.starts_at.date().isoformat(),
        "begins": "09:00",
        "place": "政务大厅三楼",
        "chair": "赵主持",
        "is_public": "1",
        "days_needed": "15",
    }


def test_a_hearing_goes_from_the_right_to_the_signed_record(cast):
    case = a_routed_case(cast)
    assert step(cast.food, case, "tell-hearing").status_code == 422
    assert step(cast.food, case, "tell-hearing", reason="影响邻居").status_code == 302
    Notice.objects.filter(kind="hearing_right").update(read_at=timezone.now())
    citizen = a_visitor(cast.account, acting_for=cast.shop)
    mine = reverse("my_hearing", args=[case.pk])
    assert "要不要听证" in citizen.get(reverse("my_case", args=[case.pk])).content.decode()
    assert "我要听证" in citizen.get(mine).content.decode()
    assert citizen.post(mine, {"act": "dance"}).status_code == 422
    assert citizen.post(mine, {"act": "ask", "text": "想当面说明"}).status_code == 302
    assert citizen.post(mine, {"act": "ask"}).status_code == 409
    assert "想当面说明" in page(cast.food, case)

    case.refresh_from_db()
    soon = step(cast.food, case, "schedule-hearing", **a_plan(case) | {"held_on": "2026-01-05"})
    assert soon.status_code == 422
    assert "提前七日" in soon.content.decode()
    assert "以前举行" in soon.content.decode()
    assert step(cast.food, case, "schedule-hearing", **a_plan(case)).status_code == 302
    assert "政务大厅三楼" in citizen.get(mine).content.decode()

    case.refresh_from_db()
    assert step(cast.food, case, "record-hearing", participants="x", record="y").status_code == 409
    hold(cast, case, is_signed=False)
    assert "确认笔录无误" in citizen.get(mine).content.decode()
    assert citizen.post(mine, {"act": "confirm"}).status_code == 302
    assert citizen.post(mine, {"act": "confirm"}).status_code == 404
    row = HearingParticipant.objects.filter(way="").first()
    sign = reverse("hearing_signature", args=[case.pk, row.pk])
    assert browser_of(cast.food).get(sign).status_code == 200
    assert browser_of(cast.fire).get(sign).status_code == 404
    assert browser_of(cast.food).post(sign, {"has_signed": "0"}).status_code == 422
    assert browser_of(cast.food).post(sign, {"has_signed": "1"}).status_code == 302
    assert browser_of(cast.food).post(sign, {"has_signed": "1"}).status_code == 409
    case.refresh_from_db()
    open_ones = step(cast.food, case, "end-special", result="同意")
    assert open_ones.status_code == 409
    assert "笔录还有人没有确认" in open_ones.content.decode()
    HearingParticipant.objects.filter(way="").update(way="paper")
    assert step(cast.food, case, "end-special", result="加装设备后同意").status_code == 302
    assert "加装设备后同意" in page(cast.food, case)
    hearing = Hearing.objects.get()
    for browser, url in (
        (browser_of(cast.food), reverse("hearing_record", args=[case.pk, hearing.pk])),
        (citizen, reverse("my_hearing_record", args=[case.pk, hearing.pk])),
    ):
        assert browser.get(url).content.startswith(b"%PDF")


def test_a_hearing_is_waived_or_not_held(cast):
    case = a_routed_case(cast)
    tell(cast, case)
    citizen = a_visitor(cast.account, acting_for=cast.shop)
    assert citizen.post(reverse("my_hearing", args=[case.pk]), {"act": "waive"}).status_code == 302
    schedule(cast, case)
    case.refresh_from_db()
    assert step(cast.food, case, "cancel-hearing").status_code == 422
    assert step(cast.food, case, "cancel-hearing", reason="没有到场").status_code == 302
    assert Hearing.objects.order_by("-pk")[0].state == "cancelled"
    assert "听证没有举行" in citizen.get(reverse("my_case", args=[case.pk])).content.decode()


def test_experts_judge_on_their_page_and_the_minutes_are_printed(cast):
    case = a_routed_case(cast)
    bad = step(cast.food, case, "start-experts", question="可行吗", experts=" ", days_needed="5", legal_basis="法")
    assert bad.status_code == 422
    sent_in = {
        "question": "可行吗",
        "experts": "吴教授，示范大学，建筑\n郑高工",
        "days_needed": "5",
        "legal_basis": "法",
    }
    assert step(cast.food, case, "start-experts", **sent_in).status_code == 302
    html = page(cast.food, case)
    assert "吴教授" in html
    first, second = Expert.objects.order_by("order")
    url = reverse("expert_judgement", args=[case.pk, first.pk])
    assert browser_of(cast.fire).get(url).status_code == 404
    assert browser_of(cast.food).get(url).status_code == 200
    assert browser_of(cast.food).post(url, {"conflict": "none"}).status_code == 422
    assert browser_of(cast.food).post(url, {"conflict": "some", "conflict_note": "是股东"}).status_code == 302
    judge = {"conflict": "none", "stance": "pass", "opinion": "可行"}
    other = reverse("expert_judgement", args=[case.pk, second.pk])
    assert browser_of(cast.food).post(other, judge).status_code == 302
    assert browser_of(cast.food).post(other, judge).status_code == 409
    more = reverse("more_experts", args=[case.pk])
    assert browser_of(cast.food).post(more, {"experts": "吴教授"}).status_code == 422
    assert browser_of(cast.food).post(more, {"experts": "冯博士"}).status_code == 302
    review = first.review
    minutes = browser_of(cast.food).get(reverse("expert_minutes", args=[case.pk, review.pk]))
    assert minutes.content.startswith(b"%PDF")
    assert "是股东" in page(cast.food, case)
