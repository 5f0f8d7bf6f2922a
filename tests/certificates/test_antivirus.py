"""The virus scanner: asked over its own protocol; while it is away nothing is silently taken for clean."""

import socketserver
import struct
import threading
from collections.abc import Iterator

import pytest

from certificates import antivirus, errors, keeping, locker, queries, tasks
from certificates.models import Document
from common.models import AuditEvent
from tests.factories.cast import Cast, a_picture


class _Clamd(socketserver.StreamRequestHandler):
    """Speaks clamd's INSTREAM: pieces with their length before each, zero ends them."""

    def handle(self) -> None:
        server: _Server = self.server  # type: ignore[assignment]
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        server.seen.append(content)
        self.wfile.write(server.answer)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    seen: list[bytes]
    answer = b"stream: OK\0"


@pytest.fixture
def clamd(settings) -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Clamd) as server:
        server.seen = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def put(cast: Cast, size: int = 20) -> Document:
    return locker.upload_document(
        cast.citizen, owner_id=cast.shop.pk, kind="lease", name="租约", upload=a_picture(size=size), for_case=True
    )


def test_all_of_a_long_content_is_looked_at(clamd):
    content = bytes(range(256)) * 1000
    assert antivirus.find_virus(content) == ""
    assert clamd.seen == [content]


def test_clean_content_is_taken(cast, clamd):
    document = put(cast)
    assert document.scan == "clean"
    with document.file.open() as stored:
        assert clamd.seen == [stored.read()]


def test_infected_content_is_refused_and_nothing_is_stored(cast, clamd):
    clamd.answer = b"stream: Eicar-Test-Signature FOUND\0"
    with pytest.raises(errors.UploadInfected):
        put(cast)
    assert not Document.objects.exists()
    assert not AuditEvent.objects.filter(code="document.uploaded").exists()


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: ", b"\xff\xfe\0"])
def test_an_answer_that_is_none_makes_it_wait(cast, clamd, answer: bytes):
    clamd.answer = answer
    document = put(cast)
    assert document.scan == "waiting"
    with pytest.raises(errors.DocumentWaiting):
        queries.read_document(cast.citizen, document)


def test_what_waited_is_looked_at_when_the_scanner_is_back(cast, clamd, settings, django_capture_on_commit_callbacks):
    address, settings.CLAMD_URL = settings.CLAMD_URL, "tcp://127.0.0.1:9"
    good, bad = put(cast), put(cast, size=30)
    assert {good.scan, bad.scan} == {"waiting"}
    tasks.scan_waiting_documents(timestamp=0)
    assert len(keeping.waiting_documents()) == 2

    settings.CLAMD_URL = address
    clamd.answer = b"stream: Eicar-Test-Signature FOUND\0"
    Document.objects.filter(pk=good.pk).update(scan="clean")
    name, storage = bad.file.name, bad.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        tasks.scan_waiting_documents(timestamp=0)
    bad.refresh_from_db()
    assert (bad.erased_at is None, bad.removed_at is None, bad.file.name) == (False, False, "")
    assert not storage.exists(name)
    assert AuditEvent.objects.get(code="document.infected").detail["finding"] == "Eicar-Test-Signature"

    clamd.answer = b"stream: OK\0"
    Document.objects.filter(pk=good.pk).update(scan="waiting")
    tasks.scan_waiting_documents(timestamp=0)
    assert Document.objects.get(pk=good.pk).scan == "clean"
    assert not keeping.waiting_documents()
