"""Every page of the workbench: nothing inline, ids unique, references whole, one main heading, a title."""

import re
from collections import Counter

import pytest
from django.urls import reverse

from portal.workbench.steps import STEPS
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case
from tests.factories.workbench import browser_of


def check(html: str) -> None:
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    references = re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for reference in references for name in reference.split() if name not in ids] == []
    assert len(re.findall(r"<h1[\s>]", html)) == 1
    assert re.search(r"<title>\s*\S", html)


def test_the_lists_and_pages(cast):
    case = a_submitted_case(cast)
    browser = browser_of(cast.clerk)
    for address in (
        reverse("worklist"),
        reverse("workbench_case_search") + "?text=none",
        reverse("workbench_case", args=[case.pk]),
        reverse("workbench_items"),
        reverse("workbench_item", args=[cast.item.pk]),
        reverse("workbench_imports"),
    ):
        check(browser.get(address).content.decode())


def test_the_pages_of_certificates(cast):
    browser = browser_of(cast.decider)
    for address in (
        reverse("workbench_certificates"),
        reverse("workbench_certificate", args=[cast.licence.pk]),
        reverse("certificate_operation", args=[cast.licence.pk, "cancel"]),
    ):
        check(browser.get(address).content.decode())


@pytest.mark.parametrize("slug", ["accept", "ask-correction", "not-require", "refuse-acceptance"])
def test_the_forms_of_the_counter(cast, slug):
    address = reverse("case_action", args=[a_submitted_case(cast).pk, slug])
    browser = browser_of(cast.clerk)

    check(browser.get(address).content.decode())
    check(browser.post(address, {}).content.decode())


def test_the_forms_of_reviewers_and_deciders(cast):
    waiting, reviewed = an_accepted_case(cast), a_reviewed_case(cast)
    seen = set()
    for actor, case in ((cast.food, waiting), (cast.decider, reviewed)):
        browser = browser_of(actor)
        check(browser.get(reverse("workbench_case", args=[case.pk])).content.decode())
        for slug in STEPS:
            answer = browser.get(reverse("case_action", args=[case.pk, slug]))
            if answer.status_code == 200:
                seen.add(slug)
                check(answer.content.decode())
    of_the_route = {"claim", "record-visit", "return-stage", "recuse", "transfer", "ask-opinion"}
    of_proceedings = {"tell-hearing", "schedule-hearing", "start-experts"}
    of_deciders = {"start-special", "extend", "approve", "refuse", "terminate"}
    assert seen == {"review"} | of_the_route | of_proceedings | of_deciders


def test_refusals_are_pages_of_the_workbench_with_a_way_back(cast):
    html = browser_of(cast.outsider).get(reverse("workbench_case", args=[a_submitted_case(cast).pk])).content.decode()

    check(html)
    assert 'class="workbench"' in html
    assert f'href="{reverse("worklist")}"' in html


def test_staff_land_on_their_worklist_after_signing_in(cast, client):
    answer = client.post(reverse("account_login"), {"login": "1001", "password": "Kitchen-table-7"})

    assert answer.headers["Location"] == reverse("worklist")
