"""An item's way through the pages: steps, operations, waivers, the report; what each refusal answers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.editing import versions
from services.models import AskWaiver, ItemOperation, ItemVersion, LintRun, ServiceItem
from tests.factories.cast import build_cast
from tests.factories.editing import a_desk, a_draft, a_published_item
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db
REPORT = "/workbench/items/findings/"


@pytest.fixture
def desk():
    return a_desk()


def step(version, action):
    return reverse("version_step", args=[version.item_id, version.version, action])


def send(who, address, **data):
    return browser_of(who).post(address, data)


def take(who, version, action, **data):
    version.refresh_from_db()
    return send(who, step(version, action), revision=version.revision, **data)


def test_a_draft_goes_through_submission_review_and_publication_on_the_pages(desk):
    draft = a_draft(desk)
    page = browser_of(desk.ann).get(reverse("workbench_item", args=[draft.item_id]))
    assert [one["name"] for one in page.context["steps"]] == ["submit", "discard"]
    assert page.context["may_edit"]
    assert take(desk.ann, draft, "submit", note="请看").status_code == 302
    page = browser_of(desk.ben).get(reverse("workbench_item", args=[draft.item_id]))
    assert [one["name"] for one in page.context["steps"]] == ["recall", "return", "approve"]
    assert "请看" in page.content.decode()
    page = browser_of(desk.ann).get(reverse("workbench_item", args=[draft.item_id]))
    assert [one["name"] for one in page.context["steps"]] == ["recall"]
    assert take(desk.ann, draft, "approve").status_code == 403
    draft.refresh_from_db()
    assert draft.state == "in_review"
    assert take(desk.ben, draft, "approve").status_code == 302
    assert take(desk.ann, draft, "publish").status_code == 302
    item = ServiceItem.objects.get(pk=draft.item_id)
    assert item.current_id == draft.pk
    assert browser_of(desk.ann).get(reverse("item_guide", args=[item.pk])).status_code == 200


@pytest.mark.parametrize(
    ("action", "data", "status"),
    [
        ("submit", {"revision": 7}, 409),
        ("submit", {"revision": "x"}, 422),
        ("submit", {"revision": 1, "effective_on": "2000-01-01"}, 422),
        ("submit", {"revision": 1, "effective_on": "随便"}, 422),
        ("approve", {"revision": 1}, 409),
        ("publish", {"revision": 1}, 409),
        ("replace", {"revision": 1}, 404),
        ("steal", {"revision": 1}, 404),
    ],
)
def test_a_refused_step_says_so_and_changes_nothing(desk, action, data, status):
    draft = a_draft(desk)
    before = list(ItemVersion.objects.values())
    assert send(desk.ann, step(draft, action), **data).status_code == status
    assert list(ItemVersion.objects.values()) == before


def test_findings_come_back_on_the_page_of_the_step(desk):
    draft = a_draft(desk, consult_phone="")
    page = take(desk.ann, draft, "submit")
    assert page.status_code == 422
    assert "consistency.phone_missing" in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_drafts_comments_and_steps_are_for_managers_only(desk):
    item = a_published_item(desk)
    draft = versions.open_draft(desk.ann, item_id=item.pk)
    address = reverse("workbench_item", args=[item.pk])
    page = browser_of(desk.other).get(address)
    assert page.status_code == 200
    assert [row["version"].version for row in page.context["versions"]] == [1]
    assert not page.context["steps"]
    assert browser_of(desk.other).get(f"{address}?version=2").status_code == 404
    assert browser_of(desk.ann).get(f"{address}?version=2").status_code == 200
    assert browser_of(desk.ann).get(f"{address}?version=x").status_code == 404
    assert take(desk.other, draft, "discard").status_code == 403
    assert send(desk.other, reverse("item_draft", args=[item.pk])).status_code == 403
    fresh = a_draft(desk, "还没发布")
    assert browser_of(desk.other).get(reverse("workbench_item", args=[fresh.item_id])).status_code == 404


def test_going_back_is_a_button_on_the_earlier_version(desk):
    item = a_published_item(desk)
    draft = versions.open_draft(desk.ann, item_id=item.pk)
    take(desk.ann, draft, "submit")
    take(desk.ben, draft, "approve")
    take(desk.ann, draft, "publish")
    page = browser_of(desk.ann).get(reverse("workbench_item", args=[item.pk]), {"version": 1})
    assert page.context["may_restore"]
    assert send(desk.ann, reverse("item_draft", args=[item.pk]), version="1").status_code == 302
    assert item.versions.get(version=3).restored_from.version == 1
    assert send(desk.ann, reverse("item_draft", args=[item.pk])).status_code == 409  # one draft at a time


def test_an_item_is_paused_by_two_persons_on_the_pages_and_the_guide_says_so(desk):
    item = a_published_item(desk)
    address = reverse("propose_operation", args=[item.pk, "pause"])
    assert send(desk.ann, address, reason="", instead="").status_code == 422
    assert not ItemOperation.objects.exists()
    assert send(desk.ann, address, reason="系统升级", instead="到窗口办理").status_code == 302
    operation = ItemOperation.objects.get()
    approve = reverse("operation_step", args=[operation.pk, "approve"])
    assert send(desk.ann, approve, revision=operation.revision).status_code == 403
    assert send(desk.other, approve, revision=operation.revision).status_code == 404
    assert send(desk.ben, approve, revision=operation.revision).status_code == 302
    guide = browser_of(desk.ann).get(reverse("item_guide", args=[item.pk])).content.decode()
    assert "到窗口办理" in guide
    assert "这个事项暂停办理" in guide
    assert send(desk.ann, reverse("propose_operation", args=[item.pk, "change"])).status_code == 404
    page = browser_of(desk.ann).get(reverse("workbench_item", args=[item.pk]))
    assert [one["name"] for one in page.context["proposals"]] == ["split", "merge", "resume", "cancel"]


def test_merging_names_the_successor_by_its_code_and_the_old_guide_leads_there(desk):
    former, stays = a_published_item(desk, "旧"), a_published_item(desk, "新")
    address = reverse("propose_operation", args=[former.pk, "merge"])
    wrong = send(desk.ann, address, reason="合并", successors="没有这个")
    assert (wrong.status_code, "没有编码是" in wrong.content.decode()) == (422, True)
    assert send(desk.ann, address, reason="合并", successors=stays.code).status_code == 302
    operation = ItemOperation.objects.get()
    send(desk.ben, reverse("operation_step", args=[operation.pk, "approve"]), revision=operation.revision)
    answer = browser_of(desk.ann).get(reverse("item_guide", args=[former.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("item_guide", args=[stays.pk]))


def test_a_waiver_is_asked_for_and_granted_on_the_pages(desk):
    fields = [{"key": "s", "title": "页", "fields": [{"key": "own", "label": "甲", "type": "text"}]}]
    item = a_published_item(desk, steps=fields)
    address = reverse("propose_waiver", args=[item.pk])
    assert send(desk.ann, address, asked="field:own", reason="太短").status_code == 422
    assert not AskWaiver.objects.exists()
    assert send(desk.ann, address, asked="field:own", reason="登记库每季度才更新一次").status_code == 302
    waiver = AskWaiver.objects.get()
    grant = reverse("waiver_step", args=[waiver.pk, "approve"])
    assert send(desk.ann, grant, revision=waiver.revision).status_code == 403
    assert send(desk.ben, grant, revision=waiver.revision).status_code == 302
    waiver.refresh_from_db()
    assert waiver.state == "approved"
    assert send(desk.ben, reverse("waiver_step", args=[waiver.pk, "steal"]), revision=2).status_code == 404


def test_the_report_keeps_its_filters_in_the_address_and_exports_them(desk):
    item = a_published_item(desk, "=甲", result_name="批准书", result_kind="document")
    browser = browser_of(desk.ann)
    page = browser.get(REPORT, {"code": "consistency.sample_missing"})
    assert [row["lint"].item_id for row in page.context["rows"]] == [item.pk]
    assert "code=consistency.sample_missing" in page.context["csv_url"]
    assert not browser.get(REPORT, {"vain": "on"}).context["rows"]
    assert browser.get(REPORT, {"code": "nothing", "page": "x", "text": "\x00"}).status_code == 200
    text = b"".join(browser.get(page.context["csv_url"]).streaming_content).decode("utf-8-sig")
    assert "'=甲" in text
    assert "consistency.sample_missing" in text


def test_a_check_is_asked_for_by_button_and_shows_how_far_it_is(desk):
    assert send(desk.ann, REPORT + "check/").status_code == 302
    assert LintRun.objects.count() == 1
    assert "progress" in browser_of(desk.ann).get(REPORT).content.decode()
    cast = build_cast()
    assert browser_of(cast.clerk).get(REPORT).status_code == 403
    assert send(cast.clerk, REPORT + "check/").status_code == 403
    assert browser_of(cast.supervisor).get(REPORT).status_code == 200


def test_the_report_and_the_item_page_take_a_fixed_number_of_queries(desk):
    item = a_published_item(desk)
    browser = browser_of(desk.ann)
    browser.get(REPORT)
    with CaptureQueriesContext(connection) as one:
        browser.get(REPORT)
    for number in range(5):
        a_published_item(desk, f"另一个{number}")
    with CaptureQueriesContext(connection) as six:
        browser.get(REPORT)
    assert len(six) == len(one)
    address = reverse("workbench_item", args=[item.pk])
    with CaptureQueriesContext(connection) as page:
        browser.get(address)
    before = len(page)
    draft = versions.open_draft(desk.ann, item_id=item.pk)
    take(desk.ann, draft, "submit")
    take(desk.ben, draft, "approve")
    take(desk.ann, draft, "publish")
    with CaptureQueriesContext(connection) as more:
        browser.get(address)
    assert len(more) == before
