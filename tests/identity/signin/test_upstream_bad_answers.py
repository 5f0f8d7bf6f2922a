"""Answers that are forged, replayed, old or for somebody else sign nobody in. Each says what allauth alone would do."""

import hmac
import json
import socket

import jwt
import pytest
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.urls import reverse
from jwt.utils import base64url_encode

from identity.models import Account, Person, VerificationRecord
from tests.factories.upstream import agree, come_back, leave, now, settings_for, sign_in
from tests.factories.visitors import a_visitor

INVALID = "identity.upstream_answer_invalid"
UNAVAILABLE = "identity.upstream_unavailable"
MINUTE = 60
pytestmark = pytest.mark.django_db


def refused(answer, browser, code: str = INVALID) -> bool:
    """A plain page with this code and the other ways to sign in; nothing changed and nobody is signed in."""
    assert answer.context["refusal"].code == code
    assert answer.status_code == {INVALID: 400, UNAVAILABLE: 503}[code]
    html = answer.content.decode()
    assert "没有登录成功" in html
    assert reverse("account_login") in html
    assert not any(model.objects.exists() for model in (Person, Account, SocialAccount, VerificationRecord))
    return "_auth_user_id" not in browser.session


def changed(**claims):
    """Make a change of the ID token's claims; None takes one away."""

    def change(token):
        token.update(claims)
        for name, value in claims.items():
            if value is None:
                del token[name]

    return change


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},  # allauth checks audience, issuer and expiry too, without tolerance
        {"aud": ["onestop", "another-client"]},  # not checked by allauth: several audiences need azp
        {"aud": ["onestop", "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"nonce": "a" * 64},  # allauth has no nonce at all
        {"nonce": None},
        {"nonce": 7},
        {"sub": None},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
    ],
    ids=lambda claims: json.dumps(claims)[:60],
)
def test_a_token_for_somebody_or_something_else_is_refused(service, claims):
    service.change = changed(**claims)
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


@pytest.mark.parametrize(("minutes", "is_good"), [(2, True), (3, False)])
def test_a_clock_may_be_two_minutes_wrong_but_not_three(service, minutes, is_good):
    for moved in ({"exp": now() - minutes * MINUTE}, {"iat": now() + minutes * MINUTE}, {"nbf": now() + minutes * 60}):
        service.change = changed(**moved)
        browser = a_visitor()
        answer = sign_in(browser)
        assert answer.status_code == 302 if is_good else refused(answer, browser)


def test_a_token_without_a_signature_is_refused(service):
    # allauth takes it: over the back channel it skips the signature.
    service.sign = lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": service.key_name})
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(service):
    def confuse(claims):
        # By hand: PyJWT itself would not sign with a public key.
        public = service.key.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        head = {"alg": "HS256", "typ": "JWT", "kid": service.key_name}
        text = b".".join(base64url_encode(json.dumps(part).encode()) for part in (head, claims))
        return (text + b"." + base64url_encode(hmac.digest(pem, text, "sha256"))).decode()

    service.sign = confuse
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


def test_a_token_signed_with_the_client_secret_is_refused(service):
    service.sign = lambda claims: jwt.encode(claims, service.client_secret * 2, algorithm="HS256")
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


@pytest.mark.parametrize("kid", ["", "unknown"])
def test_a_token_signed_by_another_key_is_refused(service, kid):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    headers = {"kid": kid or service.key_name}
    service.sign = lambda claims: jwt.encode(claims, other, algorithm="RS256", headers=headers)
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


def test_a_key_for_another_algorithm_does_not_fit(service):
    curve = ec.generate_private_key(ec.SECP256R1())
    service.sign = lambda claims: jwt.encode(claims, curve, algorithm="ES256", headers={"kid": service.key_name})
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


@pytest.mark.parametrize("token", ["", "a.b.c", "\u0000", 7, None, "e30.e30.", "A" * 10000])
def test_what_is_no_token_at_all_is_refused(service, token):
    service.sign = lambda _claims: token
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


@pytest.mark.parametrize(
    "query",
    [
        "state=forged&code=x",
        "code=x",
        "",
        "state=%00&code=x",
        "state=&code=",
        "state=%F0%A0%AE%B7&code=x",
        "error=access_denied&state=forged",
    ],
)
def test_a_forged_state_is_refused(service, query):
    browser = a_visitor()
    leave(browser)
    assert refused(browser.get(f"{reverse('upstream_callback')}?{query}"), browser)


def test_an_answer_for_another_browser_is_refused(service):
    # Else an attacker could sign a victim in to the attacker's account, and read what the victim fills in.
    location = agree(leave(a_visitor()))
    victim = a_visitor()
    leave(victim)
    assert refused(come_back(victim, location), victim)


def test_a_callback_counts_once(service):
    browser = a_visitor()
    location = agree(leave(browser))
    assert come_back(browser, location).status_code == 302
    browser.post(reverse("account_logout"))
    again = come_back(browser, location)
    assert again.context["refusal"].code == INVALID
    assert "_auth_user_id" not in browser.session
    assert come_back(a_visitor(), location).context["refusal"].code == INVALID


def test_a_code_from_another_sign_in_is_refused(service):
    # The code of one sign-in in the answer of another: PKCE at the service and the nonce here both forbid it.
    browser, other = a_visitor(), a_visitor()
    state = agree(leave(browser)).partition("state=")[2].partition("&")[0]
    code = agree(leave(other)).partition("code=")[2].partition("&")[0]
    answer = browser.get(reverse("upstream_callback"), {"state": state, "code": code})
    assert refused(answer, browser)


def test_a_state_is_too_old_after_ten_minutes(service, monkeypatch):
    browser = a_visitor()
    location = agree(leave(browser))
    session = browser.session
    session["socialaccount_states"] = {
        key: (state, made - 601, provider) for key, (state, made, provider) in session["socialaccount_states"].items()
    }
    session.save()
    assert refused(come_back(browser, location), browser)


def test_userinfo_about_somebody_else_is_refused(service, monkeypatch):
    # allauth prefers userinfo and does not compare the subjects.
    monkeypatch.setattr(type(service), "userinfo", lambda self, person: {**person, "sub": "somebody-else"})
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


def test_whoever_changes_their_mind_is_back_at_the_sign_in(service):
    browser = a_visitor()
    answer = sign_in(browser, person="nobody")
    assert answer.headers["Location"] == reverse("account_login")
    assert "没有同意" in browser.get(reverse("account_login")).content.decode()


def test_a_fault_that_the_service_reports_is_told_plainly(service):
    browser = a_visitor()
    state = agree(leave(browser)).partition("state=")[2].partition("&")[0]
    answer = browser.get(reverse("upstream_callback"), {"state": state, "error": "temporarily_unavailable\n"})
    assert refused(answer, browser, UNAVAILABLE)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_service_that_is_down_is_told_plainly(service, settings):
    settings.UPSTREAM = {**settings_for(service), "issuer": f"http://127.0.0.1:{closed_port()}"}
    browser = a_visitor()
    assert refused(browser.post(reverse("upstream_start")), browser, UNAVAILABLE)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": 7},
    ],
)
def test_a_description_that_cannot_be_right_is_not_followed(service, described):
    service.describe = described
    browser = a_visitor()
    assert refused(browser.post(reverse("upstream_start")), browser, UNAVAILABLE)


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "userinfo_endpoint"])
def test_a_service_that_goes_down_half_way_is_told_plainly(service, name):
    browser = a_visitor()
    location = agree(leave(browser))
    service.describe = {name: f"http://127.0.0.1:{closed_port()}/x"}
    assert refused(come_back(browser, location), browser, UNAVAILABLE)


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": [7]}, {"keys": None}, {"keys": [{"kty": "oct", "k": "AA"}]}]
)
def test_keys_that_are_none_are_refused(service, monkeypatch, keys):
    monkeypatch.setattr(type(service), "jwks", lambda self: keys)
    browser = a_visitor()
    assert refused(sign_in(browser), browser)


def test_a_redirect_is_not_followed_with_the_secret(service, monkeypatch):
    import tests.factories.upstream as upstream

    def redirect(handler, _given):
        handler.send_response(307)
        handler.send_header("Location", "http://127.0.0.1:1/steal")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    monkeypatch.setattr(upstream.sample.Handler, "_exchange", redirect)
    browser = a_visitor()
    assert refused(sign_in(browser), browser, UNAVAILABLE)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b'{"access_token": 7}', b"\xff\xfe", b"[" * 20_000, b"9" * 5_000]
)
def test_a_token_answer_that_is_none_is_refused(service, monkeypatch, body):
    import tests.factories.upstream as upstream

    monkeypatch.setattr(upstream.sample.Handler, "_exchange", lambda self, _: self._send(200, body, "text/plain"))
    browser = a_visitor()
    answer = sign_in(browser)
    assert refused(answer, browser, answer.context["refusal"].code)


def plain_allauth(token: str) -> dict:
    """What allauth itself makes of a token that came over the back channel."""
    place = {"keys_url": "", "issuer": "https://id.example", "audience": "onestop", "lookup_kid": None}
    return jwtkit.verify_and_decode(credential=token, verify_signature=False, **place)


def test_what_allauth_alone_would_let_through():
    # The reason for identity.upstream.tokens; when this fails, a newer allauth checks more.
    claims = {"iss": "https://id.example", "aud": "onestop", "sub": "s", "exp": now() + 60}
    assert plain_allauth(jwt.encode(claims, None, algorithm="none"))["sub"] == "s"
    assert plain_allauth(jwt.encode(claims, "k" * 32, algorithm="HS256"))["sub"] == "s"
    for wrong in ({"iss": "https://evil.example"}, {"aud": "another"}, {"exp": now() - 120}):
        with pytest.raises(OAuth2Error):
            plain_allauth(jwt.encode({**claims, **wrong}, "k" * 32, algorithm="HS256"))
