"""Registering from home: three facts, levels two and three, and nothing told about who exists."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection

from common.models import AuditEvent
from identity import levels
from identity.actions import register_person
from identity.actor import PUBLIC, SYSTEM
from identity.code_actions import send_code
from identity.errors import AssuranceTooLow, CodeWrong, FactsDiffer, TooManyTries, VerificationUnavailable
from identity.models import Account, Person, VerificationRecord
from identity.queries import actor_for, find_account_by_login
from identity.registration import Claim, register, verify_own_name
from identity.verification.local import LocalRegister, save_record
from tests.factories.cast import a_citizen, a_person
from tests.factories.phones import (
    NEW_NAME,
    NEW_NUMBER,
    NEW_PASSWORD,
    NEW_PHONE,
    know_newcomer,
    last_code,
    texts_to,
)


def attempt(phone=NEW_PHONE, *, name=NEW_NAME, number=NEW_NUMBER, proven_phone=""):
    """Go through both steps as a browser would."""
    cache.clear()
    proven = proven_phone or phone
    code_id = send_code(PUBLIC, phone=proven, purpose="register", address="10.0.0.1")
    claim = Claim(name=name, id_number=number, phone=phone, password=NEW_PASSWORD)
    register(PUBLIC, claim=claim, code_id=code_id, code=last_code(proven))


@pytest.mark.django_db
def test_three_agreeing_facts_give_level_three_and_a_record_of_source_and_time():
    know_newcomer()
    attempt()
    account = find_account_by_login(NEW_PHONE)
    assert account.check_password(NEW_PASSWORD)
    assert (account.person.name, account.person.assurance_level) == (NEW_NAME, 3)
    record = VerificationRecord.objects.get(person=account.person)
    assert (record.source, record.result, record.facts) == (
        "population_register",
        "agreed",
        ["id_number", "name", "phone"],
    )
    assert "注册成功" in texts_to(NEW_PHONE)[-1]


@pytest.mark.django_db
def test_a_number_the_register_does_not_know_gives_level_two():
    attempt()
    assert find_account_by_login(NEW_PHONE).person.assurance_level == 2


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"name": "钱多多·吉"}, {"phone": "13900000202"}])
def test_one_differing_fact_opens_nothing_and_is_not_named(wrong):
    know_newcomer(**wrong)
    attempt()
    assert not Person.objects.exists()
    assert texts_to(NEW_PHONE)[-1].startswith("没有开通新账号")
    assert VerificationRecord.objects.get().result == "differs"


@pytest.mark.django_db
def test_after_three_misses_the_register_is_not_asked_again_from_this_phone(monkeypatch):
    know_newcomer(phone="13900000202")
    for _miss in range(3):
        attempt()
    monkeypatch.setattr(LocalRegister, "compare", lambda *_: pytest.fail("asked"))
    attempt()
    assert VerificationRecord.objects.count() == 3


@pytest.mark.django_db
def test_somebody_with_an_account_is_warned_and_the_other_phone_learns_no_more_than_from_a_miss():
    person = a_person(phone="13900000001")
    a_citizen(person)
    save_record(SYSTEM, id_number=person.id_number, name=person.name, phone="13900000001")
    attempt(name=person.name, number=person.id_number)
    taken = texts_to(NEW_PHONE)[-1]
    know_newcomer(phone="13900000202")
    attempt()
    assert texts_to(NEW_PHONE)[-1] == taken
    assert "没有成功" in texts_to("13900000001")[-1]
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_a_person_registered_at_a_window_gets_the_account_only_when_the_register_agrees():
    person = register_person(SYSTEM, name=NEW_NAME, id_number=NEW_NUMBER, assurance_level=1)
    attempt()
    assert not Account.objects.exists()
    know_newcomer()
    attempt()
    person.refresh_from_db()
    assert (person.account.person_id, person.phone, person.assurance_level) == (person.pk, NEW_PHONE, 3)


@pytest.mark.django_db
def test_a_code_for_another_phone_opens_nothing():
    with pytest.raises(CodeWrong):
        attempt(proven_phone="13900000203")
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_silent_register_changes_nothing(monkeypatch):
    def silent(*_):
        raise VerificationUnavailable

    monkeypatch.setattr(LocalRegister, "compare", silent)
    with pytest.raises(VerificationUnavailable):
        attempt()
    assert not Person.objects.exists()
    assert not VerificationRecord.objects.exists()


@pytest.mark.django_db
def test_level_two_rises_to_three_when_the_register_agrees_and_not_before():
    attempt()
    account = find_account_by_login(NEW_PHONE)
    actor = actor_for(account)
    with pytest.raises(FactsDiffer):
        verify_own_name(actor, person_id=actor.person_id)
    know_newcomer()
    assert verify_own_name(actor, person_id=actor.person_id) == 3
    checks = AuditEvent.objects.filter(code="identity.level_checked", holder_id=actor.person_id)
    assert [event.detail["result"] for event in checks.order_by("pk")] == ["unknown", "agreed"]


@pytest.mark.django_db
def test_comparing_is_limited_and_only_for_oneself():
    account = a_citizen(a_person(phone="13900000001", level=2))
    person, actor = account.person, actor_for(account)
    save_record(SYSTEM, id_number=person.id_number, name="别人", phone="13900000001")
    for refusal in (FactsDiffer, FactsDiffer, FactsDiffer, TooManyTries):
        with pytest.raises(refusal):
            verify_own_name(actor, person_id=person.pk)
    other = a_person("赵无关", serial="03", phone="13900000003", level=2)
    with pytest.raises(FactsDiffer):
        verify_own_name(actor, person_id=other.pk)


@pytest.mark.django_db(transaction=True)
def test_one_person_registering_twice_at_once_gets_one_account():
    know_newcomer()
    codes = [send_code(PUBLIC, phone=NEW_PHONE, purpose="register", address=f"10.0.0.{n}") for n in (1, 2)]
    from tests.factories.phones import code_in

    typed = [code_in(text) for text in texts_to(NEW_PHONE)]
    claim = Claim(name=NEW_NAME, id_number=NEW_NUMBER, phone=NEW_PHONE, password=NEW_PASSWORD)
    start = threading.Barrier(2)

    def run(index: int) -> None:
        start.wait()
        register(PUBLIC, claim=claim, code_id=codes[index], code=typed[index])
        connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Account.objects.count() == Person.objects.count() == 1
    assert sum("注册成功" in text for text in texts_to(NEW_PHONE)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("level", "allowed"), [(1, 1), (2, 3), (3, 4), (4, 5), (5, 5)])
def test_each_level_allows_what_the_table_says(level, allowed):
    actor = actor_for(a_citizen(a_person(level=level)))
    for index, right in enumerate(levels.Right):
        if index < allowed:
            levels.require(actor, right)
        else:
            with pytest.raises(AssuranceTooLow):
                levels.require(actor, right)
    assert sum(line.has for line in levels.table(level)) == allowed


def test_levels_do_not_bind_the_site_itself_and_visitors_may_only_look():
    levels.require(SYSTEM, levels.Right.AUTHORISE)
    assert [right for right in levels.Right if levels.has(PUBLIC, right)] == [levels.Right.BROWSE]
