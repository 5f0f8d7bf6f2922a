"""One-time codes: six digits, five minutes, once, five tries; the same answer for known and unknown phones."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from common.errors import DomainError
from identity.actor import PUBLIC
from identity.code_actions import send_code, use_code
from identity.errors import CodeExpired, CodeWrong, PhoneInvalid, TooManyTries
from identity.messaging.console import ConsoleGateway
from identity.models import OneTimeCode, OutboxMessage
from tests.factories.cast import a_citizen, a_person
from tests.factories.phones import last_code, texts_to

PHONE = "13900000001"
UNKNOWN = "13900000999"
HERE = "10.0.0.1"


@pytest.fixture
def known(db):
    return a_citizen(a_person(phone=PHONE))


def ask(phone=PHONE, purpose="sign_in", address=HERE):
    return send_code(PUBLIC, phone=phone, purpose=purpose, address=address)


def use(code_id, code, purpose="sign_in"):
    return use_code(PUBLIC, code_id=code_id, code=code, purpose=purpose)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_works_once(known):
    code_id = ask()
    code = last_code(PHONE)
    assert use(code_id, code) == bytes(known.phone_index)
    with pytest.raises(CodeExpired):
        use(code_id, code)


def test_neither_code_nor_phone_can_be_read_from_the_tables(known):
    code_id = ask()
    code = last_code(PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(digest, 'escape') FROM identity_onetimecode WHERE id = %s", [code_id])
        assert code not in cursor.fetchone()[0]
        cursor.execute("SELECT encode(phone, 'escape'), encode(text, 'escape') FROM identity_outboxmessage")
        assert all(code not in cell and PHONE not in cell for row in cursor.fetchall() for cell in row)


def test_after_five_wrong_tries_the_right_code_is_refused(known):
    code_id = ask()
    code = last_code(PHONE)
    for _try in range(5):
        with pytest.raises(CodeWrong):
            use(code_id, wrong(code))
    with pytest.raises(CodeExpired):
        use(code_id, code)


def test_a_code_is_refused_after_five_minutes_for_another_purpose_and_without_its_id(known):
    code_id = ask()
    code = last_code(PHONE)
    for bad_id, purpose in ((code_id, "register"), (None, "sign_in")):
        with pytest.raises(CodeExpired):
            use(bad_id, code, purpose)
    OneTimeCode.objects.filter(pk=code_id).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    with pytest.raises(CodeExpired):
        use(code_id, code)


def test_tries_on_one_code_do_not_use_up_another_of_the_same_phone(known):
    theirs = ask(address="10.9.9.9")
    mine = ask()
    code = last_code(PHONE)
    for _try in range(5):
        with pytest.raises(CodeWrong):
            use(theirs, "abcdef")
    assert use(mine, code)


def test_an_unknown_phone_gets_the_same_answer_and_no_message(known):
    assert ask(UNKNOWN)
    assert texts_to(UNKNOWN) == []
    assert OneTimeCode.objects.count() == 1


def test_registering_a_phone_that_has_an_account_tells_only_the_phone(known):
    assert ask(purpose="register")
    assert "已经有账号" in texts_to(PHONE)[0]


def test_asking_too_fast_is_refused_at_this_address_only(known):
    for _ask in range(3):
        ask()
    with pytest.raises(TooManyTries):
        ask()
    assert ask(address="10.0.0.2")


def test_a_phone_is_not_flooded_from_many_addresses(known):
    for number in range(20):
        ask(address=f"10.1.0.{number}")
    with pytest.raises(TooManyTries):
        ask(address="10.2.0.1")
    assert OutboxMessage.objects.count() == 20


@pytest.mark.parametrize("phone", ["", "12345", "１３９００００００００１", "1" * 4000])
def test_what_is_no_phone_is_refused(db, phone):
    with pytest.raises(PhoneInvalid):
        ask(phone)


def test_console_gateway_masks_the_number(capsys):
    ConsoleGateway().send(phone=PHONE, text="您好", key="1")
    assert capsys.readouterr().err == "139****0001: 您好\n"


@pytest.mark.django_db(transaction=True)
def test_a_code_used_twice_at_once_lets_one_in():
    a_citizen(a_person(phone=PHONE))
    code_id = ask()
    code = last_code(PHONE)
    start, results = threading.Barrier(4), []

    def attempt() -> None:
        start.wait()
        try:
            results.append(bool(use(code_id, code)))
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) == [True, *["identity.code_expired"] * 3]
