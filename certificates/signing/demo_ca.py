"""A certification authority for demonstrations and tests: one root, seal certificates under it.

It exists so that signing and checking are real from the first minute. A production site uses certificates of
a licensed authority (电子签名法, art. 16–18) and never runs this.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.signing.demo_ca_sm2 import make_sm2
from certificates.signing.errors import KeyMissing, KeyUnusable, SealCodeInvalid
from certificates.signing.keystore import DEFAULT_SEAL, SEAL_CODE, TOKENS, TRUST_FOLDER
from certificates.signing.timestamps import SEAL as TIMESTAMPS

ROOT = "demo-root"
ROOT_NAME = "一站通演示根证书"
ORGANISATION = "示范市政务服务管理办公室（演示）"
DEMO_SEALS = {
    DEFAULT_SEAL: "示范市电子证照签章",
    "notices": "示范市政务服务专用章",
    TIMESTAMPS: "示范市时间戳",
    TOKENS: "示范市电子证照凭证",
}
SM2_SEALS = {DEFAULT_SEAL: "示范市电子证照签章（国密）"}
ROOT_YEARS, SEAL_YEARS = 20, 10

Term = tuple[datetime, datetime]  # from, until

Pair = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def make_demo_ca(folder: Path, seals: Mapping[str, str] = DEMO_SEALS) -> list[str]:
    """Make the root and the certificates of `seals` (code → common name) that `folder` does not have yet.

    With the certificates' own seal comes its twin in the SM2/SM3 suite.
    Returns the names of the files written; an empty list means that all were there. Every file is readable by
    its owner only and appears whole or not at all. Raises SealCodeInvalid, KeyUnusable (unreadable root).
    """
    if not all(SEAL_CODE.fullmatch(code) and code != ROOT for code in seals):
        raise SealCodeInvalid
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / TRUST_FOLDER).mkdir(exist_ok=True, mode=0o700)
    written: list[str] = []
    with _only_one(folder):
        root = _root(folder, written)
        for code, common_name in seals.items():
            if not (folder / f"{code}.p12").exists():
                written += _store(folder, code, _seal(code, common_name, root), issuer=root[1])
        if DEFAULT_SEAL in seals:
            written += make_sm2(
                folder, SM2_SEALS, organisation=ORGANISATION, root_years=ROOT_YEARS, seal_years=SEAL_YEARS, write=_write
            )
    return written


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _root(folder: Path, written: list[str]) -> Pair:
    if not (folder / f"{ROOT}.p12").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(ROOT_NAME, key, issuer=None, term=_years(ROOT_YEARS))
        _write(folder / TRUST_FOLDER / f"{ROOT}.pem", certificate.public_bytes(Encoding.PEM))
        written += [f"{TRUST_FOLDER}/{ROOT}.pem", *_store(folder, ROOT, (key, certificate), issuer=None)]
        return key, certificate
    try:
        archive, passphrase = (folder / f"{ROOT}.p12").read_bytes(), (folder / f"{ROOT}.pass").read_bytes()
        opened_key, opened, _ = pkcs12.load_key_and_certificates(archive, passphrase)
    except (OSError, ValueError) as error:
        raise KeyUnusable(name=f"{ROOT}.p12") from error
    if opened is None or not isinstance(opened_key, ec.EllipticCurvePrivateKey):
        raise KeyUnusable(name=f"{ROOT}.p12")
    return opened_key, opened


def _seal(code: str, common_name: str, root: Pair, term: Term | None = None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    term = term or _years(SEAL_YEARS)
    return key, _certificate(common_name, key, issuer=root, term=term, stamps_time=code == TIMESTAMPS)


def _years(years: int) -> Term:
    start = datetime.now(UTC) - timedelta(minutes=5)  # clocks of neighbouring machines differ a little
    return start, start + timedelta(days=365 * years)


def _certificate(
    common_name: str, key: ec.EllipticCurvePrivateKey, *, issuer: Pair | None, term: Term, stamps_time: bool = False
) -> x509.Certificate:
    """A version 3 certificate; without `issuer` a self-signed root.

    `stamps_time`: it may sign time stamps and nothing else (RFC 3161 §2.3).
    """
    subject = _name(common_name)
    issuer_key, issuer_name = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    is_root = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(term[0])
        .not_valid_after(term[1])
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(_key_usage(is_root=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if stamps_time:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,  # non-repudiation: the seal binds the authority
        key_cert_sign=is_root,
        crl_sign=is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _store(folder: Path, code: str, pair: Pair, *, issuer: x509.Certificate | None) -> list[str]:
    """Write the archive and its passphrase, the passphrase first: an archive is never without one."""
    key, certificate = pair
    passphrase = secrets.token_urlsafe(32).encode()
    chain = [issuer] if issuer else None
    archive = pkcs12.serialize_key_and_certificates(
        code.encode(), key, certificate, chain, BestAvailableEncryption(passphrase)
    )
    _write(folder / f"{code}.pass", passphrase)
    _write(folder / f"{code}.p12", archive)
    return [f"{code}.pass", f"{code}.p12"]


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    partial.replace(path)


def renew(folder: Path, code: str, common_name: str, *, term: Term | None = None) -> None:
    """Give a seal a new key and certificate; the archive of the old key is erased. Raises KeyMissing without one.

    ``term``: from when until when the certificate is good, by default from now for :data:`SEAL_YEARS`.

    Files that the old key signed stay good: each carries its certificate. What tokens it signed, the published
    key set still proves.
    """
    if not SEAL_CODE.fullmatch(code) or code == ROOT:
        raise SealCodeInvalid
    if not (folder / f"{code}.p12").exists():
        raise KeyMissing(name=f"{code}.p12")
    with _only_one(folder):
        root = _root(folder, [])
        (folder / f"{code}.p12").unlink()
        _store(folder, code, _seal(code, common_name, root, term), issuer=root[1])
