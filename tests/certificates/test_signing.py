"""Signing: an independent reader agrees, every tampering is found, keys are guarded."""

import shutil
import stat
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.management import CommandError, call_command

from certificates.signing import demo_ca, pades
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.errors import FileNotSignable, KeyExposed, KeyMissing, KeyUnusable, SealCodeInvalid
from certificates.signing.keystore import Pkcs12KeyStore
from certificates.signing.pades import (
    CHANGED,
    FILE_UNREADABLE,
    NO_SIGNATURE,
    NOT_TRUSTED,
    NOT_WHOLE_FILE,
    TIMESTAMP_NOT_TRUSTED,
    check_pdf,
    sign_pdf,
)

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def keys(key_folder, settings) -> Path:
    settings.KEY_DIR = key_folder
    return key_folder


def seal(pdf: bytes, **more) -> bytes:
    return sign_pdf(pdf, **{"reason": "颁发电子证照", "location": "示范市", "field_name": "Seal", **more})


def test_a_signed_file_is_valid_and_names_its_signer(unsigned):
    report = check_pdf(seal(unsigned))
    assert report.valid
    assert (report.intact, report.trusted, report.covers_whole_file) == (True, True, True)
    assert report.signer_name == "示范市电子证照签章"
    assert report.signed_at is not None
    assert report.signed_at.tzinfo is not None
    assert report.stamped_at is not None
    assert abs(report.stamped_at - report.signed_at) < timedelta(seconds=5)
    assert report.problems == ()


def test_another_seal_signs_under_its_own_name(unsigned):
    assert check_pdf(seal(unsigned, seal_code="notices")).signer_name == "示范市政务服务专用章"


def test_a_file_keeps_little_room_that_the_signature_does_not_need(unsigned):
    seal(unsigned)
    assert len(seal(unsigned)) - len(unsigned) < 12_000


def test_a_signature_that_outgrows_its_room_gets_a_larger_one(unsigned, monkeypatch):
    monkeypatch.setattr(pades, "_room", {})
    seal(unsigned)
    pades._room = dict.fromkeys(pades._room, 100)
    assert check_pdf(seal(unsigned)).valid
    assert pades._room == {}  # the next one measures again
    seal(unsigned)
    assert all(room > 3_000 for room in pades._room.values())


def test_every_changed_byte_is_found(unsigned):
    signed = seal(unsigned)
    gap = signed.index(b"/Contents <")
    places = [*range(9, gap, max(1, gap // 25)), len(signed) - 40, gap + 200]
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1
        report = check_pdf(bytes(changed))
        assert not report.valid, place
        assert report.problems, place


def test_what_is_added_after_signing_is_found(unsigned):
    report = check_pdf(seal(unsigned) + b"\n% more\n")
    assert not report.valid
    assert NOT_WHOLE_FILE in report.problems


def test_a_stranger_is_not_trusted(unsigned, tmp_path):
    make_demo_ca(tmp_path / "stranger")
    stranger = Pkcs12KeyStore(tmp_path / "stranger")
    report = check_pdf(seal(unsigned, keystore=stranger))
    assert report.intact
    assert not report.valid
    assert report.problems == (NOT_TRUSTED, TIMESTAMP_NOT_TRUSTED)
    assert report.stamped_at is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", FILE_UNREADABLE), (b"hello", FILE_UNREADABLE), (b"%PDF-1.7\n%%EOF", FILE_UNREADABLE)],
)
def test_foreign_files_are_reports_and_not_exceptions(content, problem):
    assert check_pdf(content).problems == (problem,)


def test_an_unsigned_file_has_no_signature(unsigned):
    assert check_pdf(unsigned).problems == (NO_SIGNATURE,)


def test_a_truncated_file_is_not_valid(unsigned):
    signed = seal(unsigned)
    assert not check_pdf(signed[: len(signed) // 2]).valid


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n%%EOF"])
def test_only_pdf_files_can_be_signed(content):
    with pytest.raises(FileNotSignable):
        seal(content)


def test_a_sealed_file_is_not_sealed_again(unsigned):
    with pytest.raises(FileNotSignable):
        seal(seal(unsigned), field_name="Again")


needs_pdfsig = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")


def pdfsig(pdf: bytes, folder: Path) -> str:
    """What poppler says, with our root in its certificate store where certutil can put it there."""
    path, store = folder / "signed.pdf", folder / "nss"
    path.write_bytes(pdf)
    command = ["pdfsig", str(path)]
    if shutil.which("certutil"):
        from django.conf import settings

        store.mkdir(exist_ok=True)
        root = Path(settings.KEY_DIR) / "trust" / "demo-root.pem"
        _run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"])
        _run(["certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "CT,CT,CT", "-i", str(root)])
        command = ["pdfsig", "-nssdir", f"sql:{store}", str(path)]
    return _run(command)


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, check=False).stdout.decode()


@needs_pdfsig
def test_poppler_agrees_that_the_signature_is_valid(unsigned, tmp_path):
    answer = pdfsig(seal(unsigned), tmp_path)
    assert "Signature is Valid." in answer
    assert "Total document signed" in answer
    assert "ETSI.CAdES.detached" in answer
    if shutil.which("certutil"):
        assert "Certificate is Trusted." in answer


@needs_pdfsig
@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_poppler_and_we_find_one_changed_byte(unsigned, tmp_path, share):
    signed = seal(unsigned)
    changed = bytearray(signed)
    changed[_inside_a_stream(signed, share)] ^= 1
    assert "Signature is Valid" not in pdfsig(bytes(changed), tmp_path)
    assert CHANGED in check_pdf(bytes(changed)).problems


def _inside_a_stream(pdf: bytes, share: float) -> int:
    """A place in the embedded font, whose change leaves the file readable."""
    start = pdf.index(b"/Length1")
    begin, end = pdf.index(b"stream", start) + 20, pdf.index(b"endstream", start) - 20
    return begin + int((end - begin) * share)


def test_a_key_is_opened_once_per_process(key_folder, unsigned, monkeypatch):
    store = Pkcs12KeyStore(key_folder)
    first = store.signer("certificates")
    store.signer("timestamps")
    monkeypatch.setattr(pkcs12, "load_key_and_certificates", None)
    assert store.signer("certificates") is first
    assert check_pdf(seal(unsigned, keystore=store)).valid


def test_a_missing_key_names_the_command_to_run(settings, tmp_path, unsigned):
    settings.KEY_DIR = tmp_path
    with pytest.raises(KeyMissing) as missing:
        seal(unsigned)
    assert missing.value.code == "signing.key_missing"
    assert "make_demo_ca" in str(missing.value.what_to_do)
    with pytest.raises(KeyMissing):
        check_pdf(unsigned)


def test_a_key_that_others_can_read_is_not_used(tmp_path):
    make_demo_ca(tmp_path)
    (tmp_path / "certificates.p12").chmod(0o640)
    with pytest.raises(KeyExposed):
        Pkcs12KeyStore(tmp_path).signer("certificates")


def test_a_wrong_passphrase_or_a_damaged_file_is_unusable(tmp_path):
    make_demo_ca(tmp_path)
    (tmp_path / "certificates.pass").write_bytes(b"wrong")
    with pytest.raises(KeyUnusable):
        Pkcs12KeyStore(tmp_path).signer("certificates")
    (tmp_path / "trust" / "demo-root.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n")
    with pytest.raises(KeyUnusable):
        Pkcs12KeyStore(tmp_path).trust_roots()


@pytest.mark.parametrize("code", ["", "../certificates", "a/b", "章", "x" * 41])
def test_a_seal_code_cannot_leave_the_folder(key_folder, code):
    with pytest.raises(SealCodeInvalid):
        Pkcs12KeyStore(key_folder).signer(code)


def test_rsa_keys_sign_as_well(tmp_path, unsigned):
    make_demo_ca(tmp_path, {"timestamps": "示范市时间戳"})
    root = demo_ca._root(tmp_path, [])
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = demo_ca._certificate("示范市住房保障签章", key, issuer=root, term=demo_ca._years(1))
    archive = pkcs12.serialize_key_and_certificates(b"h", key, certificate, [root[1]], BestAvailableEncryption(b"p"))
    for name, content in (("housing.p12", archive), ("housing.pass", b"p\n")):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    store = Pkcs12KeyStore(tmp_path)
    report = check_pdf(seal(unsigned, seal_code="housing", keystore=store), keystore=store)
    assert report.valid
    assert report.signer_name == "示范市住房保障签章"


def test_the_demo_authority_is_made_once_and_kept_private(tmp_path):
    folder = tmp_path / "keys"
    first = make_demo_ca(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(first) == 18
    assert make_demo_ca(folder) == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in before:
        if path.name != ".lock":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_further_seals_join_the_same_root(tmp_path, unsigned):
    make_demo_ca(tmp_path)
    assert make_demo_ca(tmp_path, {"housing": "示范市住房保障签章"}) == ["housing.pass", "housing.p12"]
    store = Pkcs12KeyStore(tmp_path)
    assert check_pdf(seal(unsigned, seal_code="housing", keystore=store), keystore=store).valid


def test_processes_that_start_together_make_one_root(tmp_path):
    written: list[list[str]] = []
    threads = [threading.Thread(target=lambda: written.append(make_demo_ca(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, written)) == [0, 0, 0, 18]


def test_the_command_makes_keys_for_a_demonstration_only(settings, tmp_path, capsys):
    settings.KEY_DIR = tmp_path / "keys"
    settings.DEMO = True
    call_command("make_demo_ca", "--seal", "housing=示范市住房保障签章")
    call_command("make_demo_ca")
    assert "housing.p12" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("make_demo_ca", "--seal", "housing")
    with pytest.raises(CommandError):
        call_command("make_demo_ca", "--seal", "../x=名称")
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("make_demo_ca")


def test_the_demo_certificates_say_what_they_are_for(key_folder):
    passphrase = (key_folder / "certificates.pass").read_bytes()
    archive = (key_folder / "certificates.p12").read_bytes()
    key, certificate, chain = pkcs12.load_key_and_certificates(archive, passphrase)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert certificate is not None
    usage = certificate.extensions.get_extension_for_class(demo_ca.x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    certificate.verify_directly_issued_by(chain[0])
