"""Detached signatures (CMS, RFC 5652) over data that is no PDF, with a time stamp, and their check."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from certificates.signing.keys_in_use import default_keystore
from certificates.signing.keystore import DEFAULT_SEAL, KeyStore
from certificates.signing.pades import (
    CHANGED,
    FILE_UNREADABLE,
    NOT_TRUSTED,
    SIGNATURE_BROKEN,
    SIGNER_EXPIRED,
    TIMESTAMP_BROKEN,
    TIMESTAMP_NOT_TRUSTED,
)
from certificates.signing.timestamps import timestamper


@dataclass(frozen=True, slots=True)
class DetachedReport:
    """What a check found: stable codes of what is wrong (none: valid), who signed, and the stamped time."""

    problems: tuple[str, ...]
    signer_name: str = ""
    stamped_at: datetime | None = None


def sign_detached(data: bytes, *, seal_code: str = DEFAULT_SEAL, keystore: KeyStore | None = None) -> bytes:
    """Sign ``data`` with the seal's key; returns the CMS signature as DER, without the data.

    Raises the errors of the key store and TimestampUnavailable.
    """
    keys = keystore or default_keystore()
    signer = keys.signer(seal_code)
    made = asyncio.run(
        signer.async_sign_general_data(data, "sha256", detached=True, use_cades=True, timestamper=timestamper(keys))
    )
    return bytes(made.dump())


def check_detached(data: bytes, signature: bytes, *, roots: Sequence[x509.Certificate]) -> DetachedReport:
    """Check a signature made by :func:`sign_detached` against root certificates. Never raises for what is in it."""
    try:
        content = cms.ContentInfo.load(signature, strict=True)
        signed = content["content"]
        moment = _stated_time(signed)
        context = ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=moment)
        found = asyncio.run(
            async_validate_detached_cms(data, signed, signer_validation_context=context, ts_validation_context=context)
        )
    # A forged signature can make the parser fail in ways that its own error classes do not name.
    except Exception:
        return DetachedReport((FILE_UNREADABLE,))
    stamp = found.timestamp_validity
    holds = found.intact and found.valid
    findings = (
        (CHANGED, not found.intact),
        (SIGNATURE_BROKEN, found.intact and not found.valid),
        (NOT_TRUSTED, holds and not found.trusted),
        (SIGNER_EXPIRED, holds and found.trust_problem_indic == AdESIndeterminate.OUT_OF_BOUNDS_NO_POE),
        (TIMESTAMP_BROKEN, stamp is not None and not (stamp.intact and stamp.valid)),
        (TIMESTAMP_NOT_TRUSTED, stamp is not None and stamp.intact and stamp.valid and not stamp.trusted),
    )
    name = found.signing_cert.subject.native.get("common_name", "")
    stamped = stamp.timestamp if stamp is not None and stamp.intact and stamp.valid and stamp.trusted else None
    return DetachedReport(tuple(code for code, is_found in findings if is_found), str(name), stamped)


def _stated_time(signed: cms.SignedData) -> datetime | None:
    """The time that the stamp states, believed or not; None (today) without one or for one to come."""
    for attribute in signed["signer_infos"][0]["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            info = attribute["values"][0]["content"]["encap_content_info"]["content"].parsed
            stated: datetime = info["gen_time"].native
            return stated if stated <= datetime.now(UTC) else None
    return None
