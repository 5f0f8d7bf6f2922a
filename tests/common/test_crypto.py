"""Personal data is unreadable in the database, bound to its column, and survives a new key."""

import base64
import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from common import crypto
from identity.models import Party, Person


@pytest.fixture
def two_keys(settings):
    old = dict(settings.FIELD_KEYS)
    settings.FIELD_KEYS = {**old, "new": base64.b64encode(os.urandom(32)).decode()}
    crypto._ring.cache_clear()
    yield
    settings.FIELD_KEYS = old
    crypto._ring.cache_clear()


def test_value_is_bound_to_its_column():
    token = crypto.encrypt("𠮷野".encode(), context="a.b")
    assert crypto.decrypt(token, context="a.b").decode() == "𠮷野"
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(token, context="a.c")


@pytest.mark.parametrize("damage", [b"", b"\x00", b"\x04test", b"\x09unknownid" + b"0" * 40])
def test_damaged_bytes_are_refused_and_never_crash(damage):
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(damage, context="a.b")


def test_old_values_stay_readable_under_a_new_key(request):
    token = crypto.encrypt(b"before", context="a.b")
    request.getfixturevalue("two_keys")
    assert crypto.decrypt(token, context="a.b") == b"before"
    assert crypto.encrypt(b"after", context="a.b")[1:4] == b"new"


def test_blind_index_is_equal_for_equal_values_of_one_purpose_only():
    assert crypto.blind_index("1", purpose="a") == crypto.blind_index("1", purpose="a")
    assert crypto.blind_index("1", purpose="a") != crypto.blind_index("1", purpose="b")
    assert crypto.blind_index("1", purpose="a") != crypto.blind_index("2", purpose="a")


@pytest.mark.django_db
def test_name_and_number_are_not_in_the_table_as_text():
    party = Party.objects.create(kind="person")
    Person.objects.create(party=party, name="李清荷", id_number="519902198001010029", id_number_index=b"x" * 32)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id_number FROM identity_person")
        stored = b"".join(bytes(column) for column in cursor.fetchone())
    assert "李清荷".encode() not in stored
    assert b"519902198001010029" not in stored
    assert Person.objects.get().name == "李清荷"


def test_stored_file_is_unreadable_on_disk_and_has_no_address():
    name = default_storage.save("test/secret.txt", ContentFile("身份证".encode()))
    with open(default_storage.path(name), "rb") as raw:
        assert "身份证".encode() not in raw.read()
    with default_storage.open(name) as stored:
        assert stored.read().decode() == "身份证"
    with pytest.raises(NotImplementedError):
        default_storage.url(name)
