"""亮证码: a holder makes a code, somebody scans it, and it has shown its certificate once.

Only a keyed digest of the code is kept. Of two who scan the same code at the same moment one sees the certificate;
the other is told that it was used. Every look stands in the holder's use log.
"""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import events as codes
from certificates import grants
from certificates.models import Certificate, Grant
from certificates.queries import Verification, verification_of
from certificates.wallet.errors import TooManyCodes
from certificates.wallet.fields import check_keys, values_of
from certificates.wallet.models import ShowCode
from certificates.wallet.showing import ShowFinding, digest_of, finding_of, is_code, own_certificate, require_showable
from common import events, limits
from identity.actor import Actor
from identity.mandates.queries import hold

LIFE = dt.timedelta(seconds=60)
OPERATION = "show"
LEGAL_BASIS = "个人信息保护法第十三条第一款第一项"  # the holder's own consent, given by showing it
_PER_MINUTE = 10
_KEPT = dt.timedelta(days=1)


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
        digest=digest_of(code),
        fields=keys,
        made_by_id=actor.known_account_id,
        expires_at=now + LIFE,
    )
    events.record(codes.SHOW_CODE_MADE, actor=actor, subject_id=certificate.pk, fields=keys)
    return MadeCode(code=code, made_at=now, expires_at=row.expires_at)


@transaction.atomic
def use_show_code(actor: Actor, *, code: str) -> Shown:
    """Use a code up and see its certificate, for anybody; a second time says that it was used, and when."""
    rows = ShowCode.objects.select_for_update(of=("self",))
    row = rows.filter(digest=digest_of(code)).first() if is_code(code) else None
    now = timezone.now()
    finding = finding_of(row, now)
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


def sweep_show_codes(actor: Actor, *, now: dt.datetime) -> int:
    """Remove codes that ended more than a day ago; what they showed stays in the use log."""
    return ShowCode.objects.filter(expires_at__lt=now - _KEPT).delete()[0]
