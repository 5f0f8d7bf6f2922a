"""Is this PDF a certificate file of ours, whole and unchanged? For anybody who was handed one."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from certificates.models import Certificate
from certificates.proofs import sm2_seals
from certificates.queries import Verification, verification_of
from certificates.signing.pades import (
    CHANGED,
    FILE_UNREADABLE,
    NO_SIGNATURE,
    NOT_TRUSTED,
    NOT_WHOLE_FILE,
    SIGNATURE_BROKEN,
    SIGNER_EXPIRED,
    TIMESTAMP_EXPIRED,
    TIMESTAMP_NOT_TRUSTED,
    SignatureReport,
    check_pdf,
)
from certificates.signing.sm2 import Sm2Report

# Beside the code that something is not trusted: only because its certificate had run out.
_LATE = {NOT_TRUSTED: SIGNER_EXPIRED, TIMESTAMP_NOT_TRUSTED: TIMESTAMP_EXPIRED}
LONGEST = 5 * 1024 * 1024  # bytes; an issued file has some 60 KB


class FileFinding(StrEnum):
    """What a file turned out to be."""

    ISSUED = "issued"  # byte for byte what was issued; the register says whether it still counts
    CHANGED = "changed"
    FOREIGN_SEAL = "foreign_seal"
    EXPIRED_SEAL = "expired_seal"  # sealed or stamped by ours after the last day of its certificate
    NOT_A_CERTIFICATE = "not_a_certificate"  # a good seal of ours on something that is no certificate, e.g. a notice
    NOT_SEALED = "not_sealed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The finding, the signature's report, and the register's word when the file is an issued one."""

    finding: FileFinding
    report: SignatureReport
    found: Verification | None = None
    sm2: Sm2Report | None = None  # the second signature, where the certificate has one


def check_file(content: bytes) -> FileCheck:
    """Check a file of :data:`LONGEST` bytes at most; nothing of it is kept. Raises KeyMissing without a trust root."""
    report = check_pdf(content)
    if not report.valid:
        return FileCheck(_fault(report), report)
    certificate = (
        Certificate.objects.filter(file_sha256=hashlib.sha256(content).hexdigest())
        .select_related("type", "issuer", "holder__person", "holder__organisation")
        .first()
    )
    if certificate is None:
        return FileCheck(FileFinding.NOT_A_CERTIFICATE, report)
    sm2 = sm2_seals.report_on(certificate, content)
    if sm2 is not None and not sm2.intact:
        return FileCheck(FileFinding.CHANGED, report, sm2=sm2)
    return FileCheck(FileFinding.ISSUED, report, verification_of(certificate), sm2)


def _fault(report: SignatureReport) -> FileFinding:
    problems = set(report.problems)
    if FILE_UNREADABLE in problems:
        return FileFinding.UNREADABLE
    if NO_SIGNATURE in problems:
        return FileFinding.NOT_SEALED
    if problems & {CHANGED, SIGNATURE_BROKEN, NOT_WHOLE_FILE}:
        return FileFinding.CHANGED
    distrusted = problems - {SIGNER_EXPIRED, TIMESTAMP_EXPIRED}
    is_only_late = all(_LATE.get(code) in problems for code in distrusted)
    return FileFinding.EXPIRED_SEAL if is_only_late else FileFinding.FOREIGN_SEAL
