"""The SM2/SM3 suite: OpenSSL agrees on keys, certificates and signatures, and every change is found."""

import io
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import gmssl_pyx
import pytest

from certificates.actions import produce_file
from certificates.filecheck import FileFinding, check_file
from certificates.models import Certificate, CertificateType, Sm2Signature
from certificates.proofs import sm2_seals
from certificates.proofs.errors import SealNotMade
from certificates.signing import sm2
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.errors import KeyExposed, KeyMissing, KeyUnusable
from certificates.signing.keystore import Pkcs12KeyStore
from common.models import AuditEvent
from tests.factories.cast import Cast

DATA = "准予许可".encode()
ID = "distid:1234567812345678"


@pytest.fixture(autouse=True)
def _keys(key_folder, settings):
    settings.KEY_DIR = key_folder


def openssl(*words: str | Path, folder: Path) -> str:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False, cwd=folder)
    return (done.stdout + done.stderr).decode(errors="replace")


def verified_by_openssl(folder: Path, chain: str, signature: bytes, data: bytes) -> bool:
    for name, content in (("chain.pem", chain.encode()), ("signature", signature), ("data", data)):
        (folder / name).write_bytes(content)
    (folder / "public.pem").write_text(openssl("x509", "-in", "chain.pem", "-noout", "-pubkey", folder=folder))
    command = ("dgst", "-sm3", "-verify", "public.pem", "-sigopt", ID, "-signature", "signature", "data")
    return "Verified OK" in openssl(*command, folder=folder)


def test_openssl_confirms_what_we_sign_and_finds_a_change(key_folder, tmp_path):
    seal = Pkcs12KeyStore(key_folder).sm2_signer("certificates")
    signature = seal.sign(DATA)
    assert verified_by_openssl(tmp_path, seal.pem, signature, DATA)
    assert not verified_by_openssl(tmp_path, seal.pem, signature, DATA + b"!")


def test_we_confirm_what_openssl_signs(key_folder, tmp_path):
    seal = Pkcs12KeyStore(key_folder).sm2_signer("certificates")
    (tmp_path / "data").write_bytes(DATA)
    key, passphrase = key_folder / "certificates.sm2.key", key_folder / "certificates.sm2.pass"
    words = ("dgst", "-sm3", "-sign", key, "-passin", f"file:{passphrase}", "-sigopt", ID, "-out", "made", "data")
    openssl(*words, folder=tmp_path)
    made = (tmp_path / "made").read_bytes()
    roots = Pkcs12KeyStore(key_folder).sm2_roots()
    assert sm2.check(DATA, made, seal.chain, roots, datetime.now(UTC)).valid


def test_openssl_confirms_the_chain(key_folder, tmp_path):
    words = ("verify", "-vfyopt", ID, "-CAfile", key_folder / "trust-sm2" / "demo-root.pem")
    assert ": OK" in openssl(*words, key_folder / "certificates.sm2.pem", folder=tmp_path)


def test_a_key_made_by_openssl_is_opened(tmp_path):
    openssl("genpkey", "-algorithm", "SM2", "-aes256", "-pass", "pass:abc", "-out", "k.pem", folder=tmp_path)
    key, point = sm2.open_key((tmp_path / "k.pem").read_bytes(), b"abc", name="k")
    assert gmssl_pyx.sm2_verify(point, DATA, gmssl_pyx.sm2_sign(key, point, DATA))
    with pytest.raises(KeyUnusable):
        sm2.open_key((tmp_path / "k.pem").read_bytes(), b"wrong", name="k")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_unusable(content):
    with pytest.raises(KeyUnusable):
        sm2.open_key(content, b"abc", name="k")


def test_keys_are_missing_exposed_or_of_another_certificate(tmp_path):
    with pytest.raises(KeyMissing):
        Pkcs12KeyStore(tmp_path).sm2_signer("certificates")
    with pytest.raises(KeyMissing):
        Pkcs12KeyStore(tmp_path).sm2_roots()
    make_demo_ca(tmp_path)
    (tmp_path / "certificates.sm2.pem").write_bytes((tmp_path / "demo-root.sm2.pem").read_bytes())
    with pytest.raises(KeyUnusable):
        Pkcs12KeyStore(tmp_path).sm2_signer("certificates")
    (tmp_path / "certificates.sm2.key").chmod(0o644)
    with pytest.raises(KeyExposed):
        Pkcs12KeyStore(tmp_path).sm2_signer("certificates")


def test_a_stranger_is_not_trusted_and_nothing_raises(key_folder, tmp_path):
    make_demo_ca(tmp_path)
    stranger = Pkcs12KeyStore(tmp_path).sm2_signer("certificates")
    ours = Pkcs12KeyStore(key_folder)
    now = datetime.now(UTC)
    report = sm2.check(DATA, stranger.sign(DATA), stranger.chain, ours.sm2_roots(), now)
    assert (report.intact, report.trusted) == (True, False)
    seal = ours.sm2_signer("certificates")
    good = seal.sign(DATA)
    for signature in (b"", b"x", good[:-1], good + b"x", bytes(72)):
        assert not sm2.check(DATA, signature, seal.chain, ours.sm2_roots(), now).valid, signature
    assert not sm2.check(DATA, good, (), ours.sm2_roots(), now).valid
    # A root's key signs certificates, not files.
    root = Pkcs12KeyStore(key_folder).sm2_roots()[0]
    assert not sm2.check(DATA, good, (root,), ours.sm2_roots(), now).valid
    late = datetime(2090, 1, 1, tzinfo=UTC)
    assert not sm2.check(DATA, good, seal.chain, ours.sm2_roots(), late).trusted


@pytest.fixture
def issued(cast: Cast) -> Certificate:
    CertificateType.objects.filter(pk=cast.licence.type_id).update(has_sm2_signature=True)
    return produce_file(certificate_id=cast.licence.pk)


def test_a_type_that_asks_for_it_gets_both_signatures(cast: Cast, issued, tmp_path):
    pdf = issued.file.read()
    check = check_file(pdf)
    assert check.finding == FileFinding.ISSUED
    assert check.report.valid
    assert check.sm2 is not None
    assert check.sm2.valid
    assert check.sm2.signer_name == "示范市电子证照签章（国密）"
    produce_file(certificate_id=issued.pk)
    assert Sm2Signature.objects.count() == 1
    with zipfile.ZipFile(io.BytesIO(sm2_seals.read(cast.citizen, issued))) as archive:
        signature, chain = archive.read("signature.sm2"), archive.read("signer.pem").decode()
        assert "openssl dgst -sm3" in archive.read("怎样核验.txt").decode()
    assert verified_by_openssl(tmp_path, chain, signature, pdf)
    assert AuditEvent.objects.filter(code="certificate.sm2_read", holder_id=issued.holder_id).count() == 1


def test_a_second_signature_that_does_not_fit_is_said(issued):
    row = Sm2Signature.objects.get()
    row.signature = Pkcs12KeyStore(sm2_seals.default_keystore()._folder).sm2_signer("certificates").sign(b"other")
    row.save()
    assert check_file(issued.file.read()).finding == FileFinding.CHANGED


def test_other_types_have_one_signature(cast: Cast):
    made = produce_file(certificate_id=cast.licence.pk)
    assert not sm2_seals.has(made)
    assert check_file(made.file.read()).sm2 is None
    with pytest.raises(SealNotMade):
        sm2_seals.read(cast.citizen, made)
