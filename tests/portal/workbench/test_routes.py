"""The route on the case page: drawn and listed, its forms, what departments write to each other."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import RouteEntry
from services.models import ReviewStage
from tests.documents import page_count, text_of
from tests.factories.cast import a_picture
from tests.factories.routes import a_routed_case, a_second_reviewer, branch_of, conclude, states
from tests.factories.workbench import browser_of, sent

pytestmark = pytest.mark.django_db


def page(actor, case):
    return browser_of(actor).get(reverse("workbench_case", args=[case.pk])).content.decode()


def step_url(case, action):
    return reverse("case_action", args=[case.pk, action])


def send(actor, case, action, **data):
    return browser_of(actor).post(step_url(case, action), sent(case, **data))


def test_the_route_is_drawn_with_where_the_case_is_now(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    html = page(cast.food, case)
    assert html.count('<svg class="picture') == 2
    assert html.count('aria-labelledby="route-wide-title route-wide-desc"') == 1
    described = re.search(r'<desc id="route-wide-desc">(.*?)</desc>', html)[1]
    assert "现场核查：" in described
    assert "现在在这里" in described
    assert "综合意见：" in described
    assert "等现场核查和联合审查办完" in described or "等现场核查、联合审查办完" in described
    assert "style=" not in html[html.index('<svg class="picture') : html.index("</svg>")]


def test_a_stage_is_sent_back_on_its_page(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    docs = branch_of(case, "docs")
    form = browser_of(cast.fire).get(reverse("case_action", args=[case.pk, "return-stage"]))
    assert str(docs.pk) in form.content.decode()
    assert send(cast.fire, case, "return-stage", target=str(docs.pk)).status_code == 422
    assert send(cast.fire, case, "return-stage", target=str(branch_of(case, "last").pk), reason="x").status_code == 422
    assert states(case)["docs"] == "agreed"
    answer = send(cast.fire, case, "return-stage", target=str(docs.pk), reason="缺平面图")
    assert answer.status_code == 302
    assert "缺平面图" in page(cast.food, case)


def test_a_visit_is_recorded_on_a_phone_and_printed(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    form = browser_of(cast.food).get(reverse("case_action", args=[case.pk, "record-visit"])).content.decode()
    assert 'enctype="multipart/form-data"' in form
    assert "布局和图纸一致" in form
    data = {
        "branch": str(branch_of(case, "visit").pk),
        "visited_on": timezone.localdate().isoformat(),
        "present": "店长",
        "second_officer": "周同行",
        "check_0": "met",
        "check_1": "unmet",
        "finding": "<b>保洁柜未装</b>",
    }
    for name in ("visited_on", "second_officer", "check_1", "finding"):
        assert send(cast.food, case, "record-visit", **{**data, name: ""}).status_code == 422
    assert send(cast.food, case, "record-visit", **{**data, "branch": "x"}).status_code == 422
    assert not RouteEntry.objects.exists()
    photos = [a_picture(), a_picture("b.png")]
    assert send(cast.food, case, "record-visit", **data, photos=photos).status_code == 302
    entry = RouteEntry.objects.get()
    html = page(cast.food, case)
    assert "&lt;b&gt;保洁柜未装" in html
    photo = reverse("visit_photo", args=[case.pk, entry.pk, 2])
    assert photo in html
    assert browser_of(cast.food).get(photo).headers["Content-Type"] == "image/png"
    assert browser_of(cast.food).get(reverse("visit_photo", args=[case.pk, entry.pk, 9])).status_code == 404
    assert browser_of(cast.outsider).get(photo).status_code == 404
    record = browser_of(cast.fire).get(reverse("visit_record", args=[case.pk, entry.pk]))
    pages = page_count(record.content)
    last = text_of(record.content, page=pages)
    assert "签名" in last
    assert "SHA-256" in last or "保洁柜" in last, "nobody signs a page that says nothing"


def test_remarks_are_for_the_departments(cast):
    case = conclude(cast, a_routed_case(cast), "docs")
    address = reverse("comment_case", args=[case.pk])
    assert browser_of(cast.food).post(address, {"text": " "}).status_code == 422
    assert browser_of(cast.food).post(address, {"text": "长" * 1001}).status_code == 422
    assert browser_of(cast.food).post(address, {"text": "周四一起去<现场>", "request_key": "c"}).status_code == 302
    assert "周四一起去&lt;现场&gt;" in page(cast.fire, case)
    assert browser_of(cast.outsider).post(address, {"text": "看看"}).status_code == 404
    assert RouteEntry.objects.count() == 1


def test_work_is_shared_out_on_the_page(cast):
    case = a_routed_case(cast)
    other = a_second_reviewer(case)
    ReviewStage.objects.filter(key="docs").update(assignment="person")
    docs = branch_of(case, "docs")
    assert browser_of(cast.food).get(step_url(case, "review")).status_code == 302
    assert send(cast.decider, case, "assign", assignee=f"{docs.pk}:{cast.fire.account_id}").status_code == 422
    assert send(cast.decider, case, "assign", assignee=f"{docs.pk}:{other.account_id}").status_code == 302
    docs.refresh_from_db()
    assert docs.assignee_id == other.account_id
    assert other.name in page(cast.decider, case)
    assert send(other, case, "recuse", reason="").status_code == 422
    assert send(other, case, "recuse", reason="亲戚").status_code == 302
    assert browser_of(other).get(step_url(case, "review")).status_code == 302


def test_a_review_is_taken_and_passed_on(cast):
    case = a_routed_case(cast)
    docs = branch_of(case, "docs")
    assert send(cast.food, case, "claim", branch=str(docs.pk)).status_code == 302
    assert (
        send(cast.food, case, "transfer", branch=str(docs.pk), post=str(cast.fire.post_id), reason="x").status_code
        == 422
    )
    assert (
        send(
            cast.food, case, "transfer", branch=str(docs.pk), post=str(cast.decider.post_id), reason="请负责人看"
        ).status_code
        == 302
    )
    docs.refresh_from_db()
    assert docs.post_id == cast.decider.post_id
