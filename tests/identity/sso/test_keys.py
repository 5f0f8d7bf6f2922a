"""Discovery, and keys that change without anybody being left out."""

import datetime as dt

import jwt
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from identity.actor import SYSTEM
from identity.models import SigningKey
from identity.sso import keys
from identity.tasks import rotate_sso_keys
from tests.factories.sso import App

pytestmark = pytest.mark.django_db


def key_set() -> jwt.PyJWKSet:
    return jwt.PyJWKSet.from_dict(Client().get(reverse("sso_jwks")).json())


def kids() -> list[str]:
    return [key["kid"] for key in Client().get(reverse("sso_jwks")).json()["keys"]]


def verify(token: str) -> dict:
    key = key_set()[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, ["RS256"], options={"verify_aud": False})


def test_discovery_says_what_is_there(settings):
    found = Client().get("/.well-known/openid-configuration").json()
    base = settings.PUBLIC_BASE_URL
    assert found["issuer"] == base
    for name, url in {
        "authorization_endpoint": "sso_authorize",
        "token_endpoint": "sso_token",
        "userinfo_endpoint": "sso_userinfo",
        "jwks_uri": "sso_jwks",
        "revocation_endpoint": "sso_revoke",
        "end_session_endpoint": "sso_logout",
    }.items():
        assert found[name] == base + reverse(url)
    assert found["response_types_supported"] == ["code"]
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["subject_types_supported"] == ["pairwise"]
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]
    assert found["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert found["backchannel_logout_supported"] is True
    assert found["backchannel_logout_session_supported"] is True
    assert "person.id_number" in found["scopes_supported"]
    assert {"sub", "acr", "level", "sid", "auth_time", "org", "mandate"} <= set(found["claims_supported"])


def test_the_issuer_is_ours_whatever_host_is_named(settings):
    found = Client().get("/.well-known/openid-configuration", headers={"host": "evil.example"}).json()
    assert found["issuer"] == settings.PUBLIC_BASE_URL


def test_keys_are_private_encrypted_and_published_ahead():
    first = keys.rotate(SYSTEM)
    assert len(first) == 2  # one that signs, one that follows
    published = Client().get(reverse("sso_jwks")).json()["keys"]
    assert [key["kid"] for key in published] == [keys.kid_of(key) for key in first]
    assert all(set(key) >= {"n", "e", "kty"} and "d" not in key for key in published)
    raw = SigningKey.objects.raw("SELECT id, private_key::text AS stored FROM identity_signingkey")
    assert all("PRIVATE" not in row.stored for row in raw)
    assert keys.rotate(SYSTEM) == first  # every night the same


def test_a_token_of_the_previous_key_still_verifies(app: App, li: Client):
    before = app.tokens(li)["id_token"]
    announced = kids()
    keys.rotate(SYSTEM, at_once=True)
    after = app.tokens(li)["id_token"]
    first, second = (jwt.get_unverified_header(token)["kid"] for token in (before, after))
    assert first != second
    assert second in announced  # nobody meets an unknown key
    assert verify(before)["sub"] == verify(after)["sub"]
    assert len(kids()) == 3  # previous, current, next


def test_the_years_go_by(settings):
    start = timezone.now()
    signing = []
    for day in range(0, 400, 5):
        now = start + dt.timedelta(days=day)
        rows = keys.rotate(SYSTEM, now=now)
        current = [key for key in rows if key.not_before <= now][-1]
        assert current.expires_at is None or current.expires_at > now
        assert any(key.not_before > now for key in rows)
        assert 2 <= len(rows) <= 3
        signing.append(current.pk)
    assert len(dict.fromkeys(signing)) == 5  # 90 days each


def test_command_and_task(capsys):
    rotate_sso_keys(0)
    call_command("rotate_sso_keys")
    said = capsys.readouterr().out
    assert said.count("signs") == 1
    assert said.count("next") == 1
    call_command("rotate_sso_keys", "--now")
    assert "previous" in capsys.readouterr().out
