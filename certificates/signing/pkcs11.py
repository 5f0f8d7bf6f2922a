"""Seal keys that never leave a hardware module (PKCS#11): it signs digests, the folder holds what is public.

``<seal code>.pem`` in ``KEY_DIR`` is the seal's certificate and its chain; the private key has the seal code as its
label in the module. Keys of the SM2/SM3 suite are files also here: modules with SM2 speak the interface of GM/T 0018,
which is another one.
"""

import os
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pkcs11
from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import KeyType, Mechanism, ObjectClass

from certificates.signing.errors import KeyMissing, KeyUnusable, ModuleUnavailable
from certificates.signing.keystore import (
    DIGESTS,
    Pkcs12KeyStore,
    SealSigner,
    check_code,
    pem_certificates,
    read_private,
)
from certificates.signing.sm2 import Sm2Seal

_RSA = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}


class Module:
    """One token of a module: a session that is opened when needed, again after it broke, and used by one at a time."""

    def __init__(self, *, module: str, token: str, pin_file: str) -> None:
        self._module, self._token, self._pin_file = module, token, Path(pin_file)
        self._lock = threading.Lock()
        self._session: pkcs11.Session | None = None

    def sign(self, label: str, data: bytes, mechanism: Mechanism, kind: KeyType) -> bytes:
        """Sign with the key of this label. Raises KeyMissing, ModuleUnavailable and the errors of the PIN's file."""
        with self._lock:
            try:
                return self._signed(label, data, mechanism, kind)
            except pkcs11.NoSuchKey as error:
                raise KeyMissing(name=label) from error
            except pkcs11.PKCS11Error:
                self._close()
            try:  # a module that was restarted has forgotten its sessions
                return self._signed(label, data, mechanism, kind)
            except pkcs11.NoSuchKey as error:
                raise KeyMissing(name=label) from error
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                self._close()
                raise ModuleUnavailable(name=self._token) from error

    def _signed(self, label: str, data: bytes, mechanism: Mechanism, kind: KeyType) -> bytes:
        if self._session is None:
            pin = read_private(self._pin_file).decode(errors="replace").strip()
            try:
                token = pkcs11.lib(self._module).get_token(token_label=self._token)
            except (RuntimeError, OSError) as error:  # the library cannot be loaded at all
                raise ModuleUnavailable(name=self._module) from error
            self._session = token.open(user_pin=pin)
        key = self._session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=kind, label=label)
        assert isinstance(key, pkcs11.SignMixin)  # every private key the library gives is one
        return bytes(key.sign(data, mechanism=mechanism))

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                return  # it was gone already


class ModuleSigner(SealSigner):
    """A seal whose key is in the module."""

    def __init__(
        self, module: Module, label: str, certificate: x509.Certificate, chain: Iterable[x509.Certificate]
    ) -> None:
        super().__init__(certificate, chain)
        self._module, self._label = module, label

    def sign_now(self, data: bytes, digest_algorithm: str) -> bytes:
        """See SealSigner."""
        if self.is_rsa:
            return self._module.sign(self._label, data, _RSA[digest_algorithm], KeyType.RSA)
        digest = hashes.Hash(DIGESTS[digest_algorithm])
        digest.update(data)
        raw = self._module.sign(self._label, digest.finalize(), Mechanism.ECDSA, KeyType.EC)
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def prove(self) -> None:
        """Sign once and check it: key and certificate belong together. Raises KeyUnusable."""
        key = load_der_public_key(self.certificate.public_key.dump())
        signature = self.sign_now(b"proof", "sha256")
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, b"proof", padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, b"proof", ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise KeyUnusable(name=self._label) from error


class Pkcs11KeyStore:
    """See KeyStore."""

    def __init__(self, folder: Path, module: Module) -> None:
        self._folder, self._module = folder, module
        self._files = Pkcs12KeyStore(folder)
        self._signers: dict[str, ModuleSigner] = {}

    def signer(self, seal_code: str) -> SealSigner:
        """See KeyStore."""
        check_code(seal_code)
        if seal_code not in self._signers:
            name = f"{seal_code}.pem"
            chain = pem_certificates(read_private(self._folder / name), name=name)
            if not chain or chain[0].public_key.algorithm not in {"rsa", "ec"}:
                raise KeyUnusable(name=name)
            signer = ModuleSigner(self._module, seal_code, chain[0], chain[1:])
            signer.prove()
            self._signers[seal_code] = signer
        return self._signers[seal_code]

    def sm2_signer(self, seal_code: str) -> Sm2Seal:
        """See KeyStore."""
        return self._files.sm2_signer(seal_code)

    def trust_roots(self) -> tuple[x509.Certificate, ...]:
        """See KeyStore."""
        return self._files.trust_roots()

    def sm2_roots(self) -> tuple[x509.Certificate, ...]:
        """See KeyStore."""
        return self._files.sm2_roots()


def module_keystore(folder: Path, *, module: str, token: str, pin_file: str) -> Pkcs11KeyStore:
    """The key store of a module, opened once in each process: a session does not outlive a fork."""
    return _opened(os.getpid(), folder, module, token, pin_file)


@lru_cache(maxsize=8)
def _opened(process: int, folder: Path, module: str, token: str, pin_file: str) -> Pkcs11KeyStore:
    return Pkcs11KeyStore(folder, Module(module=module, token=token, pin_file=pin_file))
