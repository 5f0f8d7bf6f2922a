"""Registering people and organisations: checked numbers, no doubles, nothing half done."""

import pytest

from common.checksums import id_number_check, uscc_check
from identity import actions, queries, rules
from identity.actor import SYSTEM
from identity.errors import IdNumberInvalid, OrganisationExists, PersonExists, PhoneInvalid, RegionUnknown, UsccInvalid
from identity.models import Organisation, Party, Person
from tests.factories.cast import a_person

GOOD = "51990219800101102"
GOOD += id_number_check(GOOD)


@pytest.mark.django_db
def test_name_and_number_survive_as_written():
    person = actions.register_person(SYSTEM, name="阿卜杜热合曼·𠮷", id_number=GOOD.lower())
    stored = Person.objects.get(pk=person.pk)
    assert (stored.name, stored.id_number) == ("阿卜杜热合曼·𠮷", GOOD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number",
    [
        "",
        "519902800101102",  # 15 digits are no longer a document
        GOOD[:17] + ("0" if GOOD[17] != "0" else "1"),  # wrong check character
        "99" + GOOD[2:],  # no such province
        "519902" + "19800230" + "1020",  # 30 February
        "519902" + "29800101" + "1020",  # not born yet
        GOOD[:-1] + "Ｘ",
        "1" * 5000,
        "51990219800101١٠٢٣",
    ],
)
def test_wrong_id_number_is_refused_and_leaves_no_party_behind(number):
    with pytest.raises(IdNumberInvalid) as caught:
        actions.register_person(SYSTEM, name="某", id_number=number)
    assert "id_number" in caught.value.fields
    assert not Party.objects.exists()


@pytest.mark.django_db
def test_same_number_twice_is_refused():
    actions.register_person(SYSTEM, name="甲", id_number=GOOD)
    with pytest.raises(PersonExists):
        actions.register_person(SYSTEM, name="乙", id_number=GOOD)
    assert Party.objects.count() == 1


@pytest.mark.parametrize(
    "code", ["11100000000013338W", "11430000006122244L", "12441500196720244T", "11100000mb03271699"]
)
def test_published_credit_codes_are_accepted(code):
    assert rules.normal_uscc(code) == code.upper()


@pytest.mark.parametrize(
    "code", ["", "11100000000013338X", "1110000000001333", "I1100000000013338W", "1151130108778239R_5143"]
)
def test_wrong_credit_code_is_refused(code):
    with pytest.raises(UsccInvalid):
        rules.normal_uscc(code)


@pytest.mark.django_db
def test_organisation_is_registered_once():
    person = a_person()
    fields = {"name": "店", "kind": "个体工商户", "address": "路", "legal_representative": person}
    first17 = "92519902MA000001X"
    code = first17 + uscc_check(first17)
    actions.register_organisation(SYSTEM, uscc=code, **fields)
    with pytest.raises(OrganisationExists):
        actions.register_organisation(SYSTEM, uscc=code, **fields)
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_unknown_region_says_which():
    with pytest.raises(RegionUnknown) as caught:
        queries.get_region("999999")
    assert "999999" in caught.value.text


@pytest.mark.parametrize(("text", "phone"), [("139 0000 0001", "13900000001"), ("+86-13900000001", "13900000001")])
def test_phone_is_brought_to_eleven_digits(text, phone):
    assert rules.normal_phone(text) == phone


@pytest.mark.parametrize("text", ["", "12345", "23900000001", "139000000011", "１３９００００００００１"])
def test_wrong_phone_is_refused(text):
    with pytest.raises(PhoneInvalid):
        rules.normal_phone(text)
