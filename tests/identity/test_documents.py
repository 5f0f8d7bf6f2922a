"""Identity documents of every kind, and names as documents print them."""

import datetime as dt

import pytest

from common.errors import DomainError
from identity import rules
from identity.errors import DocumentInvalid, DocumentOfOtherKind, IdNumberInvalid, NameInvalid
from identity.persons import documents
from identity.queries import authority_values, find_account_by_login, find_party, get_party
from tests.factories.cast import a_citizen, a_person
from tests.factories.persons import a_number, a_passport_holder

HK, MACAO, TAIWAN = (a_number("001", born="19900101", prefix=f"8{n}0000") for n in (1, 2, 3))
FOREIGN = a_number("001", born="19900101", prefix="931840")
GOOD = [
    ("111", a_number("002"), "CHN"),
    ("551", HK, "HKG"),
    ("551", MACAO, "MAC"),
    ("552", TAIWAN, "TWN"),
    ("553", FOREIGN, "USA"),
    ("553", "CAN110078010813", "CAN"),
    ("516", "H12345678", "HKG"),
    ("516", "M12345678", "MAC"),
    ("511", "12345678", "TWN"),
]


@pytest.mark.parametrize(("kind", "number", "issuer"), GOOD)
def test_each_kind_is_read_and_recognised_by_its_number_alone(kind, number, issuer):
    document = documents.check(kind, f" {number.lower()} ")
    assert (document.kind, document.number, document.issuer) == (kind, number, issuer)
    assert documents.recognise(number) == document


def test_a_passport_is_its_number_and_its_country():
    german = documents.check("414", "c01x00t47", issuer="DEU")
    assert german.number == "C01X00T47"
    assert german.index != documents.check("414", "C01X00T47", issuer="FRA").index
    with pytest.raises(DocumentInvalid) as refused:
        documents.check("414", "C01X00T47", issuer="XXX")
    assert set(refused.value.fields) == {"issuer"}


def test_one_person_is_one_index_however_the_permit_counts_its_renewals():
    assert documents.check("516", "H1234567802").index == documents.check("516", "H12345678").index


@pytest.mark.parametrize(
    ("kind", "number", "looks"),
    [
        ("111", HK, "港澳居民居住证"),
        ("111", FOREIGN, "外国人永久居留身份证"),
        ("111", "H12345678", "港澳居民来往内地通行证"),
        ("111", "E12345678", "护照"),
        ("552", a_number("002"), "居民身份证"),
        ("551", TAIWAN, "台湾居民居住证"),
    ],
)
def test_a_number_of_another_kind_is_called_by_its_name(kind, number, looks):
    with pytest.raises(DocumentOfOtherKind) as refused:
        documents.check(kind, number)
    assert looks in refused.value.text
    assert looks in str(refused.value.fields["id_number"])
    assert refused.value.code == "identity.document_of_other_kind"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("111", "51990219800101002"),
        ("551", HK[:17] + ("0" if HK[17] != "0" else "1")),
        ("553", "93100019900101001X"),
        ("553", "XYZ110078010813"),
        ("553", "CAN110078139913"),
        ("516", "A12345678"),
        ("511", "1234567"),
        ("999", "1"),
        ("111", "\x00" * 18),
        ("414", "𠮷" * 5),
        ("111", "１" * 4000),
    ],
)
def test_a_wrong_number_is_refused_at_its_field(kind, number):
    with pytest.raises(DomainError) as refused:
        documents.check(kind, number, issuer="USA")
    assert refused.value.fields
    assert isinstance(refused.value, DocumentInvalid | IdNumberInvalid)


def test_the_old_number_of_fifteen_digits_is_named():
    with pytest.raises(IdNumberInvalid) as refused:
        documents.check("111", "519902800101002")
    assert "15 位" in str(refused.value.fields["id_number"])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张 三", "张三"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("𠮷野㐱", "𠮷野㐱"),
        ("⼀二", "一二"),  # a radical that only looks like the character
        ("Ｊｏｈｎ Smith", "John Smith"),
        ("Zoë O’Neil-Jones Jr.", "Zoë O’Neil-Jones Jr."),
    ],
)
def test_a_name_has_one_spelling(typed, kept):
    assert rules.normal_name(typed) == kept
    assert rules.is_same_name(typed, kept)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "李а",  # Cyrillic
        "李A",
        "张ο三",  # Greek
        "Аnna",  # Cyrillic A
        "张\x00三",
        "张\u202e三",
        "张\u200b三",
        "张\n三",
        "张\ue000",
        "张3",
        "张<三>",
        "·",
        "\ud842",
        "张\u3164三",
        "张" * 61,
    ],
)
def test_a_name_that_no_document_prints_is_refused_at_its_field(typed):
    with pytest.raises(NameInvalid) as refused:
        rules.normal_name(typed, field="who")
    assert set(refused.value.fields) == {"who"}


def test_an_organisation_may_have_letters_and_digits_but_none_that_only_look_so():
    assert rules.normal_name("三六零(北京)A2店", is_organisation=True) == "三六零(北京)A2店"
    with pytest.raises(NameInvalid):
        rules.normal_name("中国石油А", is_organisation=True)
    with pytest.raises(NameInvalid):
        rules.normal_name("禾" * 201, is_organisation=True)


@pytest.mark.django_db
def test_somebody_with_a_passport_is_a_party_like_everybody_else():
    person = a_passport_holder(birth_date=dt.date(1985, 6, 1))
    party = get_party(person.pk)
    assert (party.code, party.code_type) == ("C01X00T47", "414")
    values = authority_values(party, None)
    assert values["person.birth_date"] == "1985-06-01"
    assert "person.gender" not in values
    account = a_citizen(person)
    assert find_account_by_login("13900000077") == account


@pytest.mark.django_db
def test_residents_with_a_permit_sign_in_and_are_found_by_its_number():
    person = a_passport_holder("陈大文", number="h1234567801", document_kind="516", issuer="")
    account = a_citizen(person)
    assert find_account_by_login(" h12345678 ") == account
    assert find_party("H12345678").pk == person.pk
    assert authority_values(person.party, None)["person.id_number"] == "H12345678"


@pytest.mark.django_db
def test_what_the_number_says_counts_before_what_was_stated():
    person = a_person()
    assert person.born == dt.date(1980, 1, 1)
    assert person.document.gender == "女"
