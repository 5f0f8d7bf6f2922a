"""How passwords are kept and refused, and that nothing tells who has an account."""

import hashlib
import random

import pytest
from argon2 import extract_parameters
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from identity.actor import PUBLIC
from identity.code_actions import send_code
from identity.models import Account, OneTimeCode
from identity.passwords import Argon2idHasher, is_listed
from identity.registration import Claim, register
from portal.settings import base
from tests.factories.cast import PASSWORD, Cast
from tests.factories.phones import NEW_NAME, NEW_NUMBER, NEW_PASSWORD, NEW_PHONE, know_newcomer, last_code
from tests.factories.visitors import a_visitor

LI = "13900000001"
OWASP_KIB, OWASP_PASSES, OWASP_LANES = 19 * 1024, 2, 1


def log_in(login: str, password: str = PASSWORD, browser: Client | None = None):
    return (browser or a_visitor()).post(reverse("account_login"), {"login": login, "password": password})


def test_new_hashes_are_no_weaker_than_owasp_asks():
    hasher = Argon2idHasher()
    found = extract_parameters(hasher.encode("Bamboo-bridge-42", hasher.salt()).removeprefix("argon2"))
    assert found.type.name == "ID"
    assert found.memory_cost >= OWASP_KIB
    assert found.time_cost >= OWASP_PASSES
    assert found.parallelism == OWASP_LANES
    assert base.PASSWORD_HASHERS[0] == "identity.passwords.Argon2idHasher"


class Weak(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8 * 1024, 1


class Strong(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 2, 100 * 1024, 8


@pytest.mark.parametrize(("kind", "is_new"), [(Weak, True), (Strong, False)])
def test_a_weaker_hash_is_written_anew_at_sign_in_and_a_stronger_one_stays(cast: Cast, settings, kind, is_new):
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    hasher = kind()
    cast.account.password = old = hasher.encode(PASSWORD, hasher.salt())
    cast.account.save()
    assert log_in(LI).status_code == 302
    stored = Account.objects.get(pk=cast.account.pk)
    assert (stored.password != old) == is_new
    assert stored.check_password(PASSWORD)


def test_a_hash_of_an_older_system_is_written_anew_at_sign_in(cast: Cast, settings):
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    cast.account.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    cast.account.save()
    assert log_in(LI, "wrong-password").status_code == 200
    assert Account.objects.get(pk=cast.account.pk).password.startswith("pbkdf2")
    assert log_in(LI).status_code == 302
    assert isinstance(identify_hasher(Account.objects.get(pk=cast.account.pk).password), Argon2idHasher)


@pytest.fixture
def stolen(tmp_path):
    """A list of 500 stolen passwords, as published: hash, count, CRLF."""
    lines = sorted(hashlib.sha1(f"stolen-{number}".encode()).hexdigest().upper() for number in range(500))
    path = tmp_path / "stolen.txt"
    path.write_bytes("".join(f"{line}:{random.randrange(10**6)}\r\n" for line in lines).encode())
    return path


def test_every_stolen_password_is_found_and_no_other(stolen):
    assert all(is_listed(stolen, f"stolen-{number}") for number in range(500))
    assert not any(is_listed(stolen, f"mine-{number}") for number in range(500))


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_lists_without_counts_are_searched_to_their_ends(tmp_path, ending, count):
    names = [f"p{number}" for number in range(count)]
    lines = sorted(hashlib.sha1(name.encode()).hexdigest() for name in names)
    path = tmp_path / "list"
    path.write_text((ending or "\n").join(lines) + ending, newline="")
    assert all(is_listed(path, name) for name in names)
    assert not is_listed(path, "other")


def test_the_search_reads_a_few_lines_only(stolen, monkeypatch):
    import identity.passwords as module

    reads = []
    real = module._line_from
    monkeypatch.setattr(module, "_line_from", lambda *given: reads.append(1) or real(*given))
    is_listed(stolen, "mine")
    assert len(reads) <= 16  # the file has 22,000 bytes: two to the fifteenth


@pytest.mark.parametrize("password", ["stolen-7", "𠮷" * 40, "a\ud800b-lone-surrogate"])
def test_stolen_passwords_are_refused_in_plain_words(stolen, settings, password):
    settings.BREACHED_PASSWORDS_FILE = str(stolen)
    validators = [{"NAME": "identity.passwords.BreachedPasswordValidator"}]
    settings.AUTH_PASSWORD_VALIDATORS = validators
    if password == "stolen-7":
        with pytest.raises(ValidationError, match="泄露过") as refusal:
            validate_password(password)
        assert refusal.value.error_list[0].code == "password_breached"
    else:
        validate_password(password)


def test_a_list_that_is_gone_keeps_nobody_from_a_new_password(settings, tmp_path):
    settings.BREACHED_PASSWORDS_FILE = str(tmp_path / "nothing")
    validate_password("Bamboo-bridge-42")


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """What the hasher was called with."""
    calls: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        calls.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return calls


def test_unknown_logins_cost_and_read_the_same_as_wrong_passwords(cast: Cast, hashed):
    no_password = Account.objects.get(pk=cast.stranger.account_id)
    no_password.set_unusable_password()
    no_password.save()
    locked = Account.objects.get(pk=cast.clerk.account_id)
    locked.is_active = False
    locked.save()
    seen = set()
    for login in (LI, cast.li.id_number, "13900990099", "nobody", "13900000003", locked.username, "𠮷" * 20):
        hashed.clear()
        answer = log_in(login, "wrong-password")
        text = "".join(answer.context["form"].errors.as_text())
        seen.add((len(hashed), answer.status_code, text))
    assert len(seen) == 1, seen
    assert next(iter(seen))[0] == 1


@pytest.mark.parametrize(
    "login", ["1" * 65, "𠮷" * 10_000, "139\x0000000001", "\x00", "\u202e13900000001", "1" * 4_000_000, " " * 99, "%00"]
)
def test_odd_logins_are_told_on_the_field_without_a_fault(cast: Cast, login):
    answer = log_in(login)
    assert answer.status_code == 200
    assert answer.context["form"].errors


@pytest.mark.parametrize("password", ["x" * 129, "𠮷" * 100_000, "a\x00b"])
def test_odd_passwords_are_refused_before_they_are_hashed(cast: Cast, hashed, password):
    answer = log_in(LI, password)
    assert "password" in answer.context["form"].errors
    assert hashed == []


def claim(phone: str = NEW_PHONE, number: str = NEW_NUMBER, name: str = NEW_NAME) -> Claim:
    return Claim(name=name, id_number=number, phone=phone, password=NEW_PASSWORD)


@pytest.mark.parametrize("case", ["new", "has an account", "register differs"])
def test_each_way_a_registration_ends_hashes_once(cast: Cast, hashed, case):
    know_newcomer()
    facts = {
        "new": claim(),
        "has an account": claim(number=cast.li.id_number, name="李清荷"),
        "register differs": claim(name="别名"),
    }[case]
    code_id = send_code(PUBLIC, phone=NEW_PHONE, purpose=OneTimeCode.Purpose.REGISTER, address="10.0.0.1")
    accounts = Account.objects.count()
    hashed.clear()
    register(PUBLIC, claim=facts, code_id=code_id, code=last_code(NEW_PHONE))
    assert hashed == [NEW_PASSWORD]
    assert Account.objects.count() - accounts == (case == "new")


def test_asking_for_a_code_hashes_nothing_and_answers_alike(cast: Cast, hashed):
    answers = [a_visitor().post(reverse("sign_in_phone"), {"phone": phone}) for phone in (LI, "13900990001")]
    assert hashed == []
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
