"""The second suite: an SM2/SM3 signature beside a certificate's file, for types that ask for it."""

import io
import zipfile
from contextlib import suppress
from datetime import datetime

from asn1crypto import x509

from certificates import events as codes
from certificates.models import Certificate, Sm2Signature
from certificates.proofs.errors import SealNotMade
from certificates.signing import sm2
from certificates.signing.errors import KeyUnusable
from certificates.signing.keys_in_use import default_keystore
from certificates.signing.keystore import DEFAULT_SEAL, KeyStore, pem_certificates
from common import events
from identity import levels
from identity.actor import SYSTEM, Actor

SIGNATURE_FILE, CHAIN_FILE, HELP_FILE = "signature.sm2", "signer.pem", "怎样核验.txt"
_HELP = """这是证照文件（PDF）的国密签名：SM2 签名、SM3 摘要（GB/T 32918、GB/T 32905），签名者标识 1234567812345678。
把证照文件存为 certificate.pdf，与本压缩包里的文件放在一起，用 OpenSSL 3 核验：

openssl x509 -in signer.pem -noout -pubkey -out signer.pub
openssl dgst -sm3 -verify signer.pub -sigopt distid:1234567812345678 -signature signature.sm2 certificate.pdf

签章人的证书也在 signer.pem 里；它的上级根证书请向发证机关索取后核对。
"""


def add(certificate: Certificate, pdf: bytes, *, keystore: KeyStore | None = None) -> Sm2Signature:
    """Sign the finished file, inside the transaction that stores it. Raises the errors of the key store."""
    seal = (keystore or default_keystore()).sm2_signer(DEFAULT_SEAL)
    made = Sm2Signature.objects.create(certificate=certificate, signature=seal.sign(pdf), chain=seal.pem)
    events.record(codes.SM2_SIGNED, actor=SYSTEM, subject_id=certificate.pk, sha256=certificate.file_sha256)
    return made


def has(certificate: Certificate) -> bool:
    """Whether the certificate's file has a second signature."""
    return Sm2Signature.objects.filter(certificate=certificate).exists()


def report_on(certificate: Certificate, content: bytes) -> sm2.Sm2Report | None:
    """Check the stored signature over a file that somebody handed in; None for a certificate without one."""
    made = Sm2Signature.objects.filter(certificate=certificate).first()
    return _report(made, content, made.created_at) if made else None


def _report(made: Sm2Signature, content: bytes, at: datetime) -> sm2.Sm2Report:
    chain: list[x509.Certificate] = []
    with suppress(KeyUnusable):
        chain = pem_certificates(made.chain.encode(), name=CHAIN_FILE)
    return sm2.check(content, bytes(made.signature), chain, default_keystore().sm2_roots(), at)


def read(actor: Actor, certificate: Certificate) -> bytes:
    """The signature, its signer's chain and how to check it, as a ZIP; who read it is recorded.

    The caller took the certificate from a query of what the actor may see. Raises SealNotMade, AssuranceTooLow.
    """
    levels.require(actor, levels.Right.USE_CERTIFICATES)
    made = Sm2Signature.objects.filter(certificate=certificate).first()
    if made is None:
        raise SealNotMade
    events.record(codes.SM2_READ, actor=actor, subject_id=certificate.pk, holder_id=certificate.holder_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SIGNATURE_FILE, bytes(made.signature))
        archive.writestr(CHAIN_FILE, made.chain)
        archive.writestr(HELP_FILE, _HELP)
    return packed.getvalue()
