"""Without sign-in: certificates are verified, cases are followed, and nobody learns more."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from certificates.models import Certificate
from tests.factories.cast import Cast, a_type
from tests.factories.moves import an_accepted_case
from tests.factories.visitors import address


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "这张证照现在有效"),
        ({"state": "suspended"}, "暂扣期间不能使用"),
        ({"state": "cancelled"}, "已经注销"),
        ({"state": "expired"}, "有效期已过"),
        ({"valid_from": dt.date(2000, 1, 1), "valid_until": dt.date(2001, 1, 1)}, "有效期已过"),
    ],
)
def test_the_register_says_plainly_how_it_stands(cast: Cast, anybody: Client, change, words):
    Certificate.objects.filter(pk=cast.licence.pk).update(**change)
    for answer in (
        anybody.get(address("verify"), {"number": f" {cast.licence.number} "}),
        anybody.get(address("verify_code", cast.licence.verify_code)),
    ):
        assert answer.status_code == 200
        assert words in answer.content.decode()


@pytest.mark.parametrize(("state", "word"), [("valid", "Valid"), ("suspended", "Suspended"), ("revoked", "Revoked")])
def test_the_verdict_is_in_the_language_of_the_page(cast: Cast, anybody: Client, state: str, word: str):
    Certificate.objects.filter(pk=cast.licence.pk).update(state=state)
    anybody.post(address("set_language"), {"language": "en"})
    page = anybody.get(address("verify"), {"number": cast.licence.number}).content.decode()
    assert f"<b>{word}</b>" in page
    assert f"<title>{word} ·" in page


def test_what_is_not_in_the_register_does_not_exist(cast: Cast, anybody: Client):
    for answer in (anybody.get(address("verify"), {"number": "123"}), anybody.get(address("verify_code", "zzz"))):
        assert answer.status_code == 404
        assert "没有这张证照" in answer.content.decode()


def test_a_persons_name_is_masked(cast: Cast, anybody: Client):
    kind = a_type("id-card", "居民身份证", cast.scjg, "009", holder_kind="person")
    Certificate.objects.create(
        identifier="1.2.3",
        type=kind,
        number="A1",
        holder=cast.li.party,
        issuer=cast.scjg,
        issued_on=timezone.localdate(),
        valid_from=timezone.localdate(),
        face={},
        verify_code="c" * 32,
    )
    page = anybody.get(address("verify"), {"number": "a1"}).content.decode()
    assert "李**" in page
    assert "李清荷" not in page


@pytest.mark.parametrize("number", ["", " ", "\x00", "x" * 5000, "<script>", "' or 1=1"])
def test_any_text_is_answered_with_words(cast: Cast, anybody: Client, number):
    for name in ("verify", "progress"):
        answer = anybody.get(address(name), {"number": number})
        assert answer.status_code in {404, 422}
        assert "<script>" not in answer.content.decode().replace("<script src", "")


def test_more_than_thirty_a_minute_are_refused_with_words(cast: Cast, anybody: Client, monkeypatch):
    monkeypatch.setattr("portal.public.lookups.time.time", lambda: 1_800_000_000.0)
    for _look in range(30):
        assert anybody.get(address("verify"), {"number": cast.licence.number}).status_code == 200
    answer = anybody.get(address("verify_code", cast.licence.verify_code))
    assert answer.status_code == 429
    assert "一分钟最多查 30 次" in answer.content.decode()
    assert answer["Retry-After"] == "60"
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert other.get(address("verify"), {"number": cast.licence.number}).status_code == 200
    monkeypatch.setattr("portal.public.lookups.time.time", lambda: 1_800_000_061.0)
    assert anybody.get(address("verify"), {"number": cast.licence.number}).status_code == 200


def test_a_visitor_cannot_choose_the_address_that_is_counted(anybody: Client, rf, settings):
    from common.addresses import client_address

    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": "1.1.1.1"})
    assert client_address(request) == "10.0.0.1"
    settings.TRUST_FORWARDED_FOR = True
    assert client_address(request) == "1.1.1.1"


def test_progress_shows_state_and_dates_and_nobodys_name(cast: Cast, anybody: Client):
    case = an_accepted_case(cast)
    page = anybody.get(address("progress"), {"number": f"{case.number[:6]} {case.number[6:]}"}).content.decode()
    assert "食品经营许可" in page
    assert "审查中" in page
    assert "承诺办结" in page
    assert "青禾" not in page
    assert "准予" not in page
    assert "李" not in page


def test_a_slip_is_told_from_an_unknown_case(cast: Cast, anybody: Client):
    case = an_accepted_case(cast)
    slip = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    assert anybody.get(address("progress"), {"number": slip}).status_code == 422
    from cases.rules import case_number

    unknown = case_number(region="519900", day=dt.date(2020, 1, 1), item_type="01", serial=1)
    answer = anybody.get(address("progress"), {"number": unknown})
    assert answer.status_code == 404
    assert "没有查到这个办件" in answer.content.decode()
