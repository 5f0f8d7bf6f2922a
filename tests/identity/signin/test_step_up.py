"""A code to the phone before a sensitive step; accounts without a password are no way around it."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from identity.models import Account
from tests.factories.cast import PASSWORD, Cast
from tests.factories.phones import last_code
from tests.factories.threads import at_once
from tests.factories.upstream import sign_in as sign_in_upstream
from tests.factories.visitors import a_visitor

LI = "13900000001"
NEWCOMER_PHONE = "13900000301"


def sign_in() -> Client:
    browser = a_visitor()
    browser.post(reverse("account_login"), {"login": LI, "password": PASSWORD})
    return browser


def ask_for_code(browser: Client, next_page: str = ""):
    return browser.post(reverse("step_up_send"), {"next": next_page})


def is_sure(browser: Client) -> bool:
    return browser.get(reverse("change_password")).status_code == 200


def test_a_code_counts_as_a_step_up_and_leads_back(cast: Cast):
    browser = sign_in()
    assert not is_sure(browser)
    assert "用短信验证码" in browser.get(reverse("account_reauthenticate")).content.decode()
    asked = ask_for_code(browser, reverse("change_password"))
    assert asked.headers["Location"].startswith(reverse("step_up_code"))
    answer = browser.post(reverse("step_up_code"), {"code": last_code(LI), "next": reverse("change_password")})
    assert answer.headers["Location"] == reverse("change_password")
    assert is_sure(browser)


def test_a_wrong_used_or_foreign_code_does_not_count(cast: Cast):
    browser = sign_in()
    ask_for_code(browser)
    code = last_code(LI)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert browser.post(reverse("step_up_code"), {"code": wrong}).status_code == 422
    assert not is_sure(browser)
    other = sign_in()
    assert other.post(reverse("step_up_code"), {"code": code}).headers["Location"] == reverse("step_up_send")
    assert not is_sure(other)
    assert browser.post(reverse("step_up_code"), {"code": code}).status_code == 302
    assert browser.post(reverse("step_up_code"), {"code": code}).headers["Location"] == reverse("step_up_send")


def test_a_code_for_signing_in_does_not_step_up(cast: Cast):
    anybody = a_visitor()
    anybody.post(reverse("sign_in_phone"), {"phone": LI})
    anybody.post(reverse("sign_in_code"), {"code": last_code(LI)})
    assert not is_sure(anybody)
    assert anybody.get(reverse("step_up_code")).headers["Location"] == reverse("step_up_send")


def test_a_code_does_not_weaken_a_second_factor(cast: Cast):
    Authenticator.objects.create(user=cast.account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    browser = a_visitor(cast.account)
    assert browser.get(reverse("step_up_send")).headers["Location"] == reverse("account_reauthenticate")
    assert "用短信验证码" not in browser.get(reverse("account_reauthenticate")).content.decode()


@pytest.mark.parametrize("name", ["change_password", "mfa_activate_totp", "mfa_add_webauthn"])
def test_an_account_without_a_password_needs_the_code(db, service, name):
    browser = a_visitor()
    sign_in_upstream(browser)
    asked = browser.get(reverse(name))
    assert asked.headers["Location"].startswith(reverse("step_up_send"))
    ask_for_code(browser, reverse(name))
    answer = browser.post(reverse("step_up_code"), {"code": last_code(NEWCOMER_PHONE), "next": reverse(name)})
    assert answer.headers["Location"] == reverse(name)
    assert browser.get(reverse(name)).status_code == 200


def test_an_account_with_nothing_at_all_is_told_what_to_do(db, service):
    service.people["me"] = {key: text for key, text in service.people["me"].items() if key != "phone_number"}
    browser = a_visitor()
    sign_in_upstream(browser)
    answer = browser.get(reverse("change_password"))
    assert answer.status_code == 403
    assert "identity.step_up_impossible" in answer.content.decode()
    assert not Account.objects.get().has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_one_code_used_twice_at_once_counts_once():
    from identity.actor import PUBLIC
    from identity.code_actions import send_code, use_code
    from identity.models import OneTimeCode
    from tests.factories.cast import a_citizen, a_person

    a_citizen(a_person(phone=LI))
    step_up = OneTimeCode.Purpose.STEP_UP
    code_id = send_code(PUBLIC, phone=LI, purpose=step_up, address="10.0.0.1")
    code = last_code(LI)
    act = lambda: bool(use_code(PUBLIC, code_id=code_id, code=code, purpose=step_up))  # noqa: E731
    assert sorted(map(str, at_once(act, act, act))) == ["True", "identity.code_expired", "identity.code_expired"]
    with pytest.raises(Exception, match="code_expired"):
        use_code(PUBLIC, code_id=code_id, code=code, purpose=OneTimeCode.Purpose.SIGN_IN)
