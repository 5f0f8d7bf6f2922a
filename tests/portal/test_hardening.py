"""What a hostile visitor tries on every surface: shared computers, odd bytes, guessing, and other people's notes."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.actions import clocks
from cases.models import Case
from certificates.locker import upload_document
from tests.factories import moves
from tests.factories.cast import PASSWORD, Cast, a_picture, build_cast
from tests.factories.visitors import a_visitor


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


def test_pages_of_a_signed_in_person_are_kept_by_nobody(cast):
    case = moves.a_submitted_case(cast)
    browser = a_visitor(cast.account, acting_for=cast.shop)
    pages = [reverse(name) for name in ("home", "my_cases", "wallet", "locker", "choose_principal")]
    for page in [*pages, reverse("my_case", args=[case.pk]), reverse("item_guide", args=[cast.item.pk])]:
        assert "no-store" in browser.get(page).headers.get("Cache-Control", ""), page
    assert "Cache-Control" not in Client().get(reverse("home")).headers


def test_nothing_in_an_uploaded_file_can_run_for_its_owner_either(cast):
    upload = a_picture()
    document = upload_document(cast.citizen, owner_id=cast.shop.pk, kind="rules", name="制度", upload=upload)
    answer = a_visitor(cast.account, acting_for=cast.shop).get(reverse("document_file", args=[document.pk]))
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_key_with_a_nul_byte_is_no_key(cast):
    browser = a_visitor(cast.account, acting_for=cast.shop)
    answer = browser.post(reverse("start_draft", args=[cast.item.pk]), {"request_key": "a\x00b"})
    assert answer.status_code == 302
    assert Case.objects.count() == 1


def test_spelling_a_phone_differently_gives_no_further_guesses(cast):
    cache.clear()
    browser = Client()
    texts = ("13900000001", "139 0000 0001", "139-0000-0001", "+8613900000001", "1 3900000001", "13-900000001")
    for text in texts[:5]:
        browser.post(reverse("account_login"), {"login": text, "password": "wrong-password"})
    browser.post(reverse("account_login"), {"login": texts[5], "password": PASSWORD})
    assert "_auth_user_id" not in browser.session
    cache.clear()


def test_the_api_keeps_reviewers_words_in_the_file(cast):
    case = moves.an_accepted_case(cast)
    told = {"reason": "需要检验", "legal_basis": "行政许可法第四十五条"}
    clocks.start_special(cast.food, case_id=case.pk, kind="inspection", days_needed=5, **told)
    clocks.end_special(cast.food, case_id=case.pk, result="内部：检验人员存疑")
    answer = a_visitor(cast.account, acting_for=cast.shop).get(reverse("api_case", args=[case.pk]))
    notes = {step["action"]: step["note"] for step in answer.json()["history"]}
    assert notes["start_special"] == "需要检验"
    assert notes["end_special"] == ""
