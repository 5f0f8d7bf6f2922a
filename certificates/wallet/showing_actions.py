"""亮证码: a holder makes a code, somebody scans it, and it has shown its certificate once.

Only a keyed digest of the code is kept. Of two who scan the same code at the same moment one sees the certificate;
the other is told that it was used. Every look stands in the holder's use log.
"""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors, grants
from certificates import events as codes
from certificates.models import Certificate, Grant
from certificates.queries import Verification, state_now, verification_of, visible_certificates
from certificates.wallet.errors import NotShowable, TooManyCodes
from certificates.wallet.fields import check_keys, values_of
from certificates.wallet.models import ShowCode
from common import crypto, events, limits
from identity import levels
from identity.actor import Actor
from identity.mandates.queries import hold

LIFE = dt.timedelta(seconds=60)
OPERATION = "show"
LEGAL_BASIS = "个人信息保护法第十三条第一款第一项"  # the holder's own consent, given by showing it
_PER_MINUTE = 10
_LONGEST_CODE = 64
_KEPT = dt.timedelta(days=1)


class ShowFinding(StrEnum):
    """What a scanned code turned out to be."""

    FRESH = "fresh"  # may be used now
    SHOWN = "shown"  # used just now, by whoever asks
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code that nobody has seen yet; the text is nowhere but here."""

    code: str
    made_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody who scans sees: the finding, and the certificate when the code was good."""

    finding: ShowFinding
    found: Verification | None = None
    values: tuple[tuple[str, str], ...] = ()
    used_at: dt.datetime | None = None


@transaction.atomic
def make_show_code(actor: Actor, *, certificate_id: UUID, chosen: Collection[str]) -> MadeCode:
    """Make a code for a certificate of the party the actor acts for; their earlier codes for it end.

    ``chosen`` are the keys of the printed values that are shown beside type, state and masked holder. Raises
    CertificateNotFound, AssuranceTooLow, MandateEnded, NotShowable, FieldUnknown or TooManyCodes.
    """
    hold(actor)
    certificate = own_certificate(actor, certificate_id)
    require_showable(certificate)
    keys = check_keys(certificate, chosen)
    if limits.is_over("show_code", str(actor.account_id), most=_PER_MINUTE, seconds=60):
        raise TooManyCodes
    now = timezone.now()
    mine = ShowCode.objects.filter(certificate=certificate, made_by_id=actor.account_id, used_at__isnull=True)
    mine.filter(expires_at__gt=now).update(expires_at=now, updated_at=now)
    code = secrets.token_urlsafe(16)
    row = ShowCode.objects.create(
        certificate=certificate,
        digest=_digest(code),
        fields=keys,
        made_by_id=actor.known_account_id,
        expires_at=now + LIFE,
    )
    events.record(codes.SHOW_CODE_MADE, actor=actor, subject_id=certificate.pk, fields=keys)
    return MadeCode(code=code, made_at=now, expires_at=row.expires_at)


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
        raise NotShowable(state=state.label)


def peek(code: str) -> ShowFinding:
    """What a code would turn out to be, without using it: browsers and messengers fetch addresses by themselves."""
    row = ShowCode.objects.filter(digest=_digest(code)).first() if _is_code(code) else None
    return _finding(row, timezone.now())


@transaction.atomic
def use_show_code(actor: Actor, *, code: str) -> Shown:
    """Use a code up and see its certificate, for anybody; a second time says that it was used, and when."""
    rows = ShowCode.objects.select_for_update(of=("self",))
    row = rows.filter(digest=_digest(code)).first() if _is_code(code) else None
    now = timezone.now()
    finding = _finding(row, now)
    if row is None or finding != ShowFinding.FRESH:
        return Shown(finding, used_at=row.used_at if row else None)
    row.used_at = now
    row.save(update_fields=["used_at", "updated_at"])
    parts = ("type", "issuer", "holder__person", "holder__organisation")
    certificate = Certificate.objects.select_related(*parts).get(pk=row.certificate_id)
    values = values_of(certificate, row.fields)
    grant = Grant.objects.create(
        certificate=certificate,
        case_number="",
        purpose=_said([label for label, _value in values])[:200],
        legal_basis=LEGAL_BASIS,
        granted_by_id=row.made_by_id,
        ends_at=now,
    )
    grants.use(actor, grant=grant, operation=OPERATION, holder_id=certificate.holder_id)
    return Shown(ShowFinding.SHOWN, verification_of(certificate), tuple(values), now)


def _said(labels: list[str]) -> str:
    return _("出示亮证码：%(labels)s") % {"labels": "、".join(labels) or _("只有证照类型和状态")}


def _finding(row: ShowCode | None, now: dt.datetime) -> ShowFinding:
    if row is None:
        return ShowFinding.UNKNOWN
    if row.used_at:
        return ShowFinding.USED
    return ShowFinding.FRESH if row.expires_at > now else ShowFinding.EXPIRED


def _is_code(code: str) -> bool:
    return 0 < len(code) <= _LONGEST_CODE and code.isascii()


def _digest(code: str) -> bytes:
    return crypto.blind_index(code, purpose="certificates.show_code")


def sweep_show_codes(actor: Actor, *, now: dt.datetime) -> int:
    """Remove codes that ended more than a day ago; what they showed stays in the use log."""
    return ShowCode.objects.filter(expires_at__lt=now - _KEPT).delete()[0]
