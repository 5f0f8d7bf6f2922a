"""待办: what waits for a post, how urgent it is, and in how many queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.lists import queries as lists
from cases.models import Case, Flag
from certificates.actions import change_state
from certificates.states import Operation
from common.ids import uuid7
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case
from tests.factories.workbench import browser_of

WORKLIST = "/workbench/"


def copies_of(case: Case, count: int) -> None:
    """More cases like this one."""
    for number in range(count):
        case.pk, case.number = uuid7(), f"copy-{number:04d}"
        case._state.adding = True
        case.save()


def numbers_on(actor, **query) -> list[str]:
    page = browser_of(actor).get(WORKLIST, query).context
    return [row["case"].number for row in page["rows"]]


def test_each_post_sees_what_waits_for_it(cast):
    new, accepted, reviewed = a_submitted_case(cast), an_accepted_case(cast), a_reviewed_case(cast)

    assert numbers_on(cast.clerk) == [new.number]
    assert numbers_on(cast.food) == [accepted.number]
    assert numbers_on(cast.fire) == [accepted.number]
    assert numbers_on(cast.decider) == [reviewed.number]
    assert numbers_on(cast.outsider, task="all") == []
    assert set(numbers_on(cast.supervisor, task="all")) == {new.number, accepted.number, reviewed.number}


def test_filters_stand_in_the_address_and_wrong_ones_are_left_out(cast):
    new, accepted = a_submitted_case(cast), an_accepted_case(cast)

    assert numbers_on(cast.clerk, task="all", state="in_review") == [accepted.number]
    assert numbers_on(cast.clerk, task="all", text=new.number) == [new.number]
    assert len(numbers_on(cast.clerk, task="all", text="青禾")) == 2
    assert numbers_on(cast.clerk, task="all", text="没有这家") == []
    assert len(numbers_on(cast.clerk, task="all", state="draft")) == 2
    assert numbers_on(cast.clerk, text="\x00", page="-4", task="??") == [new.number]


def test_a_draft_is_never_listed(cast):
    case = a_submitted_case(cast)
    Case.objects.filter(pk=case.pk).update(state="draft")

    assert numbers_on(cast.clerk, task="all") == []


def test_the_number_of_queries_does_not_grow_with_the_rows(cast):
    case = an_accepted_case(cast)
    browser = browser_of(cast.clerk)
    browser.get(WORKLIST, {"task": "all"})

    with CaptureQueriesContext(connection) as one:
        browser.get(WORKLIST, {"task": "all"})
    copies_of(case, 19)
    with CaptureQueriesContext(connection) as twenty:
        page = browser.get(WORKLIST, {"task": "all"})

    assert len(page.context["rows"]) == 20
    assert len(twenty) == len(one)
    # session, account, post with grants; waiting count; list count, rows, saved views; calendar days and years
    assert len(one) == 9


def test_lamps_tell_promise_and_statute(cast):
    case = an_accepted_case(cast)
    Case.objects.filter(pk=case.pk).update(promise_due_on=dt.date.today() - dt.timedelta(days=3))

    html = browser_of(cast.food).get(WORKLIST).content.decode()

    assert "lamp-over" in html
    assert "承诺：已超" in html
    assert "法定：剩 20 个工作日" in html


def test_a_waiting_application_shows_the_five_days(cast):
    a_submitted_case(cast)

    assert "受理：剩 5 个工作日" in browser_of(cast.clerk).get(WORKLIST).content.decode()


def test_a_flagged_case_says_so(cast):
    a_submitted_case(cast)
    change_state_of_licence(cast)

    assert Flag.objects.count() == 1
    assert "证照有变" in browser_of(cast.clerk).get(WORKLIST).content.decode()


def change_state_of_licence(cast) -> None:
    change_state(
        cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="抽查", legal_basis="办法"
    )


def test_counting_stops_at_the_cap(cast, monkeypatch):
    copies_of(a_submitted_case(cast), 24)
    monkeypatch.setattr(lists, "COUNT_CAP", 22)
    browser = browser_of(cast.clerk)

    page = browser.get(WORKLIST)
    second = browser.get(page.context["pages"]["after"])

    assert page.context["page"].count == 22
    assert "件以上" in page.content.decode()
    assert len(page.context["rows"]) == 20
    assert len(second.context["rows"]) == 5
    assert second.context["page"].count is None
    shown = [row["case"].number for response in (page, second) for row in response.context["rows"]]
    assert len(set(shown)) == 25
    assert [row["case"].number for row in browser.get(second.context["pages"]["before"]).context["rows"]] == shown[:20]


@pytest.mark.parametrize("query", [{}, {"sort": "statute"}, {"state": "in_review"}, {"task": "all"}, {"task": "open"}])
def test_the_menu_counts_all_that_waits_whatever_the_list_shows(cast, query):
    case = a_submitted_case(cast)
    copies_of(case, 2)
    an_accepted_case(cast)

    assert browser_of(cast.clerk).get(WORKLIST, query).context["worklist_count"] == 3


def test_the_whole_list_of_what_waits_is_not_counted_twice(cast):
    copies_of(a_submitted_case(cast), 24)
    browser = browser_of(cast.clerk)

    with CaptureQueriesContext(connection) as first:
        page = browser.get(WORKLIST)
    with CaptureQueriesContext(connection) as second:
        behind = browser.get(page.context["pages"]["after"])

    assert page.context["worklist_count"] == behind.context["worklist_count"] == 25
    assert len(second) == len(first) + 1


@pytest.mark.parametrize("query", [{}, {"task": "all"}, {"text": "没有"}])
def test_an_empty_list_says_what_to_do(cast, query):
    assert 'class="empty"' in browser_of(cast.clerk).get(WORKLIST, query).content.decode()


@pytest.mark.parametrize(
    "name", ["worklist", "workbench_case_search", "workbench_items", "workbench_imports", "workbench_certificates"]
)
def test_the_lists_ask_visitors_to_sign_in_and_do_not_exist_for_citizens(cast, name):
    address = reverse(name)

    assert Client().get(address).headers["Location"] == f"/account/login/?next={address}"
    assert browser_of(cast.citizen).get(address).status_code == 404


def test_pages_are_kept_by_no_browser(cast):
    assert "no-store" in browser_of(cast.clerk).get(WORKLIST).headers["Cache-Control"]
