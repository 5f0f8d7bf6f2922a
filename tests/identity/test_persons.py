"""Changes of name, document and phone, and what a clerk does face to face."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache

from certificates.identity_actions import change_with_scan, confirm_with_scan, register_with_scan
from certificates.models import Document
from common.errors import Forbidden
from identity.actor import SYSTEM
from identity.code_actions import send_code
from identity.errors import (
    CodeExpired,
    CodeWrong,
    DocumentInvalid,
    FactsDiffer,
    MandateNotYours,
    NameInvalid,
    PersonExists,
    TooManyTries,
)
from identity.models import Account, Person, PersonChange, VerificationRecord
from identity.persons.actions import change_facts, change_phone
from identity.persons.counter_actions import Shown
from identity.persons.errors import ChangeNotConfirmed, NothingChanges
from identity.queries import find_account_by_login
from identity.verification.local import save_record
from tests.factories.cast import a_picture
from tests.factories.persons import a_number
from tests.factories.phones import last_code, texts_to

pytestmark = pytest.mark.django_db
NEW = "13900000088"


def codes(cast, *, new=NEW, old=True):
    """Ask for the codes as the page does."""
    given = {"code_id": send_code(cast.person, phone=new, purpose="new_phone", address="10.0.0.1")}
    given["code"] = last_code(new)
    if old:
        given["old_code_id"] = send_code(cast.person, phone=cast.li.phone, purpose="old_phone", address="10.0.0.2")
        given["old_code"] = last_code(cast.li.phone)
    return given


def state_of(person):
    fresh = Person.objects.get(pk=person.pk)
    account = Account.objects.filter(person=person).first()
    return (
        fresh.name,
        fresh.id_number,
        fresh.phone,
        fresh.assurance_level,
        bytes(account.phone_index) if account and account.phone_index else None,
        PersonChange.objects.count(),
    )


def test_a_new_phone_is_proven_by_a_code_to_each_and_the_old_one_is_told(cast):
    for key in ("here", "elsewhere"):
        UserSession.objects.create(user=cast.account, session_key=key, ip="10.0.0.1", user_agent="x")
    change_phone(cast.person, phone=NEW, current_key="here", **codes(cast))
    assert find_account_by_login(NEW) == cast.account
    assert find_account_by_login("13900000001") is None
    assert "尾号 0088" in texts_to("13900000001")[-1]
    change = PersonChange.objects.get(person=cast.li)
    assert (change.kind, change.before, change.after, change.source) == (
        "phone",
        {"phone": "13900000001"},
        {"phone": NEW},
        "codes",
    )
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["here"]


@pytest.mark.parametrize("wrong", ["code", "old_code"])
def test_a_wrong_code_changes_nothing(cast, wrong):
    before = state_of(cast.li)
    given = codes(cast)
    given[wrong] = "000000" if given[wrong] != "000000" else "000001"
    with pytest.raises(CodeWrong) as refused:
        change_phone(cast.person, phone=NEW, **given)
    assert set(refused.value.fields) == {wrong}
    assert state_of(cast.li) == before


def test_a_used_code_changes_nothing(cast):
    given = codes(cast)
    change_phone(cast.person, phone=NEW, **given)
    before = state_of(cast.li)
    with pytest.raises((CodeExpired, CodeWrong)):
        change_phone(cast.person, phone="13900000089", **given)
    assert state_of(cast.li) == before


def test_a_lost_old_phone_needs_the_registers_word(cast):
    before = state_of(cast.li)
    with pytest.raises(FactsDiffer):
        change_phone(cast.person, phone=NEW, **codes(cast, old=False))
    assert state_of(cast.li) == before
    save_record(SYSTEM, id_number=cast.li.id_number, name=cast.li.name, phone=NEW)
    cache.clear()
    change_phone(cast.person, phone=NEW, **codes(cast, old=False))
    assert PersonChange.objects.get().source == "population_register"
    assert VerificationRecord.objects.filter(person=cast.li, result="agreed").exists()


def test_anothers_phone_gets_no_code_and_is_not_taken(cast):
    before = state_of(cast.li)
    code_id = send_code(cast.person, phone="13900000003", purpose="new_phone", address="10.0.0.1")
    assert "已经有账号" in texts_to("13900000003")[-1]
    with pytest.raises(CodeWrong):
        change_phone(cast.person, phone="13900000003", code_id=code_id, code="123456")
    assert state_of(cast.li) == before


def test_nobody_changes_the_representatives_phone_in_the_shops_name(cast):
    with pytest.raises(MandateNotYours):
        change_phone(cast.citizen, phone=NEW, code_id=None, code="")
    with pytest.raises(NothingChanges):
        change_phone(cast.person, phone="139 0000 0001", code_id=None, code="")


def test_name_and_number_follow_the_register_and_nothing_else(cast):
    new = a_number("022")
    wanted = {"name": "李清·禾", "document_kind": "111", "id_number": new}
    before = state_of(cast.li)
    with pytest.raises(ChangeNotConfirmed):
        change_facts(cast.person, **wanted)
    assert state_of(cast.li) == before
    save_record(SYSTEM, id_number=new, name="李清•禾", phone=cast.li.phone)
    change_facts(cast.person, **wanted)
    cast.li.refresh_from_db()
    assert (cast.li.name, cast.li.id_number, cast.li.born) == ("李清·禾", new, dt.date(1980, 1, 1))
    assert set(PersonChange.objects.values_list("kind", flat=True)) == {"name", "document"}


def test_a_number_that_is_somebody_elses_is_not_taken(cast):
    other = Person.objects.get(pk=cast.stranger.person_id)
    save_record(SYSTEM, id_number=other.id_number, name="李清荷", phone=cast.li.phone)
    before = state_of(cast.li)
    with pytest.raises(PersonExists):
        change_facts(cast.person, name="李清荷", document_kind="111", id_number=other.id_number)
    assert state_of(cast.li) == before


def test_guessing_at_the_register_ends_after_three(cast):
    save_record(SYSTEM, id_number=a_number("022"), name="某某", phone="13900000090")
    for refusal in (ChangeNotConfirmed, ChangeNotConfirmed, ChangeNotConfirmed, TooManyTries):
        with pytest.raises(refusal):
            change_facts(cast.person, name="李清荷", document_kind="111", id_number=a_number("022"))


def test_a_clerk_registers_somebody_without_a_phone_at_level_five(cast):
    shown = Shown(name="周老伯", document_kind="111", id_number=a_number("055", born="19400101"))
    person = register_with_scan(cast.clerk, shown=shown, scan=a_picture(), request_key="k")
    again = register_with_scan(cast.clerk, shown=shown, scan=a_picture(), request_key="k")
    assert person.pk == again.pk
    assert (person.phone, again.assurance_level) == (None, 5)
    scan = Document.objects.get(owner_id=person.pk)
    assert (scan.grade, scan.kind) == ("B", "identity-document")
    record = VerificationRecord.objects.get(person=person)
    assert (record.source, record.result, record.checked_by_id) == ("counter", "agreed", cast.clerk.account_id)


def test_a_clerk_registers_a_foreigner_with_a_phone_who_signs_in_by_code(cast):
    shown = Shown(
        name="Maria Schmidt", document_kind="414", id_number="C01X00T47", issuer="DEU",
        birth_date=dt.date(1990, 1, 1), phone="13900000070",
    )  # fmt: skip
    person = register_with_scan(cast.clerk, shown=shown, scan=a_picture())
    assert find_account_by_login("13900000070").person_id == person.pk


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"name": "李а"}, NameInvalid),
        ({"document_kind": "414", "id_number": "C01X00T47", "issuer": "DEU"}, DocumentInvalid),  # no birth date
        ({"id_number": "x"}, None),
        ({"phone": "1"}, None),
        ({"phone": "13900000003"}, None),  # somebody else's
    ],
)
def test_a_refused_registration_leaves_nobody(cast, fields, refusal):
    from common.errors import DomainError

    before = (Person.objects.count(), Account.objects.count(), Document.objects.count())
    shown = Shown(**{"name": "周老伯", "document_kind": "111", "id_number": a_number("055"), **fields})
    with pytest.raises(refusal or DomainError):
        register_with_scan(cast.clerk, shown=shown, scan=a_picture())
    assert (Person.objects.count(), Account.objects.count(), Document.objects.count()) == before


def test_only_a_counter_raises_a_level_and_never_lowers_one(cast):
    for outsider in (cast.decider, cast.person, cast.supervisor):
        with pytest.raises(Forbidden):
            confirm_with_scan(outsider, person_id=cast.li.pk, scan=a_picture())
    assert not Document.objects.filter(owner_id=cast.li.pk).exists()
    assert confirm_with_scan(cast.clerk, person_id=cast.li.pk, scan=a_picture()).assurance_level == 5
    change = PersonChange.objects.get()
    assert (change.before, change.after, change.source) == ({"level": 4}, {"level": 5}, "counter")


def test_a_clerk_takes_over_what_the_document_shows(cast):
    shown = Shown(name="李清禾", document_kind="111", id_number=a_number("022"), phone=NEW)
    change_with_scan(cast.clerk, person_id=cast.li.pk, shown=shown, scan=a_picture())
    cast.li.refresh_from_db()
    assert (cast.li.name, cast.li.phone) == ("李清禾", NEW)
    assert find_account_by_login(NEW) == cast.account
    assert {row.original_id for row in PersonChange.objects.all()} == {str(Document.objects.get(owner=cast.li.pk).pk)}
    assert "尾号" in texts_to("13900000001")[-1]
