"""The demonstration's authority in the SM2/SM3 suite: a root and seal certificates by GB/T 20518, made once.

``cryptography`` knows no SM2 keys, so the certificates are put together from their ASN.1 parts here.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gmssl_pyx
from asn1crypto import algos, keys, pem, x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from certificates.signing.keystore import SM2_TRUST_FOLDER, pem_certificates
from certificates.signing.sm2 import CURVE, SIGNER_ID, SM2_WITH_SM3, Sm2Seal

ROOT = "demo-root"
ROOT_NAME = "一站通演示根证书（国密）"
ITERATIONS = 10_000  # the passphrase has 256 random bits; stretching adds nothing

Write = Callable[[Path, bytes], None]


def make_sm2(
    folder: Path, seals: Mapping[str, str], *, organisation: str, root_years: int, seal_years: int, write: Write
) -> list[str]:
    """Make what `folder` lacks of the root and the certificates of `seals`; returns the names of the files written.

    The caller keeps others out of the folder meanwhile. `write` stores one file whole, for its owner only.
    """
    (folder / SM2_TRUST_FOLDER).mkdir(exist_ok=True, mode=0o700)
    written: list[str] = []
    root_file = f"{SM2_TRUST_FOLDER}/{ROOT}.pem"
    if not (folder / f"{ROOT}.sm2.key").exists():
        public, key = gmssl_pyx.sm2_key_generate()
        certificate = _certificate(_name(organisation, ROOT_NAME), public, issuer=None, key=key, years=root_years)
        write(folder / root_file, pem.armor("CERTIFICATE", certificate.dump()))
        written += [root_file, *_store(folder, ROOT, key, public, [certificate], write)]
    root = Sm2Seal.opened(
        (folder / f"{ROOT}.sm2.key").read_bytes(),
        (folder / f"{ROOT}.sm2.pass").read_bytes(),
        pem_certificates((folder / root_file).read_bytes(), name=root_file),
        name=f"{ROOT}.sm2.key",
    )
    for code, common_name in seals.items():
        if not (folder / f"{code}.sm2.key").exists():
            public, key = gmssl_pyx.sm2_key_generate()
            subject = _name(organisation, common_name)
            certificate = _certificate(subject, public, issuer=root, key=root.key, years=seal_years)
            written += _store(folder, code, key, public, [certificate, root.chain[0]], write)
    return written


def _certificate(
    subject: x509.Name, public: bytes, *, issuer: Sm2Seal | None, key: bytes, years: int
) -> x509.Certificate:
    """A version 3 certificate signed with `key`; without `issuer` a self-signed root."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    algorithm = {"algorithm": SM2_WITH_SM3}
    signer = issuer.public if issuer else public
    usage = {"digital_signature", "non_repudiation"} if issuer else {"key_cert_sign", "crl_sign"}
    extensions = [
        ("basic_constraints", True, {"ca": issuer is None}),
        ("key_usage", True, usage),
        ("key_identifier", False, _identifier(public)),
        ("authority_key_identifier", False, {"key_identifier": _identifier(signer)}),
    ]
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": secrets.randbits(126) | 1,
            "signature": algorithm,
            "issuer": issuer.chain[0].subject if issuer else subject,
            "validity": {"not_before": _time(start), "not_after": _time(start + timedelta(days=365 * years))},
            "subject": subject,
            "subject_public_key_info": _public_key(public),
            "extensions": [
                {"extn_id": name, "critical": critical, "extn_value": value} for name, critical, value in extensions
            ],
        }
    )
    signature = gmssl_pyx.sm2_sign(key, signer, body.dump(), signer_id=SIGNER_ID)
    return x509.Certificate({"tbs_certificate": body, "signature_algorithm": algorithm, "signature_value": signature})


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name.build({"country_name": "CN", "organization_name": organisation, "common_name": common_name})


def _time(moment: datetime) -> x509.Time:
    return x509.Time({"utc_time": moment} if moment.year < 2050 else {"general_time": moment})  # RFC 5280 §4.1.2.5


def _identifier(public: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA1())  # noqa: S303  # names a key (RFC 5280 §4.2.1.2), protects nothing
    digest.update(b"\x04" + public)
    return digest.finalize()


def _algorithm() -> keys.PublicKeyAlgorithm:
    return keys.PublicKeyAlgorithm({"algorithm": "ec", "parameters": keys.ECDomainParameters("named", CURVE)})


def _public_key(public: bytes) -> keys.PublicKeyInfo:
    return keys.PublicKeyInfo({"algorithm": _algorithm(), "public_key": b"\x04" + public})


def _store(
    folder: Path, code: str, key: bytes, public: bytes, chain: list[x509.Certificate], write: Write
) -> list[str]:
    """Write chain, passphrase and key, the key last: a key is never without the others."""
    passphrase = secrets.token_urlsafe(32).encode()
    write(folder / f"{code}.sm2.pem", b"".join(pem.armor("CERTIFICATE", one.dump()) for one in chain))
    write(folder / f"{code}.sm2.pass", passphrase)
    write(folder / f"{code}.sm2.key", _sealed(key, public, passphrase))
    return [f"{code}.sm2.pem", f"{code}.sm2.pass", f"{code}.sm2.key"]


def _sealed(key: bytes, public: bytes, passphrase: bytes) -> bytes:
    """PKCS#8 under PBES2, which ``openssl pkey`` opens."""
    inner = keys.ECPrivateKey(
        {"version": "ecPrivkeyVer1", "private_key": int.from_bytes(key, "big"), "public_key": b"\x04" + public}
    )
    inner["private_key"].set_encoded_width(32)
    plain = keys.PrivateKeyInfo(
        {
            "version": 0,
            "private_key_algorithm": {"algorithm": "ec", "parameters": keys.ECDomainParameters("named", CURVE)},
            "private_key": inner,
        }
    ).dump()
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    derived = PBKDF2HMAC(hashes.SHA256(), 32, salt, ITERATIONS).derive(passphrase)
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(derived), modes.CBC(iv)).encryptor()
    content = cipher.update(pad.update(plain) + pad.finalize()) + cipher.finalize()
    kdf = {
        "algorithm": "pbkdf2",
        "parameters": {
            "salt": algos.Pbkdf2Salt("specified", salt),
            "iteration_count": ITERATIONS,
            "prf": {"algorithm": "sha256"},
        },
    }
    scheme = {"key_derivation_func": kdf, "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": iv}}
    sealed = keys.EncryptedPrivateKeyInfo(
        {"encryption_algorithm": {"algorithm": "pbes2", "parameters": scheme}, "encrypted_data": content}
    )
    return bytes(pem.armor("ENCRYPTED PRIVATE KEY", sealed.dump()))
