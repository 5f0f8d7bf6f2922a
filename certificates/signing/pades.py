"""PAdES baseline B-T signatures (ETSI EN 319 142-1) on PDF files, and their check against our roots."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko.sign.validation.status import SignatureStatus
from pyhanko_certvalidator import ValidationContext

from certificates.signing.errors import FileNotSignable
from certificates.signing.keys_in_use import default_keystore
from certificates.signing.keystore import DEFAULT_SEAL, KeyStore
from certificates.signing.timestamps import timestamper

# Hexadecimal digits kept free in the file for the signature, its certificates and the time stamp. What is left over
# stays in the file as zeros, so a process measures once for each key and authority what they take.
_AMPLE = 20_000
_SPARE = 512
_room: dict[tuple[int, str], int] = {}

FILE_UNREADABLE = "signing.file_unreadable"
NO_SIGNATURE = "signing.no_signature"
CHANGED = "signing.changed_after_signing"
SIGNATURE_BROKEN = "signing.signature_broken"
NOT_TRUSTED = "signing.signer_not_trusted"
NOT_WHOLE_FILE = "signing.part_not_covered"
TIMESTAMP_BROKEN = "signing.timestamp_broken"
TIMESTAMP_NOT_TRUSTED = "signing.timestamp_not_trusted"
# Of ours, but used after its last day: beside the code that it is not trusted.
SIGNER_EXPIRED = "signing.signer_expired"
TIMESTAMP_EXPIRED = "signing.timestamp_expired"


@dataclass(frozen=True)
class SignatureReport:
    """What a check found. `valid` is the answer; the rest says why.

    `intact`: the signed bytes are unchanged and the signature fits them; `trusted`: the signer's certificate
    led to one of our roots when it was used; `covers_whole_file`: nothing was added after signing; `signed_at` is
    the time the signer stated, `stamped_at` the one a trusted authority did, None without one; `problems` are stable
    codes, empty when valid.
    """

    valid: bool
    intact: bool
    trusted: bool
    covers_whole_file: bool
    signer_name: str
    signed_at: datetime | None
    stamped_at: datetime | None
    problems: tuple[str, ...]


def sign_pdf(
    pdf: bytes,
    *,
    reason: str,
    location: str,
    field_name: str,
    seal_code: str = DEFAULT_SEAL,
    keystore: KeyStore | None = None,
) -> bytes:
    """Certify `pdf` with the seal's key and a time stamp, and forbid later changes; returns the signed file.

    Raises FileNotSignable for what is not an unsigned PDF, TimestampUnavailable, and the errors of the key store
    (``signing.key_missing`` …).
    """
    keys = keystore or default_keystore()
    signer = keys.signer(seal_code)
    wanted = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        name=signer.subject_name,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    stamper = timestamper(keys)
    key = (signer.certificate.serial_number, settings.TIMESTAMPS)
    try:
        if key not in _room:
            _room[key] = _taken(_sign(pdf, PdfSigner(wanted, signer, timestamper=stamper), _AMPLE)) + _SPARE
        try:
            return _sign(pdf, PdfSigner(wanted, signer, timestamper=stamper), _room[key])
        except SigningError:  # the authority's stamps have grown, with a certificate more perhaps
            _room.pop(key, None)
            return _sign(pdf, PdfSigner(wanted, signer, timestamper=stamper), _AMPLE)
    except (PdfError, SigningError) as error:
        raise FileNotSignable from error


def _sign(pdf: bytes, signer: PdfSigner, room: int) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    return bytes(signer.sign_pdf(writer, bytes_reserved=room).getvalue())


def _taken(signed: bytes) -> int:
    """Digits that the signature of `signed` takes, an even number."""
    contents: str = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures[-1].pkcs7_content.hex()
    return len(contents.rstrip("0")) // 2 * 2 + 2


def check_pdf(pdf: bytes, *, keystore: KeyStore | None = None) -> SignatureReport:
    """Check every signature in `pdf`; the report speaks of the last one and of every problem found.

    Never raises for what the file contains: a damaged or foreign file is a report with problems.
    Raises KeyMissing when there is no root to check against.
    """
    roots = (keystore or default_keystore()).trust_roots()
    try:
        signatures = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures
        reports = [_report(signature, roots) for signature in signatures]
    # A forged file can make the parser fail in ways that its own error classes do not name.
    except Exception:
        return _nothing(FILE_UNREADABLE)
    if not reports:
        return _nothing(NO_SIGNATURE)
    last = reports[-1]
    problems = tuple(dict.fromkeys(code for report in reports for code in report.problems))
    return SignatureReport(
        valid=not problems,
        intact=all(report.intact for report in reports),
        trusted=all(report.trusted for report in reports),
        covers_whole_file=last.covers_whole_file,
        signer_name=last.signer_name,
        signed_at=last.signed_at,
        stamped_at=last.stamped_at,
        problems=problems,
    )


def _nothing(problem: str) -> SignatureReport:
    return SignatureReport(False, False, False, False, "", None, None, (problem,))


def _report(signature: EmbeddedPdfSignature, roots: tuple[x509.Certificate, ...]) -> SignatureReport:
    # What was signed and stamped while both certificates were good stays good after their last days (ETSI EN 319
    # 102-1, clause 5.5: the stamp proves that the signature existed then). A stamp's time counts only if the stamp
    # does: a report without problems needs both.
    moment = _stated_time(signature)
    context = ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=moment)
    status = validate_pdf_signature(signature, context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    problems = _problems(status, whole=whole)
    return SignatureReport(
        valid=not problems,
        intact=bool(status.intact and status.valid),
        trusted=bool(status.trusted),
        covers_whole_file=whole,
        signer_name=_common_name(status.signing_cert),
        signed_at=status.signer_reported_dt,
        stamped_at=_stamped_at(status),
        problems=problems,
    )


def _problems(status: PdfSignatureStatus, *, whole: bool) -> tuple[str, ...]:
    # Trust is only looked into for a signature that holds; before that nothing is known about it.
    holds = status.intact and status.valid
    stamp = status.timestamp_validity
    findings = (
        (CHANGED, not status.intact),
        (SIGNATURE_BROKEN, status.intact and not status.valid),
        (NOT_TRUSTED, holds and not status.trusted),
        (NOT_WHOLE_FILE, not whole),
        (CHANGED, not status.docmdp_ok),
        (TIMESTAMP_BROKEN, stamp is not None and not (stamp.intact and stamp.valid)),
        (TIMESTAMP_NOT_TRUSTED, stamp is not None and stamp.intact and stamp.valid and not stamp.trusted),
        (SIGNER_EXPIRED, holds and _is_past_its_term(status)),
        (TIMESTAMP_EXPIRED, stamp is not None and stamp.intact and stamp.valid and _is_past_its_term(stamp)),
    )
    return tuple(dict.fromkeys(code for code, found in findings if found))


def _is_past_its_term(status: SignatureStatus) -> bool:
    """Whether nothing but its last day stands against a certificate: the chain leads to one of our roots."""
    return bool(status.trust_problem_indic == AdESIndeterminate.OUT_OF_BOUNDS_NO_POE)


def _stated_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """The time that the signature's stamp states, believed or not; None (today) without one or for one to come."""
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            info = attribute["values"][0]["content"]["encap_content_info"]["content"].parsed
            stated: datetime = info["gen_time"].native
            return stated if stated <= datetime.now(UTC) else None
    return None


def _stamped_at(status: PdfSignatureStatus) -> datetime | None:
    stamp = status.timestamp_validity
    return stamp.timestamp if stamp is not None and stamp.valid and stamp.intact and stamp.trusted else None


def _common_name(certificate: x509.Certificate) -> str:
    name = certificate.subject.native.get("common_name", "")
    return name if isinstance(name, str) else "、".join(name)
