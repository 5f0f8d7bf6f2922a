"""Every address under ``my/``, against everybody who is not the applicant: nothing is shown, nothing changes."""

import pytest
from django.test import Client

from cases.models import Case
from identity.models import Account
from portal.public.urls import case_urls, material_urls
from tests.factories.cast import Cast
from tests.factories.moves import a_ready_draft
from tests.factories.visitors import a_visitor, address

_POST_ONLY = {
    "material_upload",
    "material_promise",
    "material_defer",
    "material_clear",
    "set_prefill",
    "discard_draft",
    "submit_case",
    "correct_case",
    "material_pages",
    "pay_fee",
    "check_payment",
    "cancel_payment",
    "pick_up_code",
    "choose_delivery",
    "supply_material",
    "state_own_case",
}
_NOBODYS = "00000000-0000-7000-8000-000000000000"
_WITH_ANOTHER_ID = {
    "notice_file",
    "my_fee",
    "pay_fee",
    "check_payment",
    "cancel_payment",
    "state_own_case",
    "question_file",
    "my_hearing_record",
}
CASE_PAGES = [url.name for url in (*case_urls, *material_urls) if getattr(url, "name", None)]


def ask(browser: Client, name: str, case: Case):
    parts: list[object] = [case.pk]
    if name == "draft_step":
        parts.append("shop")
    if name.startswith("material_") or name == "supply_material":
        parts.append(case.materials.first().pk)
    if name in _WITH_ANOTHER_ID:
        parts.append(_NOBODYS)
    place = address(name, *parts)
    return browser.post(place, {"declared": "on"}) if name in _POST_ONLY else browser.get(place)


@pytest.mark.parametrize("name", CASE_PAGES)
def test_a_case_is_its_applicants_alone(cast: Cast, anybody: Client, name: str):
    case = a_ready_draft(cast)
    before = Case.objects.values().get()
    assert ask(anybody, name, case).status_code == 302, "asked to sign in"
    for account_id in (cast.stranger.account_id, cast.clerk.account_id, cast.outsider.account_id):
        browser = a_visitor(Account.objects.get(pk=account_id))
        assert ask(browser, name, case).status_code == 404
    assert Case.objects.values().get() == before


@pytest.mark.parametrize("name", ["my_cases", "wallet", "locker", "choose_principal"])
def test_staff_have_no_citizens_pages(cast: Cast, anybody: Client, name: str):
    assert anybody.get(address(name)).url.startswith("/account/login/")
    assert a_visitor(Account.objects.get(pk=cast.clerk.account_id)).get(address(name)).status_code == 404


@pytest.mark.parametrize("name", ["set_mode", "start_draft", "document_upload"])
def test_what_changes_something_takes_no_link(cast: Cast, shop: Client, name: str):
    parts = [cast.item.pk] if name == "start_draft" else []
    assert shop.get(address(name, *parts)).status_code == 405


def test_a_sign_in_after_a_press_returns_to_the_page_of_the_button(cast: Cast, anybody: Client):
    guide = address("item_guide", cast.item.pk)
    answer = anybody.post(address("start_draft", cast.item.pk), headers={"referer": f"http://testserver{guide}"})
    assert answer.url == f"/account/login/?next={guide}"
    foreign = anybody.post(address("start_draft", cast.item.pk), headers={"referer": "http://evil.example/"})
    assert foreign.url == "/account/login/?next=/"
