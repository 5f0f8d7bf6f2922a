"""Where signing keys come from. A hardware module or a provincial seal system implements the same protocol."""

import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.conf import settings
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.signing.errors import KeyExposed, KeyMissing, KeyUnusable, SealCodeInvalid

SEAL_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
DEFAULT_SEAL = "certificates"
TRUST_FOLDER = "trust"

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyStore(Protocol):
    """Gives signers by seal code, and the roots that signatures are checked against."""

    def signer(self, seal_code: str) -> Signer:
        """The signer of this seal, loaded once per process. Raises a ``signing.*`` DomainError."""

    def trust_roots(self) -> tuple[x509.Certificate, ...]:
        """Root certificates, at least one. Raises KeyMissing."""


class HeldKeySigner(Signer):
    """A pyHanko signer that keeps the opened key: pyHanko's own parses it anew for each signature (24–87 ms)."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, chain: SimpleCertificateStore) -> None:
        super().__init__(signing_cert=certificate, cert_registry=chain, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign `data` (the DER of the signed attributes) with RSA PKCS#1 v1.5 or ECDSA."""
        return self.sign_now(data, digest_algorithm)

    def sign_now(self, data: bytes, digest_algorithm: str) -> bytes:
        """The same without an event loop: bytes signed with the digest named as in ``DIGESTS``."""
        digest = DIGESTS[digest_algorithm]
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), digest)
        return self._key.sign(data, ec.ECDSA(digest))

    def algorithm(self, digest_algorithm: str) -> str:
        """The name of the signature algorithm in CMS, e.g. ``sha256_ecdsa``."""
        return f"{digest_algorithm}_{'rsa' if isinstance(self._key, rsa.RSAPrivateKey) else 'ecdsa'}"


class Pkcs12KeyStore:
    """Reads ``<seal code>.p12``, its passphrase ``<seal code>.pass`` and ``trust/*.pem`` from one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signers: dict[str, Signer] = {}
        self._roots: tuple[x509.Certificate, ...] = ()

    def signer(self, seal_code: str) -> Signer:
        """See KeyStore. Files must be readable by their owner only."""
        if not SEAL_CODE.fullmatch(seal_code):
            raise SealCodeInvalid
        if seal_code not in self._signers:
            self._signers[seal_code] = self._load(seal_code)
        return self._signers[seal_code]

    def trust_roots(self) -> tuple[x509.Certificate, ...]:
        """See KeyStore."""
        if not self._roots:
            self._roots = tuple(
                certificate
                for path in sorted((self._folder / TRUST_FOLDER).glob("*.pem"))
                for certificate in _certificates(path)
            )
        if not self._roots:
            raise KeyMissing(name=f"{TRUST_FOLDER}/*.pem")
        return self._roots

    def _load(self, seal_code: str) -> Signer:
        archive = self._read(f"{seal_code}.p12")
        passphrase = self._read(f"{seal_code}.pass").strip()
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(archive, passphrase)
        except ValueError as error:
            raise KeyUnusable(name=f"{seal_code}.p12") from error
        if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnusable(name=f"{seal_code}.p12")
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        chain.register_multiple([_as_asn1(other) for other in others])
        return HeldKeySigner(key, _as_asn1(certificate), chain)

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyExposed(name=name)
            return path.read_bytes()
        except FileNotFoundError as error:
            raise KeyMissing(name=name) from error
        except OSError as error:
            raise KeyUnusable(name=name) from error


def _as_asn1(certificate: Any) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]
    except (OSError, ValueError) as error:
        raise KeyUnusable(name=f"{TRUST_FOLDER}/{path.name}") from error


@lru_cache(maxsize=8)
def _opened(folder: Path) -> Pkcs12KeyStore:
    return Pkcs12KeyStore(folder)


def default_keystore() -> KeyStore:
    """The key store of ``settings.KEY_DIR``; its keys stay loaded for the life of the process."""
    return _opened(Path(settings.KEY_DIR))
