"""Time stamps: OpenSSL agrees, foreign ones are found, an authority that fails is said plainly."""

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from asn1crypto import tsp
from django.core.management import CommandError, call_command

from certificates.filecheck import FileFinding, check_file
from certificates.management.commands.serve_timestamps import server
from certificates.signing import pades
from certificates.signing.demo_ca import DEMO_SEALS, make_demo_ca, renew
from certificates.signing.errors import TimestampUnavailable
from certificates.signing.keystore import Pkcs12KeyStore
from certificates.signing.pades import (
    NOT_TRUSTED,
    SIGNER_EXPIRED,
    TIMESTAMP_EXPIRED,
    TIMESTAMP_NOT_TRUSTED,
    check_pdf,
    sign_pdf,
)
from certificates.signing.timestamps import MEDIA_QUERY, MEDIA_REPLY, LocalTimeStamper, Responder, responder

DATA = "准予许可".encode()


@pytest.fixture
def keys(key_folder, settings) -> Pkcs12KeyStore:
    settings.KEY_DIR = key_folder
    return Pkcs12KeyStore(key_folder)


@pytest.fixture
def authority(keys) -> Iterator[str]:
    with server(responder(keys), port=0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


def seal(unsigned: bytes, keys: Pkcs12KeyStore) -> bytes:
    return sign_pdf(unsigned, reason="颁发", location="示范市", field_name="Seal", keystore=keys)


def openssl(*words: str | Path) -> str:
    done = subprocess.run(["openssl", "ts", *map(str, words)], capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


def query(folder: Path, *, digest: str = "sha256") -> Path:
    (folder / "data").write_bytes(DATA)
    openssl("-query", "-data", folder / "data", f"-{digest}", "-cert", "-out", folder / "query")
    return folder / "query"


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_openssl_asks_and_verifies(keys, key_folder, tmp_path, digest):
    (tmp_path / "reply").write_bytes(responder(keys).answer(query(tmp_path, digest=digest).read_bytes()))
    root = key_folder / "trust" / "demo-root.pem"
    verify = ("-verify", "-in", tmp_path / "reply", "-CAfile", root)
    assert "Verification: OK" in openssl(*verify, "-data", tmp_path / "data")
    assert "Verification: OK" in openssl(*verify, "-queryfile", tmp_path / "query")  # with the nonce
    (tmp_path / "data").write_bytes(DATA + b"!")
    assert "Verification: FAILED" in openssl(*verify, "-data", tmp_path / "data")


def test_a_request_that_is_none_or_names_a_weak_digest_is_rejected(keys, tmp_path):
    def fault(request: bytes) -> str:
        (tmp_path / "reply").write_bytes(responder(keys).answer(request))
        return openssl("-reply", "-in", tmp_path / "reply", "-text")

    assert "the data submitted has the wrong format" in fault(b"")
    assert "the data submitted has the wrong format" in fault(b"GET / HTTP/1.1")
    weak = "unrecognized or unsupported algorithm identifier"
    assert weak in fault(query(tmp_path, digest="sha1").read_bytes())
    short = tsp.TimeStampReq.load(query(tmp_path).read_bytes())
    short["message_imprint"]["hashed_message"] = b"short"
    assert weak in fault(short.dump(force=True))


def test_the_authority_answers_over_http_and_openssl_agrees(authority, key_folder, tmp_path):
    answer = requests.post(authority, query(tmp_path).read_bytes(), headers={"Content-Type": MEDIA_QUERY}, timeout=5)
    assert answer.headers["Content-Type"] == MEDIA_REPLY
    (tmp_path / "reply").write_bytes(answer.content)
    root = key_folder / "trust" / "demo-root.pem"
    assert "Verification: OK" in openssl(
        "-verify", "-in", tmp_path / "reply", "-CAfile", root, "-queryfile", tmp_path / "query"
    )
    assert requests.post(authority, b"x", headers={"Content-Type": "text/plain"}, timeout=5).status_code == 415
    assert requests.post(authority, b"x" * 20_000, headers={"Content-Type": MEDIA_QUERY}, timeout=5).status_code == 415


def test_a_file_is_stamped_by_an_authority_over_http(unsigned, authority, keys, settings):
    settings.TIMESTAMPS = authority
    report = check_pdf(seal(unsigned, keys), keystore=keys)
    assert report.valid
    assert report.stamped_at is not None


def test_without_an_authority_a_file_is_signed_and_says_it_has_no_trusted_time(unsigned, keys, settings):
    settings.TIMESTAMPS = ""
    report = check_pdf(seal(unsigned, keys), keystore=keys)
    assert report.valid
    assert report.stamped_at is None


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://127.0.0.1:1/none"])
def test_an_authority_that_does_not_answer_is_said_plainly(unsigned, keys, settings, address):
    settings.TIMESTAMPS = address
    with pytest.raises(TimestampUnavailable) as failed:
        seal(unsigned, keys)
    assert failed.value.code == "signing.timestamp_unavailable"
    assert address in failed.value.text


def test_an_answer_that_is_no_time_stamp_is_said_plainly(unsigned, live_server, keys, settings, db):
    settings.TIMESTAMPS = f"{live_server.url}/"  # a page, not a time stamp
    with pytest.raises(TimestampUnavailable):
        seal(unsigned, keys)


def test_a_stamp_of_a_stranger_is_found(unsigned, keys, tmp_path):
    make_demo_ca(tmp_path)
    for path in keys._folder.glob("certificates.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    report = check_pdf(seal(unsigned, Pkcs12KeyStore(tmp_path)), keystore=keys)
    assert report.problems == (TIMESTAMP_NOT_TRUSTED,)
    assert report.stamped_at is None


def test_a_key_that_may_not_stamp_time_is_not_trusted_for_it(unsigned, keys, tmp_path):
    for path in keys._folder.glob("certificates.*"):
        for name in (path.name, path.name.replace("certificates", "timestamps")):
            (tmp_path / name).write_bytes(path.read_bytes())
            (tmp_path / name).chmod(0o600)
    report = check_pdf(seal(unsigned, Pkcs12KeyStore(tmp_path)), keystore=keys)
    assert report.problems == (TIMESTAMP_NOT_TRUSTED,)


def test_the_responder_is_for_demonstrations_only(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("serve_timestamps")


def test_the_imprint_is_of_what_was_sent(keys, tmp_path):
    reply = tsp.TimeStampResp.load(responder(keys).answer(query(tmp_path).read_bytes()))
    info = reply["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == hashlib.sha256(DATA).digest()


# --- after the last day of a certificate ----------------------------------------------------------------

LONG_AGO, LATELY, TO_COME = timedelta(days=-400), timedelta(days=-10), timedelta(days=400)


@pytest.fixture
def later(tmp_path, monkeypatch, settings):
    """Seal a file with certificates of given ends, stamped at a given day; all days count from now."""
    make_demo_ca(tmp_path)
    now = datetime.now(UTC).replace(microsecond=0)

    def sealed(unsigned: bytes, *, seal_ends: timedelta, stamp_ends: timedelta, stamped: timedelta | None) -> bytes:
        for code, ends in (("certificates", seal_ends), ("timestamps", stamp_ends)):
            renew(tmp_path, code, DEMO_SEALS[code], term=(now + LONG_AGO, now + ends))
        keys = Pkcs12KeyStore(tmp_path)
        clock = None if stamped is None else lambda: now + stamped
        stamper = LocalTimeStamper(Responder(keys.signer("timestamps"), clock=clock)) if clock else None
        monkeypatch.setattr(pades, "timestamper", lambda _keys: stamper)
        return seal(unsigned, keys)

    settings.KEY_DIR = tmp_path
    return sealed


A_MONTH_AGO, TODAY = timedelta(days=-30), timedelta(minutes=-1)


@pytest.mark.parametrize(
    ("seal_ends", "stamp_ends"), [(TO_COME, LATELY), (LATELY, TO_COME), (LATELY, LATELY), (TO_COME, TO_COME)]
)
def test_what_was_stamped_in_time_stays_good_after_the_certificates_ran_out(unsigned, later, seal_ends, stamp_ends):
    report = check_pdf(later(unsigned, seal_ends=seal_ends, stamp_ends=stamp_ends, stamped=A_MONTH_AGO))
    assert report.valid, report.problems
    assert report.stamped_at is not None
    assert datetime.now(UTC) - report.stamped_at > timedelta(days=29)


@pytest.mark.parametrize(
    ("seal_ends", "stamp_ends", "stamped", "problems"),
    [
        (TO_COME, LATELY, TODAY, (TIMESTAMP_NOT_TRUSTED, TIMESTAMP_EXPIRED)),
        (LATELY, TO_COME, TODAY, (NOT_TRUSTED, SIGNER_EXPIRED)),
        (LATELY, TO_COME, None, (NOT_TRUSTED, SIGNER_EXPIRED)),
        (LATELY, LATELY, TO_COME, None),  # a time to come proves nothing about a certificate that ran out
    ],
)
def test_a_stamp_or_a_seal_made_after_the_last_day_is_said_plainly(
    unsigned, later, db, seal_ends, stamp_ends, stamped, problems
):
    file = later(unsigned, seal_ends=seal_ends, stamp_ends=stamp_ends, stamped=stamped)
    report = check_pdf(file)
    assert report.intact
    assert not report.valid
    assert report.problems == (problems or (NOT_TRUSTED, TIMESTAMP_NOT_TRUSTED, SIGNER_EXPIRED, TIMESTAMP_EXPIRED))
    assert check_file(file).finding == FileFinding.EXPIRED_SEAL


def test_a_stamp_from_before_its_certificate_began_is_not_trusted(unsigned, later):
    before = LONG_AGO - timedelta(days=30)
    report = check_pdf(later(unsigned, seal_ends=TO_COME, stamp_ends=TO_COME, stamped=before))
    assert report.problems == (NOT_TRUSTED, TIMESTAMP_NOT_TRUSTED)


def test_a_stranger_whose_certificates_ran_out_is_a_stranger(unsigned, later, keys):
    report = check_pdf(later(unsigned, seal_ends=LATELY, stamp_ends=LATELY, stamped=TODAY), keystore=keys)
    assert report.problems == (NOT_TRUSTED, TIMESTAMP_NOT_TRUSTED)
