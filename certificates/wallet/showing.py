"""What may be shown, and what a scanned code is: reads beside :mod:`certificates.wallet.showing_actions`."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from certificates import errors
from certificates.models import Certificate
from certificates.queries import state_now, visible_certificates
from certificates.wallet.errors import NotShowable
from certificates.wallet.models import ShowCode
from common import crypto
from common.formatting import code_label
from identity import levels
from identity.actor import Actor

_LONGEST_CODE = 64


class ShowFinding(StrEnum):
    """What a scanned code turned out to be."""

    FRESH = "fresh"  # may be used now
    SHOWN = "shown"  # used just now, by whoever asks
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def own_certificate(actor: Actor, certificate_id: UUID) -> Certificate:
    """A certificate that a citizen may show or share; raises CertificateNotFound or AssuranceTooLow."""
    rows = visible_certificates(actor).filter(pk=certificate_id) if actor.is_citizen else Certificate.objects.none()
    certificate = rows.first()
    if certificate is None:
        raise errors.CertificateNotFound
    levels.require(actor, levels.Right.USE_CERTIFICATES)
    return certificate


def require_showable(certificate: Certificate) -> None:
    """Raise :class:`NotShowable` unless a loaded certificate is valid now."""
    state = state_now(certificate)
    if state != Certificate.State.VALID:
        raise NotShowable(state=code_label(state.label))


def peek(code: str) -> ShowFinding:
    """What a code would turn out to be, without using it: browsers and messengers fetch addresses by themselves."""
    row = ShowCode.objects.filter(digest=digest_of(code)).first() if is_code(code) else None
    return finding_of(row, timezone.now())


def finding_of(row: ShowCode | None, now: dt.datetime) -> ShowFinding:
    """What a stored code is at a moment; None is a code that was never made, or swept away."""
    if row is None:
        return ShowFinding.UNKNOWN
    if row.used_at:
        return ShowFinding.USED
    return ShowFinding.FRESH if row.expires_at > now else ShowFinding.EXPIRED


def is_code(code: str) -> bool:
    """Whether a text may be a code at all."""
    return 0 < len(code) <= _LONGEST_CODE and code.isascii()


def digest_of(code: str) -> bytes:
    """What is kept of a code."""
    return crypto.blind_index(code, purpose="certificates.show_code")
