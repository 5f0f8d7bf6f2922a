"""Check characters: the published vectors, and what a check character must do for any number."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.rules import identifier
from common.checksums import (
    USCC_ALPHABET,
    certificate_check,
    decimal_check,
    id_number_check,
    org_code_check,
    uscc_check,
)
from identity import rules
from identity.errors import IdNumberInvalid, UsccInvalid
from identity.persons import documents

TODAY = dt.date(2026, 11, 20)
births = st.dates(dt.date(1900, 1, 1), TODAY)
serials = st.integers(0, 999).map("{:03d}".format)
regions = st.sampled_from(["110105", "440524", "519902", "659001"])
bodies = st.text(alphabet=USCC_ALPHABET, min_size=8, max_size=8)


@st.composite
def id_numbers(draw) -> str:
    first17 = f"{draw(regions)}{draw(births):%Y%m%d}{draw(serials)}"
    return first17 + id_number_check(first17)


@st.composite
def credit_codes(draw) -> str:
    return rules.make_uscc(
        prefix=draw(st.sampled_from(["11", "91", "92", "52"])), region=draw(regions), body=draw(bodies)
    )


def outcome(check: Callable[[], str]) -> set[str] | int:
    """The length of what was accepted, or the fields a refusal speaks of."""
    try:
        return len(check())
    except (IdNumberInvalid, UsccInvalid) as error:
        return set(error.fields)


@pytest.mark.parametrize(("first", "check"), [("11010519491231002", "X"), ("44052418800101001", "4")])
def test_published_id_numbers(first: str, check: str) -> None:
    assert id_number_check(first) == check


@pytest.mark.parametrize(
    ("first", "check"),
    [
        ("11100000000013338", "W"),
        ("11430000006122244", "L"),
        ("11330105002500287", "C"),
        ("11100000MB0327169", "9"),
        ("12441500196720244", "T"),
    ],
)
def test_published_credit_codes(first: str, check: str) -> None:
    assert uscc_check(first) == check


@pytest.mark.parametrize(
    ("parts", "check"),
    [
        (("11100000000013338W011", "11430000006122244L", "20230000403", "001"), "U"),
        (("11100000000013338W009", "11330105002500287C", "2025052201", "002"), "0"),
        (("11100000MB03271699022", "340100", "000000016", "001"), "9"),
    ],
)
def test_published_certificate_identifiers(parts: tuple[str, ...], check: str) -> None:
    assert certificate_check("".join(parts)) == check


def test_a_composed_identifier_ends_with_its_check() -> None:
    text = identifier(
        type_code="11100000000013338W011", issuer_code="11430000006122244L", serial="20230000403", version=1
    )
    assert text == "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


@given(id_numbers())
def test_a_composed_id_number_is_accepted(number: str) -> None:
    assert rules.normal_id_number(f" {number.lower()} ", today=TODAY) == number


@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_id_number_is_noticed(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(IdNumberInvalid):
        rules.normal_id_number(wrong, today=TODAY)


@given(id_numbers(), st.integers(0, 15))
def test_two_swapped_digits_of_an_id_number_are_noticed(number: str, place: int) -> None:
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        with pytest.raises(IdNumberInvalid):
            rules.normal_id_number(wrong, today=TODAY)


@given(id_numbers())
def test_an_id_number_tells_birth_gender_and_age(number: str) -> None:
    born = rules.birth_date(number)
    assert f"{born:%Y%m%d}" == number[6:14]
    assert documents.check("111", number).gender == ("男" if int(number[16]) % 2 else "女")
    assert 0 <= rules.age_on(number, TODAY) <= 126
    if (born.month, born.day) != (2, 29):
        assert rules.age_on(number, born.replace(year=born.year + 18)) == 18


@given(st.text(max_size=40))
def test_any_text_is_an_id_number_or_refused_in_words(text: str) -> None:
    assert outcome(lambda: rules.normal_id_number(text, today=TODAY)) in ({"id_number"}, 18)


@given(credit_codes())
def test_a_composed_credit_code_is_accepted(code: str) -> None:
    assert rules.normal_uscc(code.lower()) == code
    assert org_code_check(code[8:16]) == code[16]


@given(credit_codes(), st.integers(0, 16), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_of_a_credit_code_is_noticed(code: str, place: int, character: str) -> None:
    wrong = code[:place] + character + code[place + 1 :]
    if wrong != code:
        with pytest.raises(UsccInvalid):
            rules.normal_uscc(wrong)


@given(st.text(max_size=40))
def test_any_text_is_a_credit_code_or_refused_in_words(text: str) -> None:
    assert outcome(lambda: rules.normal_uscc(text)) in ({"uscc"}, 18)


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=60), st.data())
def test_one_wrong_character_of_an_identifier_is_noticed(body: str, data) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda c: c != body[place]))
    assert certificate_check(body) != certificate_check(body[:place] + other + body[place + 1 :])


@given(st.text(alphabet="0123456789", min_size=1, max_size=40), st.data())
def test_one_wrong_digit_of_a_case_number_is_noticed(body: str, data) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != body[place]))
    assert decimal_check(body) != decimal_check(body[:place] + other + body[place + 1 :])
