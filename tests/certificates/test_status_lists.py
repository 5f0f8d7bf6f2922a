"""Status lists: another program reads them, places are drawn by lot, a change is seen within a minute."""

import json
import threading
import zlib

import pytest
from django.core.cache import cache
from django.db import connection

from certificates.actions import change_state, issue
from certificates.models import Certificate, StatusEntry
from certificates.proofs import jws, status
from certificates.proofs.errors import StatusListUnknown
from certificates.states import Operation
from identity.actor import SYSTEM
from tests.factories.cast import Cast, build_cast


@pytest.fixture(autouse=True)
def _keys(key_folder, settings):
    settings.KEY_DIR = key_folder


def value_at(token: str, place: int) -> int:
    """Read as the draft's section 4.1 says: whole bytes, each filled from its lowest bits."""
    content = json.loads(jws.unb64(token.split(".")[1]))["status_list"]
    data = zlib.decompress(jws.unb64(content["lst"]))
    assert content["bits"] == 2
    binary = "".join(f"{byte:08b}"[::-1] for byte in data)
    return int(binary[place * 2 : place * 2 + 2][::-1], 2)


def move(cast: Cast, operation: Operation) -> None:
    ground = "70-6" if operation == Operation.CANCEL else ""
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=operation,
        reason="复查",
        legal_basis="条例",
        ground=ground,
    )
    cache.clear()  # twenty seconds later


def test_suspension_lift_and_cancellation_are_read_by_other_code(cast: Cast):
    entry = status.place_of(cast.licence)
    assert value_at(status.published(entry.list_number), entry.place) == 0
    for operation, value in ((Operation.SUSPEND, 2), (Operation.LIFT, 0), (Operation.CANCEL, 1)):
        move(cast, operation)
        token = status.published(entry.list_number)
        assert value_at(token, entry.place) == value
        assert sum(bool(value_at(token, place)) for place in range(0, status.SIZE, 997)) <= 1


def test_a_list_is_kept_for_seconds_only(cast: Cast):
    assert status.KEPT_SECONDS + status.TTL_SECONDS < 60
    entry = status.place_of(cast.licence)
    assert status.published(entry.list_number) == status.published(entry.list_number)


def test_the_bits_of_the_drafts_example():
    """draft-ietf-oauth-status-list section 4.1, second example: two bits, C9 44 F9."""
    values = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    content = bytearray(3)
    for place, value in enumerate(values):
        content[place // 4] |= value << (place % 4 * 2)
    assert content.hex() == "c944f9"
    packed = zlib.decompress(jws.unb64(status.packed([(0, "cancelled"), (1, "suspended"), (7, "expired")])))
    assert packed[:2].hex() == "0940"
    assert len(packed) == status.SIZE // 4
    assert not any(packed[2:])


def test_a_list_does_not_tell_how_many_there_are(cast: Cast):
    entry = status.place_of(cast.licence)
    before = json.loads(jws.unb64(status.published(entry.list_number).split(".")[1]))["status_list"]
    for number in range(5):
        status.place_of(_copy(cast, number))
    cache.clear()
    after = json.loads(jws.unb64(status.published(entry.list_number).split(".")[1]))["status_list"]
    assert after == before
    places = list(StatusEntry.objects.order_by("created_at").values_list("place", flat=True))
    assert len(places) == 6
    assert places not in (sorted(places), list(range(places[0], places[0] + 6)))


def _copy(cast: Cast, number: int) -> Certificate:
    return Certificate.objects.create(
        identifier=f"1.2.3.{number}",
        type=cast.licence.type,
        number=f"N{number}",
        holder=cast.licence.holder,
        issuer=cast.scjg,
        issued_on=cast.licence.issued_on,
        valid_from=cast.licence.valid_from,
        face={},
        verify_code=f"copy{number}",
    )


def test_a_taken_place_is_drawn_again_and_a_full_list_is_followed_by_the_next(cast: Cast, monkeypatch):
    monkeypatch.setattr(status, "SIZE", 4)
    monkeypatch.setattr(status, "FULL", 2)
    entries = [status.place_of(_copy(cast, number)) for number in range(6)]
    assert len({(entry.list_number, entry.place) for entry in entries}) == 6
    assert max(entry.list_number for entry in entries) >= 2
    assert all(entry.place < 4 for entry in entries)
    assert status.place_of(entries[0].certificate) == entries[0]


@pytest.mark.parametrize("number", [0, 9, 2_000_000_000])
def test_a_list_that_nobody_opened_is_not_there(db, number):
    with pytest.raises(StatusListUnknown):
        status.published(number)


@pytest.mark.django_db(transaction=True)
def test_workers_in_a_race_give_a_certificate_one_place(key_folder):
    cast = build_cast()
    found = []

    def draw() -> None:
        try:
            found.append(status.place_of(Certificate.objects.get(pk=cast.licence.pk)).place)
        finally:
            connection.close()

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert StatusEntry.objects.count() == 1


def test_the_place_outlives_a_renewal(cast: Cast):
    entry = status.place_of(cast.licence)
    renewed = issue(
        SYSTEM,
        certificate_type=cast.licence.type,
        holder=cast.shop.party,
        issuer=cast.scjg,
        face={},
        former=cast.licence,
    )
    assert status.place_of(renewed) != entry
    assert value_at(status.published(entry.list_number), entry.place) == 1
