"""Files in an S3-compatible store, a real server of which runs beside the tests."""

import base64
import datetime as dt
import os
from collections.abc import Iterator

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from moto.server import ThreadedMotoServer

from certificates import erasure_actions, locker
from certificates.models import Document
from certificates.queries import read_document
from certificates.trays import actions as trays
from common import crypto
from common.object_storage import EncryptedS3Storage
from common.rotation import run
from common.storage import CONTEXT
from identity.actor import SYSTEM
from tests.certificates.test_trays import a_page
from tests.factories.cast import a_picture, build_cast

_NAMED = {"region_name": "us-east-1", "access_key": "key", "secret_key": "secret"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["plain", "versioned"])
def bucket(server: str, request: pytest.FixtureRequest) -> Iterator[object]:
    """A bucket of its own, one that keeps every version too."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    store = boto3.resource("s3", endpoint_url=server, **keys)
    found = store.create_bucket(Bucket=f"onestop-{request.param}")
    if request.param == "versioned":
        found.Versioning().enable()
    yield found
    found.object_versions.delete()
    found.delete()


@pytest.fixture
def storage(bucket, server: str) -> EncryptedS3Storage:
    return EncryptedS3Storage(bucket_name=bucket.name, endpoint_url=server, **_NAMED)


@pytest.fixture
def site(settings, bucket, server: str) -> Iterator[None]:
    """The whole site keeps its files there."""
    options = {"bucket_name": bucket.name, "endpoint_url": server, **_NAMED}
    chosen = {"BACKEND": "common.object_storage.EncryptedS3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": chosen}
    yield
    storages._storages.clear()


def everything(bucket) -> list[str]:
    """Every version and mark of every object."""
    return [version.object_key for version in bucket.object_versions.all()]


@pytest.mark.django_db
def test_what_is_written_is_read_and_lies_there_encrypted(storage, bucket):
    name = storage.save("locker/aa/合同.pdf", ContentFile("身份证".encode()))
    raw = bucket.Object(name).get()["Body"].read()
    assert "身份证".encode() not in raw
    assert crypto.decrypt(raw, context=CONTEXT) == "身份证".encode()
    with storage.open(name) as stored:
        assert stored.read() == "身份证".encode()
    assert storage.exists(name)
    assert storage.save("locker/aa/合同.pdf", ContentFile(b"other")) != name  # nothing is written over
    assert storage.listdir("locker") == (["aa"], [])
    assert storage.get_modified_time(name) <= timezone.now()
    with pytest.raises(NotImplementedError):
        storage.url(name)
    with pytest.raises(FileNotFoundError):
        storage.open("locker/aa/nothing.pdf")


@pytest.mark.django_db
def test_what_was_altered_there_is_not_read(storage, bucket):
    name = storage.save("a", ContentFile(b"x" * 100))
    raw = bucket.Object(name).get()["Body"].read()
    bucket.Object(name).put(Body=raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(crypto.CannotDecrypt):
        storage.open(name)


@pytest.mark.django_db
def test_erasing_leaves_no_version_and_spares_the_neighbours(storage, bucket):
    name, neighbour = storage.save("a/b", ContentFile(b"1")), storage.save("a/b2", ContentFile(b"2"))
    bucket.Object(name).put(Body=b"another version")
    bucket.Object(name).delete()  # a mark where versions are kept
    storage.delete(name)
    assert everything(bucket) == [neighbour]
    storage.delete(name)  # twice is once
    assert everything(bucket) == [neighbour]


@pytest.mark.django_db(transaction=True)
def test_the_locker_writes_reads_and_erases_there(site, bucket):
    cast = build_cast()
    before = set(everything(bucket))
    document = locker.upload_document(
        cast.citizen, owner_id=cast.shop.pk, kind="premises-proof", name="证明", upload=a_picture()
    )
    tray = trays.open_tray(cast.citizen, target="", title="存一份")
    trays.add_files(cast.citizen, tray_id=tray.pk, files=[a_page("red")])
    assert len(set(everything(bucket)) - before) == 2
    assert read_document(cast.citizen, document).startswith(b"\x89PNG")
    trays.discard_tray(cast.citizen, tray_id=tray.pk)
    lost = str(storages["default"].save("locker/zz/lost", ContentFile(b"lost")))
    assert erasure_actions.sweep_orphans(SYSTEM, before=timezone.now()) in (0, 1)
    erasure_actions.sweep_orphans(SYSTEM, before=timezone.now() + dt.timedelta(seconds=5))
    assert lost not in everything(bucket)
    locker.remove_document(cast.citizen, document_id=document.pk)
    assert erasure_actions.erase_file(SYSTEM, document_id=document.pk) is True
    assert set(everything(bucket)) == before
    assert Document.objects.get(pk=document.pk).erased_at is not None


@pytest.fixture
def ring(settings) -> Iterator[object]:
    before = settings.FIELD_KEYS

    def add(name: str) -> None:
        settings.FIELD_KEYS = {**settings.FIELD_KEYS, name: base64.b64encode(os.urandom(32)).decode()}
        crypto._ring.cache_clear()

    yield add
    settings.FIELD_KEYS = before
    crypto._ring.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_keys_are_rotated_there_too_and_no_old_version_stays(site, bucket, ring):
    default = storages["default"]
    names = [default.save(f"a/{number}", ContentFile(b"x")) for number in range(3)]
    bucket.Object("strange").put(Body=b"")
    ring("new")
    report = run.rotate(lambda part, done: None)
    assert report.files == 3
    for name in names:
        assert default.key_of(name) == "new"
        with default.open(name) as stored:
            assert stored.read() == b"x"
    assert sorted(everything(bucket)) == ["a/0", "a/1", "a/2", "strange"]
    assert run.rotate(lambda part, done: None).files == 0
    assert list(default.names_after("a/1")) == ["a/2", "strange"]


@pytest.mark.django_db(transaction=True)
def test_an_object_erased_during_the_rotation_stays_erased(site, bucket, ring, monkeypatch):
    default = storages["default"]
    name = default.save("a/1", ContentFile(b"x"))
    ring("new")
    encrypt = crypto.encrypt

    def erase_then_encrypt(plain: bytes, *, context: str) -> bytes:
        default.delete(name)
        return encrypt(plain, context=context)

    monkeypatch.setattr(crypto, "encrypt", erase_then_encrypt)
    assert default.rotate(name) is False
    assert everything(bucket) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
            "WHERE l.locktype = 'advisory' AND d.datname = current_database()"
        )
        assert cursor.fetchone()[0] == 0
