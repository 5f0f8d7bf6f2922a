"""What is wrong is refused, with the standard's error, and nothing is given."""

import datetime as dt
from urllib.parse import urlencode

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Consent, SsoSession
from identity.sso import actions, client_actions
from identity.sso.errors import ConsentNotFound
from tests.factories.cast import PASSWORD, Cast, a_citizen
from tests.factories.sso import App, a_system, an_app, read_claims, told
from tests.factories.visitors import a_visitor
from tests.factories.wards import a_ward


def refused(response, error: str, status: int = 400) -> None:
    """The OAuth error, and no token came to be."""
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert "access_token" not in response.json()
    assert response.headers["Cache-Control"] == "no-store"


def live_tokens() -> int:
    return Token.objects.exclude(type=Token.Type.AUTHORIZATION_CODE).count()


@pytest.mark.parametrize(
    "uri",
    [
        "https://health.example.gov.cn/callback/",
        "https://health.example.gov.cn/callback?more=1",
        "https://health.example.gov.cn:444/callback",
        "https://health.example.gov.cn/callback#x",
        "http://health.example.gov.cn/callback",
        "https://evil.example/callback",
        "https://health.example.gov.cn@evil.example/callback",
        "javascript:alert(1)",
        "",
    ],
)
def test_any_other_address_stays_here(app: App, li: Client, uri: str):
    page = app.ask(li, redirect_uri=uri)
    assert page.status_code == 400
    assert "sso.request_invalid" in page.content.decode()
    assert not SsoSession.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": "id_token"}, "unauthorized_client"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "openid person.address"}, "invalid_scope"),  # not registered
        ({"scope": "openid cases.status"}, "invalid_scope"),
        ({"scope": "person.name"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_wrong_requests_go_back_with_their_error(app: App, li: Client, changes: dict, error: str):
    response = app.ask(li, **changes)
    assert response.status_code == 302
    url = response.headers["Location"].replace("#", "?")
    assert url.startswith(f"{app.redirect_uri}?")
    assert f"error={error}" in url
    assert "code=" not in url
    assert not SsoSession.objects.exists()


@pytest.mark.parametrize("value", ["a\x00b", "x" * 5000, "𠮷" * 3, "'\"><script>"])
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "state", "id_token_hint", "claims", "prompt"])
def test_no_input_is_a_fault_of_ours(app: App, li: Client, name: str, value: str):
    assert app.ask(li, **{name: value}).status_code < 500
    assert app.ask(Client(), **{name: value}).status_code < 500
    assert app.call("sso_token", {"grant_type": "authorization_code", "code": "c", name: value}).status_code < 500


@pytest.mark.parametrize("body", ["\xff\xfe", "grant_type", "%", "grant_type=authorization_code&grant_type=x", "{}"])
def test_no_body_is_a_fault_of_ours(app: App, body: str):
    for name in ("sso_token", "sso_revoke", "sso_userinfo"):
        answer = Client().post(reverse(name), body, "application/x-www-form-urlencoded", headers=app.basic)
        assert 400 <= answer.status_code < 500
    assert 400 <= app.call("sso_token", {"x": "1"}, Authorization="Basic %%%").status_code < 500


def test_a_code_counts_once_and_a_second_use_ends_what_the_first_gave(app: App, li: Client, posted):
    code = app.code(li)
    tokens = app.exchange(code).json()
    assert app.claims(tokens).status_code == 200
    refused(app.exchange(code), "invalid_grant")
    assert app.claims(tokens).status_code == 401
    refused(app.refresh(tokens["refresh_token"]), "invalid_grant")
    assert live_tokens() == 0
    assert AuditEvent.objects.filter(code="identity.sso_ended", detail__why="token_reused").exists()


def test_a_wrong_verifier_burns_the_code(app: App, li: Client):
    code = app.code(li)
    refused(app.exchange(code, code_verifier="w" * 64), "invalid_grant")
    refused(app.exchange(code), "invalid_grant")
    assert live_tokens() == 0


def test_no_verifier_no_token(app: App, li: Client):
    data = {"grant_type": "authorization_code", "code": app.code(li), "redirect_uri": app.redirect_uri}
    refused(app.call("sso_token", data), "invalid_request")
    assert live_tokens() == 0


def test_a_code_is_for_the_app_and_the_address_it_was_asked_by(cast: Cast, app: App, li: Client):
    other = an_app(cast.xfj, "fire.example.gov.cn")
    refused(other.exchange(app.code(li), code_verifier=app.verifier), "invalid_grant")
    mixed = {
        "grant_type": "authorization_code",
        "code": app.code(li),
        "redirect_uri": app.redirect_uri,
        "code_verifier": app.verifier,
        "client_id": app.client_id,
    }
    refused(other.call("sso_token", mixed), "invalid_client", 401)  # signs as one app, names another
    assert app.exchange(app.code(li), redirect_uri="https://health.example.gov.cn/other").status_code == 400
    assert live_tokens() == 0


def test_an_old_code_is_nothing(app: App, li: Client):
    code = app.code(li)
    cache.clear()  # its minute is over
    refused(app.exchange(code), "invalid_grant")
    assert live_tokens() == 0


def test_a_wrong_secret_gets_nothing(app: App, li: Client):
    code = app.code(li)
    app.secret = "wrong"
    refused(app.exchange(code), "invalid_client", 401)
    refused(
        app.call("sso_token", {"client_id": app.client_id, "grant_type": "client_credentials"}, X="1"),
        "invalid_client",
        401,
    )


def test_expired_tokens_are_nothing(app: App, li: Client):
    tokens = app.tokens(li)
    Token.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert app.claims(tokens).status_code == 401
    assert 'error="invalid_token"' in app.claims(tokens).headers["WWW-Authenticate"]
    refused(app.refresh(tokens["refresh_token"]), "invalid_grant")


def test_an_id_token_opens_nothing(app: App, li: Client):
    tokens = app.tokens(li)
    assert read_claims(tokens["id_token"]).status_code == 401
    assert read_claims(tokens["refresh_token"]).status_code == 401
    assert Client().get(reverse("sso_userinfo"), {"access_token": tokens["access_token"]}).status_code == 401


def test_a_refresh_token_counts_once_and_reuse_ends_the_sign_in(app: App, li: Client, posted):
    first = app.tokens(li)
    second = app.refresh(first["refresh_token"]).json()
    assert app.claims(second).status_code == 200
    refused(app.refresh(first["refresh_token"]), "invalid_grant")
    assert app.claims(second).status_code == 401
    refused(app.refresh(second["refresh_token"]), "invalid_grant")
    assert live_tokens() == 0


def test_a_refresh_token_gives_no_more_than_was_agreed(app: App, li: Client):
    tokens = app.tokens(li)
    data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "openid person.id_number"}
    refused(app.call("sso_token", data), "invalid_scope")


def test_an_app_revokes_only_its_own_tokens(cast: Cast, app: App, li: Client):
    other = an_app(cast.xfj, "fire.example.gov.cn")
    tokens = app.tokens(li)
    assert other.call("sso_revoke", {"token": tokens["refresh_token"]}).status_code == 200  # RFC 7009 §2.2
    assert app.claims(tokens).status_code == 200
    assert app.call("sso_revoke", {"token": tokens["refresh_token"]}).status_code == 200
    assert app.claims(tokens).status_code == 401
    assert live_tokens() == 0


def test_a_disabled_app_is_closed_at_once(app: App, li: Client, posted):
    tokens, code = app.tokens(li), app.code(li)
    client_actions.disable(SYSTEM, profile_id=app.profile.pk)
    page = app.ask(li)
    assert page.status_code == 403
    assert "sso.client_closed" in page.content.decode()
    refused(app.exchange(code), "invalid_client", 401)
    refused(app.refresh(tokens["refresh_token"]), "invalid_client", 401)
    assert app.claims(tokens).status_code == 401
    client_actions.enable(SYSTEM, profile_id=app.profile.pk)
    assert app.claims(tokens).status_code == 401  # people sign in anew
    assert app.ask(li).status_code == 302


def test_a_withdrawn_consent_ends_everything_at_once(app: App, li: Client, cast: Cast, posted):
    tokens, code = app.tokens(li), app.code(li)
    consent = Consent.objects.get(revoked_at=None)
    assert "应用 health.example.gov.cn" in li.get(reverse("my_apps")).content.decode()
    assert li.post(reverse("my_app_withdraw", args=[consent.pk])).status_code == 302
    assert app.claims(tokens).status_code == 401
    refused(app.refresh(tokens["refresh_token"]), "invalid_grant")
    refused(app.exchange(code), "invalid_grant")
    assert app.ask(li).status_code == 200  # asked anew
    assert live_tokens() == 0
    assert "还没有授权过应用" in li.get(reverse("my_apps")).content.decode()
    with pytest.raises(ConsentNotFound):
        actions.revoke_consent(cast.person, consent_id=consent.pk)


def test_nobody_withdraws_for_others(app: App, li: Client, cast: Cast):
    tokens = app.tokens(li)
    with pytest.raises(ConsentNotFound):
        actions.revoke_consent(cast.stranger, consent_id=Consent.objects.get().pk)
    assert app.claims(tokens).status_code == 200


def test_a_consent_that_ran_out_is_asked_for_again(app: App, li: Client):
    tokens = app.tokens(li)
    Consent.objects.update(ends_at=timezone.now())
    assert app.claims(tokens).status_code == 401
    assert app.ask(li).status_code == 200
    assert app.claims(app.tokens(li)).status_code == 200


def test_a_disabled_account_ends_everywhere(app: App, li: Client, cast: Cast):
    tokens = app.tokens(li)
    cast.account.is_active = False
    cast.account.save(update_fields=["is_active"])
    assert app.claims(tokens).status_code == 401
    assert SsoSession.objects.get().notice == SsoSession.Notice.WAITING
    assert live_tokens() == 0


def test_a_system_gets_its_own_scopes_and_no_persons(cast: Cast, app: App):
    system = a_system(cast.scjg)
    granted = system.call("sso_token", {"grant_type": "client_credentials"}).json()
    assert granted["scope"] == "cases.status"
    assert "refresh_token" not in granted
    assert "id_token" not in granted
    assert read_claims(granted["access_token"]).status_code == 401
    wanted = {"grant_type": "client_credentials", "scope": "openid person.name"}
    assert system.call("sso_token", wanted).json()["error"] == "invalid_scope"
    assert app.call("sso_token", {"grant_type": "client_credentials"}).json()["error"] == "unauthorized_client"
    for grant in ("password", "urn:ietf:params:oauth:grant-type:device_code", "implicit"):
        answer = app.call("sso_token", {"grant_type": grant, "username": "13900000001", "password": PASSWORD})
        assert answer.status_code == 400
        assert "access_token" not in answer.json(), grant
    assert live_tokens() == 1  # the first one, by client credentials


def test_the_audience_is_the_app(app: App, li: Client, cast: Cast):
    token = app.tokens(li)["id_token"]
    keys = jwt.PyJWKSet.from_dict(Client().get(reverse("sso_jwks")).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(token, key, ["RS256"], audience="another")
    assert jwt.decode(token, key, ["RS256"], audience=app.client_id)["aud"] == app.client_id


def test_a_hint_about_somebody_else_is_no_silent_sign_in(app: App, li: Client, cast: Cast):
    other = an_app(cast.xfj, "fire.example.gov.cn")
    foreign = other.tokens(li)["id_token"]  # an ID token for another app
    app.tokens(li)
    assert told(app.ask(li, prompt="none", id_token_hint=foreign), app)["error"] == "login_required"


def test_a_child_under_fourteen_agrees_to_nothing_alone(cast):
    app = an_app(cast.scjg)
    for age, serial, allowed in ((13, "15", False), (14, "17", True)):
        browser = a_visitor(a_citizen(a_ward(age, serial=serial)))
        page = app.ask(browser)
        if allowed:
            assert page.status_code == 200
            assert page.context["lines"]
            continue
        assert page.status_code == 403
        assert "监护人" in page.content.decode()
        posted = browser.post(f"{reverse('sso_consent')}?{urlencode(app.question())}", {"answer": "agree"})
        assert posted.status_code == 403
        assert not Consent.objects.exists()
