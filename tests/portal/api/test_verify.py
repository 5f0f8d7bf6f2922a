"""Verification over the API: the register's word, nothing personal, not too often."""

import pytest
from django.core.cache import cache
from django.test import Client

from certificates.actions import change_state
from certificates.models import Certificate
from certificates.states import Operation
from identity.actor import SYSTEM
from tests.factories.cast import Cast, a_person, a_type, build_cast

pytestmark = pytest.mark.django_db
URL = "/api/v1/certificates/verify"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def cast() -> Cast:
    return build_cast()


@pytest.mark.parametrize("by", ["verify_code", "identifier", "number"])
def test_a_certificate_is_found_by_code_identifier_or_number(client: Client, cast: Cast, by: str) -> None:
    body = client.get(URL, {"code": getattr(cast.licence, by)}).json()
    assert body["valid"] is True
    assert body["holder_name"] == cast.shop.name


def test_a_person_stays_masked(client: Client, cast: Cast) -> None:
    from certificates.actions import issue

    kind = a_type("id-card", "居民身份证", cast.scjg, "003", holder_kind="person")
    holder = a_person("王重阳", serial="05")
    proof = issue(SYSTEM, certificate_type=kind, holder=holder.party, issuer=cast.scjg, face={})
    answer = client.get(URL, {"code": proof.verify_code})
    assert "王重阳" not in answer.content.decode()
    assert holder.id_number not in answer.content.decode()


def test_a_suspended_certificate_is_not_valid(client: Client, cast: Cast) -> None:
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=Operation.SUSPEND,
        reason="复查",
        legal_basis="第六十九条",
    )
    body = client.get(URL, {"code": cast.licence.number}).json()
    assert (body["valid"], body["state"]) == (False, Certificate.State.SUSPENDED)


@pytest.mark.parametrize("code", ["没有", "0", "%", "x\x00y"])
def test_an_unknown_code_is_not_found_or_refused(client: Client, cast: Cast, code: str) -> None:
    answer = client.get(URL, {"code": code})
    assert answer.status_code in {400, 404}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_code_must_be_given(client: Client) -> None:
    answer = client.get(URL)
    assert answer.status_code == 400
    assert "code" in answer.json()["fields"]


def test_sixty_a_minute_from_one_address_whatever_it_claims_to_be(client: Client) -> None:
    statuses = [
        client.get(URL, {"code": "x"}, headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(61)
    ]
    assert statuses[:60] == [404] * 60
    assert statuses[60] == 429
    assert client.get(URL, {"code": "x"}).headers["Retry-After"]
    assert client.get(URL, {"code": "x"}, REMOTE_ADDR="192.0.2.9").status_code == 404
