"""The SM2/SM3 suite (GB/T 32918, GB/T 32905): keys, detached signatures over whole files, certificates.

A signature is the DER of (r, s) over SM3(Z ‖ file) with the signer's identity of GB/T 35276, which OpenSSL
checks with ``openssl dgst -sm3 -verify … -sigopt distid:1234567812345678``. No database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import gmssl_pyx
from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from certificates.signing.errors import KeyUnusable

CURVE = "1.2.156.10197.1.301"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SIGNER_ID = b"1234567812345678"  # GB/T 35276: the identity where nothing else was agreed

keys.NamedCurve.register("sm2p256v1", CURVE, 32)


@dataclass(frozen=True)
class Sm2Seal:
    """An opened key and its chain, the signer's own certificate first."""

    key: bytes
    public: bytes
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def opened(cls, stored: bytes, passphrase: bytes, chain: Sequence[x509.Certificate], *, name: str) -> "Sm2Seal":
        """Open an encrypted PKCS#8 key. Raises KeyUnusable: wrong passphrase, another curve, another certificate."""
        key, point = open_key(stored, passphrase, name=name)
        if not chain or public_point(chain[0]) != point:
            raise KeyUnusable(name=name)
        return cls(key, point, tuple(chain))

    def sign(self, data: bytes) -> bytes:
        """The detached signature over `data`."""
        return gmssl_pyx.sm2_sign(self.key, self.public, data, signer_id=SIGNER_ID)

    @property
    def pem(self) -> str:
        """The chain as PEM, the signer's certificate first."""
        return b"".join(pem.armor("CERTIFICATE", one.dump()) for one in self.chain).decode()


@dataclass(frozen=True)
class Sm2Report:
    """`intact`: the signature fits the file; `trusted`: the signer's certificate comes from one of our roots."""

    intact: bool
    trusted: bool
    signer_name: str

    @property
    def valid(self) -> bool:
        """Whether the signature proves anything."""
        return self.intact and self.trusted


def check(
    data: bytes, signature: bytes, chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> Sm2Report:
    """Check a detached signature and its signer's certificate at a moment. Never raises for what it is given."""
    try:
        signer = chain[0]
        point = public_point(signer)
        intact = point is not None and gmssl_pyx.sm2_verify(point, data, signature, signer_id=SIGNER_ID)
        trusted = any(_issued(signer, root, at) for root in roots)
        return Sm2Report(bool(intact), trusted, str(signer.subject.native.get("common_name", "")))
    # A damaged row can hold anything, and the parsers' errors have no class in common.
    except Exception:
        return Sm2Report(False, False, "")


def _issued(signer: x509.Certificate, root: x509.Certificate, at: datetime) -> bool:
    """Whether `root` signed the certificate, both were good `at` that moment, and it may sign documents."""
    point = public_point(root)
    usage = signer.key_usage_value
    moment = at.astimezone(UTC)
    return bool(
        point
        and signer.issuer == root.subject
        and root.ca
        and not signer.ca
        and usage is not None
        and "digital_signature" in usage.native
        and all(one.not_valid_before <= moment <= one.not_valid_after for one in (signer, root))
        and signer["signature_algorithm"]["algorithm"].dotted == SM2_WITH_SM3
        and gmssl_pyx.sm2_verify(
            point, signer["tbs_certificate"].dump(), signer["signature_value"].native, signer_id=SIGNER_ID
        )
    )


def public_point(certificate: x509.Certificate) -> bytes | None:
    """The 64 bytes of an SM2 public key; None for a key of another kind."""
    key = certificate.public_key
    if key.algorithm != "ec" or key["algorithm"]["parameters"].chosen.dotted != CURVE:
        return None
    return gmssl_pyx.normalize_sm2_public_key(bytes(key["public_key"].native))


def open_key(stored: bytes, passphrase: bytes, *, name: str) -> tuple[bytes, bytes]:
    """Open encrypted PKCS#8 (PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC), as ``openssl genpkey`` writes it.

    Returns the key (32 bytes) and its public point (64). Raises KeyUnusable.
    """
    try:
        _, _, der = pem.unarmor(stored)
        sealed = keys.EncryptedPrivateKeyInfo.load(der, strict=True)
        plain = keys.PrivateKeyInfo.load(_decrypted(sealed, passphrase), strict=True)
        if plain["private_key_algorithm"]["parameters"].chosen.dotted != CURVE:
            raise KeyUnusable(name=name)
        inner = plain["private_key"].parsed
        key = inner["private_key"].native.to_bytes(32, "big")
        point = gmssl_pyx.normalize_sm2_public_key(bytes(inner["public_key"].native))
        proof = gmssl_pyx.sm2_sign(key, point, b"", signer_id=SIGNER_ID)
        if not gmssl_pyx.sm2_verify(point, b"", proof, signer_id=SIGNER_ID):
            raise KeyUnusable(name=name)
    except (ValueError, TypeError, AttributeError, OverflowError, gmssl_pyx.GmsslInnerError) as error:
        raise KeyUnusable(name=name) from error
    return key, point


def _decrypted(sealed: keys.EncryptedPrivateKeyInfo, passphrase: bytes) -> bytes:
    algorithm = sealed["encryption_algorithm"]
    if (algorithm.kdf, algorithm.kdf_hmac, algorithm.encryption_cipher) != ("pbkdf2", "sha256", "aes"):
        raise ValueError("not PBES2 with PBKDF2-HMAC-SHA-256 and AES")
    derived = PBKDF2HMAC(hashes.SHA256(), algorithm.key_length, algorithm.kdf_salt, algorithm.kdf_iterations)
    cipher = Cipher(algorithms.AES(derived.derive(passphrase)), modes.CBC(algorithm.encryption_iv)).decryptor()
    content = cipher.update(sealed["encrypted_data"].native) + cipher.finalize()
    unpad = padding.PKCS7(128).unpadder()
    return unpad.update(content) + unpad.finalize()
