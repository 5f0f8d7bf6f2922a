"""Where signing keys come from: PKCS#12 files here, a hardware module in ``pkcs11.py``; both keep one protocol."""

import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.signing.errors import KeyExposed, KeyMissing, KeyUnusable, SealCodeInvalid
from certificates.signing.sm2 import Sm2Seal

SEAL_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
DEFAULT_SEAL = "certificates"
TRUST_FOLDER, SM2_TRUST_FOLDER = "trust", "trust-sm2"
TOKENS = "tokens"  # the seal code whose key signs QR tokens, status lists and wallet credentials, and no file

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SealSigner(Signer):
    """A pyHanko signer whose key signs PDFs, time stamps and tokens alike, wherever the key is kept."""

    def __init__(self, certificate: x509.Certificate, chain: Iterable[x509.Certificate]) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=registry, embed_roots=False)
        self.certificate = certificate

    def sign_now(self, data: bytes, digest_algorithm: str) -> bytes:
        """Sign with RSA PKCS#1 v1.5 or ECDSA (DER) and the digest named as in ``DIGESTS``."""
        raise NotImplementedError

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign `data`, the DER of the signed attributes."""
        return self.sign_now(data, digest_algorithm)

    def algorithm(self, digest_algorithm: str) -> str:
        """The name of the signature algorithm in CMS, e.g. ``sha256_ecdsa``."""
        return f"{digest_algorithm}_{'rsa' if self.is_rsa else 'ecdsa'}"

    @property
    def is_rsa(self) -> bool:
        """Whether the seal's key is RSA; otherwise it is on an elliptic curve."""
        return bool(self.certificate.public_key.algorithm == "rsa")


class KeyStore(Protocol):
    """Gives signers by seal code, and the roots that signatures are checked against."""

    def signer(self, seal_code: str) -> SealSigner:
        """The signer of this seal, loaded once per process. Raises a ``signing.*`` DomainError."""

    def sm2_signer(self, seal_code: str) -> Sm2Seal:
        """The signer of this seal in the SM2/SM3 suite. Raises a ``signing.*`` DomainError."""

    def trust_roots(self) -> tuple[x509.Certificate, ...]:
        """Root certificates, at least one. Raises KeyMissing."""

    def sm2_roots(self) -> tuple[x509.Certificate, ...]:
        """Root certificates of the SM2/SM3 suite, at least one. Raises KeyMissing."""


class HeldKeySigner(SealSigner):
    """Keeps the opened key of a file: pyHanko's own signer parses it anew for each signature (24–87 ms)."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, chain: Iterable[x509.Certificate]) -> None:
        super().__init__(certificate, chain)
        self._key = key

    def sign_now(self, data: bytes, digest_algorithm: str) -> bytes:
        """See SealSigner."""
        digest = DIGESTS[digest_algorithm]
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), digest)
        return self._key.sign(data, ec.ECDSA(digest))


class Pkcs12KeyStore:
    """Reads one folder: ``<seal code>.p12`` with its passphrase ``<seal code>.pass``, and ``trust/*.pem``.

    The SM2/SM3 suite has ``<seal code>.sm2.key`` (encrypted PKCS#8), the same kind of passphrase file
    ``<seal code>.sm2.pass``, the chain ``<seal code>.sm2.pem``, and ``trust-sm2/*.pem``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signers: dict[str, HeldKeySigner] = {}
        self._sm2: dict[str, Sm2Seal] = {}
        self._roots: dict[str, tuple[x509.Certificate, ...]] = {}

    def signer(self, seal_code: str) -> SealSigner:
        """See KeyStore. Files must be readable by their owner only."""
        check_code(seal_code)
        if seal_code not in self._signers:
            self._signers[seal_code] = self._load(seal_code)
        return self._signers[seal_code]

    def sm2_signer(self, seal_code: str) -> Sm2Seal:
        """See KeyStore. Files must be readable by their owner only."""
        check_code(seal_code)
        if seal_code not in self._sm2:
            key, passphrase = self._read(f"{seal_code}.sm2.key"), self._read(f"{seal_code}.sm2.pass").strip()
            chain = pem_certificates(self._read(f"{seal_code}.sm2.pem"), name=f"{seal_code}.sm2.pem")
            self._sm2[seal_code] = Sm2Seal.opened(key, passphrase, chain, name=f"{seal_code}.sm2.key")
        return self._sm2[seal_code]

    def trust_roots(self) -> tuple[x509.Certificate, ...]:
        """See KeyStore."""
        return self._certificates_in(TRUST_FOLDER)

    def sm2_roots(self) -> tuple[x509.Certificate, ...]:
        """See KeyStore."""
        return self._certificates_in(SM2_TRUST_FOLDER)

    def _certificates_in(self, folder: str) -> tuple[x509.Certificate, ...]:
        if not self._roots.get(folder):
            self._roots[folder] = tuple(
                certificate
                for path in sorted((self._folder / folder).glob("*.pem"))
                for certificate in _certificates(path, folder)
            )
        if not self._roots[folder]:
            raise KeyMissing(name=f"{folder}/*.pem")
        return self._roots[folder]

    def _load(self, seal_code: str) -> HeldKeySigner:
        archive = self._read(f"{seal_code}.p12")
        passphrase = self._read(f"{seal_code}.pass").strip()
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(archive, passphrase)
        except ValueError as error:
            raise KeyUnusable(name=f"{seal_code}.p12") from error
        if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnusable(name=f"{seal_code}.p12")
        return HeldKeySigner(key, _as_asn1(certificate), [_as_asn1(other) for other in others])

    def _read(self, name: str) -> bytes:
        return read_private(self._folder / name)


def check_code(seal_code: str) -> None:
    """Refuse what is no seal code, e.g. a path."""
    if not SEAL_CODE.fullmatch(seal_code):
        raise SealCodeInvalid


def read_private(path: Path) -> bytes:
    """Read a file that only its owner may read. Raises KeyMissing, KeyExposed or KeyUnusable."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyExposed(name=path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyMissing(name=path.name) from error
    except OSError as error:
        raise KeyUnusable(name=path.name) from error


def _as_asn1(certificate: Any) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def pem_certificates(content: bytes, *, name: str) -> list[x509.Certificate]:
    """Parse the certificates of a PEM file. Raises KeyUnusable, which names the file."""
    try:
        return [x509.Certificate.load(der, strict=True) for _, _, der in pem.unarmor(content, multiple=True)]
    except ValueError as error:
        raise KeyUnusable(name=name) from error


def _certificates(path: Path, folder: str) -> list[x509.Certificate]:
    try:
        return pem_certificates(path.read_bytes(), name=f"{folder}/{path.name}")
    except OSError as error:
        raise KeyUnusable(name=f"{folder}/{path.name}") from error
