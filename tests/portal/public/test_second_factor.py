"""Staff set up a second step at their first sign-in, on our own pages, and use it at the next."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from identity.models import Account
from tests.factories.cast import PASSWORD, Cast


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def sign_in(browser: Client, cast: Cast):
    username = Account.objects.get(pk=cast.clerk.account_id).username
    return browser.post("/account/login/", {"login": username, "password": PASSWORD}, follow=True)


def test_the_second_step_is_set_up_and_asked_for(cast: Cast, anybody: Client, settings):
    settings.STAFF_MFA_REQUIRED = True
    answer = sign_in(anybody, cast)
    again = answer.redirect_chain[-1][0]
    assert again.startswith("/account/reauthenticate/")
    assert "再确认一次身份" in answer.content.decode()
    answer = anybody.post(again, {"password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/account/2fa/totp/activate/"
    assert "data:image/svg+xml" in answer.content.decode()
    wrong = anybody.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert "data-error-summary" in wrong.content.decode()
    secret = wrong.context["form"].secret
    done = anybody.post("/account/2fa/totp/activate/", {"code": code_for(secret)}, follow=True)
    assert "每个只能用一次" in done.content.decode()
    recovery_code = done.context["unused_codes"][0]
    for path in ("/account/2fa/", "/account/2fa/totp/deactivate/", "/account/2fa/recovery-codes/generate/"):
        assert "masthead-public" in anybody.get(path).content.decode()
    download = anybody.get("/account/2fa/recovery-codes/download/").content.decode()
    assert download.splitlines()[0] == recovery_code
    anybody.post("/account/logout/")
    asked = sign_in(anybody, cast)
    assert "动态码或恢复码" in asked.content.decode()
    inside = anybody.post("/account/2fa/authenticate/", {"code": recovery_code}, follow=True)
    assert inside.status_code == 200
    assert "登录成功" in inside.content.decode()
