"""What is no passkey, whose passkeys one may touch, and the domain they are bound to."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from identity.models import Account
from identity.passkeys import relying_party_id
from tests.factories.cast import PASSWORD, build_cast
from tests.factories.visitors import a_visitor

LI = "13900000001"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://zwfw.example.gov.cn", "zwfw.example.gov.cn"),
        ("http://127.0.0.1:8000", "localhost"),
        ("http://[::1]:8000", "localhost"),
    ],
)
def test_the_public_address_decides_the_domain(settings, address: str, host: str):
    settings.PUBLIC_BASE_URL = address
    assert relying_party_id() == host


NO_CREDENTIALS = [
    "",
    "x",
    "7",
    "null",
    "[]",
    "{}",
    '{"id": 7}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":7}}',
    json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "attestationObject": "oA",
                "authenticatorData": "AAAA",
                "signature": "AA",
                "userHandle": "AAAA",
            },
            "clientExtensionResults": {},
        }
    ),
    '{"id":"\\u0000"}',
    "[" * 15_000,
    "9" * 15_000,
    "A" * 1_000_000,
]


@pytest.mark.parametrize("credential", NO_CREDENTIALS, ids=lambda text: text[:30])
def test_what_is_no_credential_is_refused_without_a_fault(db, credential: str):
    cast = build_cast()
    anybody = a_visitor()
    anybody.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    answer = anybody.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer.headers["Location"] == reverse("account_login")
    assert "_auth_user_id" not in anybody.session
    li = signed_in_and_sure()
    li.get(reverse("mfa_add_webauthn"))
    answer = li.post(reverse("mfa_add_webauthn"), {"credential": credential, "name": "手机"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Authenticator.objects.filter(user=cast.account).exists()


def signed_in_and_sure() -> Client:
    browser = a_visitor()
    browser.post(reverse("account_login"), {"login": LI, "password": PASSWORD})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"})
    return browser


def test_nobody_names_or_removes_somebody_elses_passkey(db):
    cast = build_cast()
    row = Authenticator.objects.create(
        user=Account.objects.get(pk=cast.stranger.account_id),
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "赵的手机", "credential": {}},
    )
    li = signed_in_and_sure()
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert li.post(reverse(name, args=[row.pk]), {"name": "我的"}).status_code == 404
    row.refresh_from_db()
    assert row.data["name"] == "赵的手机"
