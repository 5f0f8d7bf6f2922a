"""The pages of the lists: filters posted and answered by an address, views, the case after, work on many cases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.lists import actions, bulk_actions
from cases.lists.models import BulkJob, SavedView
from cases.models import Case
from identity.actor import SYSTEM
from tests.factories.moves import a_submitted_case, an_accepted_case
from tests.factories.workbench import browser_of, sent

LIST = "/workbench/"
FIND = "/workbench/find/"


def test_a_filter_becomes_an_address_and_wrong_values_are_left_out(cast):
    browser = browser_of(cast.clerk)
    answer = browser.post(
        FIND, {"task": "all", "text": " 青禾 ", "state": "nonsense", "since": "2026-01-02", "more": "1"}
    )
    assert answer.headers["Location"] == "/workbench/?task=all&text=%E9%9D%92%E7%A6%BE&since=2026-01-02&more=1"
    other = browser.post(FIND, {"page": "workbench_case_search", "text": "\x00"})
    assert other.headers["Location"] == "/workbench/cases/?task=all"


def test_a_persons_number_never_stands_in_an_address(cast):
    case = a_submitted_case(cast)
    Case.objects.filter(pk=case.pk).update(applicant=cast.li.pk)
    browser = browser_of(cast.clerk)

    answer = browser.post(FIND, {"task": "all", "text": cast.li.id_number})
    page = browser.get(answer.headers["Location"])

    assert cast.li.id_number not in answer.headers["Location"]
    assert [row["case"] for row in page.context["rows"]] == [case]
    assert "只看申请人：李**" in page.content.decode()
    nobody = browser.post(FIND, {"task": "all", "text": "没有这人 1990-01-01"}).headers["Location"]
    page = browser.get(nobody)
    assert page.context["rows"] == []
    assert "%E6%B2%A1" not in nobody


def test_rarer_filters_open_on_request_in_few_queries(cast):
    an_accepted_case(cast)
    browser = browser_of(cast.clerk)
    counted = {}
    for name, query in {"plain": {}, "more": {"more": "1"}, "words": {"text": "食品"}}.items():
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(LIST, {"task": "all", **query})
        counted[name] = len(queries)
        assert len(page.context["rows"]) == 1
    # session and account, post with grants; views; places, rows; calendar two; changes; waiting count
    assert counted["plain"] <= 10
    assert counted["more"] == counted["plain"] + 2
    assert counted["words"] == counted["plain"] + 2
    assert max(counted.values()) <= 12
    html = browser.get(LIST, {"task": "all", "more": "1"}).content.decode()
    assert "审查岗位" in html
    assert "食品经营许可</option>" in html


def test_the_list_one_came_from_leads_on_after_an_act_too(cast):
    first, second = a_submitted_case(cast), a_submitted_case(cast)
    browser = browser_of(cast.clerk)
    rows = browser.get(LIST).context["rows"]
    assert [row["case"] for row in rows] == [first, second]

    page = browser.get(rows[0]["url"])
    assert page.context["next_url"] == rows[1]["url"]
    act = reverse("case_action", args=[first.pk, "accept"]) + page.context["trail"]
    answer = browser.post(act, sent(first))

    assert answer.headers["Location"] == rows[0]["url"]
    page = browser.get(answer.headers["Location"])
    assert page.context["next_url"] == rows[1]["url"]
    last = browser.get(rows[1]["url"])
    assert "已经看到最后一件" in last.content.decode()
    odd = browser.get(reverse("workbench_case", args=[first.pk]), {"list": "\x00<script>", "at": "0.\x00"})
    assert odd.context["next_url"] == reverse("workbench_case", args=[second.pk])
    assert odd.context["trail"] == ""


def test_views_are_saved_begun_with_renamed_and_removed(cast):
    a_submitted_case(cast)
    browser = browser_of(cast.clerk)
    views = reverse("saved_views")
    assert browser.post(views, {"name": "", "query": "state=submitted"}).status_code == 422
    answer = browser.post(views, {"name": "新来的", "query": "state=submitted&evil=1"})
    assert answer.headers["Location"] == "/workbench/?task=mine&state=submitted"
    view = SavedView.objects.get()
    assert browser.post(views, {"name": "新来的", "query": ""}).status_code == 422
    step = lambda action: reverse("saved_view_step", args=[view.pk, action])  # noqa: E731
    browser.post(step("default"))
    assert browser.get(LIST).headers["Location"] == "/workbench/?task=mine&state=submitted"
    assert browser.get(LIST, {"task": "mine"}).status_code == 200
    browser.post(step("plain"))
    assert browser.get(LIST).status_code == 200
    one = reverse("saved_view", args=[view.pk])
    assert browser.post(one, {"name": "长" * 31}).status_code == 422
    assert browser.post(one, {"name": "改了"}).status_code == 302
    assert "改了" in browser.get(views).content.decode()
    assert browser.post(step("nonsense")).status_code == 404
    stranger = browser_of(cast.food)
    assert stranger.get(one).status_code == 404
    assert stranger.post(step("remove")).status_code == 404
    assert SavedView.objects.get().name == "改了"
    browser.post(step("remove"))
    assert not SavedView.objects.exists()


def test_too_many_views_is_a_conflict(cast, monkeypatch):
    monkeypatch.setattr(actions, "MOST_VIEWS", 0)
    answer = browser_of(cast.clerk).post(reverse("saved_views"), {"name": "一", "query": ""})
    assert answer.status_code == 409
    assert "最多保存" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_cases_are_chosen_looked_over_and_accepted(cast):
    case, other = a_submitted_case(cast), a_submitted_case(cast)
    browser = browser_of(cast.clerk)

    answer = browser.post(reverse("bulk_new"), {"act": "accept:", "scope": "chosen", "case": [str(case.pk), "x"]})
    job = BulkJob.objects.get()
    assert answer.headers["Location"] == reverse("bulk_job", args=[job.pk])
    html = browser.get(answer.headers["Location"]).content.decode()
    assert "受理不能撤销" in html
    assert "一共 1 件，还没有开始" in html
    browser.post(reverse("bulk_step", args=[job.pk, "start"]))
    assert browser.post(reverse("bulk_step", args=[job.pk, "start"])).status_code == 409
    bulk_actions.run(SYSTEM, job_id=job.pk)
    html = browser.get(answer.headers["Location"]).content.decode()
    assert "完成 1 件，没有办 0 件。" in html
    assert Case.objects.get(pk=other.pk).state == "submitted"
    assert "办完了" in browser.get(reverse("bulk_jobs")).content.decode()
    for address in ("bulk_job", "bulk_file"):
        assert browser_of(cast.food).get(reverse(address, args=[job.pk])).status_code == 404
    assert browser.get(reverse("bulk_file", args=[job.pk])).status_code == 404
    assert browser.post(reverse("bulk_step", args=[job.pk, "undo"])).status_code == 409
    assert browser.post(reverse("bulk_step", args=[job.pk, "again"])).status_code == 404


def test_all_of_a_filter_is_exported_and_fetched(cast):
    a_submitted_case(cast)
    browser = browser_of(cast.clerk)
    browser.post(reverse("bulk_new"), {"act": "export:csv", "scope": "all", "query": "task=all"})
    job = BulkJob.objects.get()
    browser.post(reverse("bulk_step", args=[job.pk, "start"]))
    bulk_actions.run(SYSTEM, job_id=job.pk)
    answer = browser.get(reverse("bulk_file", args=[job.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "青禾餐饮店" in answer.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "accept:", "scope": "chosen"},
        {"act": "accept:", "scope": "never"},
        {"act": "decide:", "scope": "all"},
    ],
)
def test_a_wrong_choice_leads_back_and_makes_no_job(cast, form):
    a_submitted_case(cast)
    answer = browser_of(cast.clerk).post(reverse("bulk_new"), {**form, "query": "state=submitted"})
    assert answer.headers["Location"] == "/workbench/?task=mine&state=submitted"
    assert not BulkJob.objects.exists()


def test_reviewers_are_not_offered_to_accept(cast):
    an_accepted_case(cast)
    html = browser_of(cast.food).get(LIST).content.decode()
    assert 'value="accept:"' not in html
    assert 'value="export:csv"' in html
