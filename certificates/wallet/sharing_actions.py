"""Sharing a certificate: with one receiver, for a purpose, until a day; the holder ends it any time.

Whoever receives sees a copy with a watermark on every page. What a holder does and sees is the same whether or not
the receiver is registered.
"""

import datetime as dt
import hmac
import io
import secrets
from dataclasses import dataclass, field
from uuid import UUID

import pikepdf
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import events as codes
from certificates import grants, stamping
from certificates.errors import FileDamaged
from certificates.models import Certificate, Grant
from certificates.queries import public_holder_name, stored_file
from certificates.wallet import queries, sharing_rules
from certificates.wallet.errors import (
    ShareCodeLocked,
    ShareCodeWrong,
    ShareFileMissing,
    ShareNotFound,
    TooManyShares,
)
from certificates.wallet.models import Share
from certificates.wallet.sharing_rules import Asked, Checked, To
from certificates.wallet.showing import own_certificate, require_showable
from common import crypto, events
from common.formatting import format_date
from common.idempotency import claim
from common.ids import uuid7
from identity import messaging
from identity.actor import Actor
from identity.mandates import capacity
from identity.mandates.queries import hold
from identity.models import Organisation, Person
from identity.persons.documents import IdDocument
from identity.persons.documents import Kind as DocumentKind
from identity.persons.finding import find_open_person, lock_party
from identity.rules import is_same_name

LEGAL_BASIS = "个人信息保护法第二十三条（单独同意）"
MOST_LIVE = 20  # of one certificate
MOST_A_DAY = 30  # of one party
MOST_TO_ONE = 5  # person a day, from everybody: messages go out
MOST_TRIES = 5
CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a message to a phone carries; kept nowhere in plain text."""

    token: str = field(repr=False)
    code: str = field(repr=False)


@transaction.atomic
def share(actor: Actor, *, certificate_id: UUID, asked: Asked, request_key: str = "") -> Share:
    """Share a certificate of the party the actor acts for and tell the receiver.

    The same ``request_key`` twice shares once. Raises CertificateNotFound, AssuranceTooLow, MandateEnded,
    NeedsGuardian, NotShowable, ShareInvalid or TooManyShares.
    """
    hold(actor)
    certificate = own_certificate(actor, certificate_id)
    capacity.require(actor)
    claimed = claim(actor_id=actor.account_id, action="share_certificate", request_key=request_key)
    if claimed.earlier_id:
        return Share.objects.get(pk=claimed.earlier_id)
    require_showable(certificate)
    checked = sharing_rules.check(asked, today=timezone.localdate())
    lock_party(certificate.holder_id, no_key=True)  # two shares at once: the second counts the first
    _check_number(certificate, checked)
    sent = Secrets(secrets.token_urlsafe(16), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}")
    row = _create(actor, certificate, asked, checked, sent)
    _tell(row, certificate, checked, sent)
    events.record(
        codes.SHARED,
        actor=actor,
        subject_id=certificate.pk,
        share=str(row.pk),
        to=row.to,
        until=row.until.isoformat(),
    )
    claimed.settle(row.pk)
    return row


def _check_number(certificate: Certificate, checked: Checked) -> None:
    now = timezone.now()
    lately = Share.objects.filter(created_at__gt=now - dt.timedelta(days=1))
    live = queries.live(now).filter(certificate=certificate).count()
    today = lately.filter(certificate__holder_id=certificate.holder_id).count()
    to_one = lately.filter(receiver_index=checked.index).count() if checked.index else 0
    if live >= MOST_LIVE or today >= MOST_A_DAY or to_one >= MOST_TO_ONE:
        raise TooManyShares(live=MOST_LIVE, daily=MOST_A_DAY)


def _create(actor: Actor, certificate: Certificate, asked: Asked, checked: Checked, sent: Secrets) -> Share:
    grant = Grant.objects.create(
        certificate=certificate,
        case_number="",
        purpose=_("分享给%(name)s：%(purpose)s") % {"name": checked.name, "purpose": checked.purpose},
        legal_basis=LEGAL_BASIS,
        granted_by_id=actor.known_account_id,
        ends_at=checked.until,
    )
    by_phone, pk = asked.to == To.PHONE, uuid7()
    return Share.objects.create(
        id=pk,
        grant=grant,
        certificate=certificate,
        made_by_id=actor.known_account_id,
        to=asked.to,
        receiver=checked.number,
        receiver_name=checked.name,
        receiver_index=checked.index,
        organisation_id=checked.organisation.pk if checked.organisation else None,
        token_digest=queries.token_digest(sent.token) if by_phone else None,
        code_digest=_code_digest(pk, sent.code) if by_phone else None,
        purpose_kind=asked.purpose_kind,
        purpose=checked.purpose,
        until=checked.until,
    )


def _tell(row: Share, certificate: Certificate, checked: Checked, sent: Secrets) -> None:
    """Tell the receiver alone. Somebody who is not registered by ID number finds it after they registered."""
    said = {
        "name": public_holder_name(certificate),
        "type": certificate.type.name,
        "purpose": row.purpose,
        "day": format_date(timezone.localtime(row.until - dt.timedelta(seconds=1)).date()),
        "link": f"{settings.PUBLIC_BASE_URL}/shared/{sent.token}/",
        "code": sent.code,
    }
    if row.to == To.PHONE:
        text = _("%(name)s给您看%(type)s，用于%(purpose)s，%(day)s前打开 %(link)s 填查看码 %(code)s，请勿转发。") % said
        messaging.send(phone=checked.number, text=text)
        return
    phone = _known_phone(row, checked)
    if phone:
        text = _("%(name)s给您看%(type)s，用于%(purpose)s，到%(day)s。请登录一站通，在“别人给我看的”里打开。") % said
        messaging.send(phone=phone, text=text)


def _known_phone(row: Share, checked: Checked) -> str | None:
    """The receiver's own phone: a registered person's of the same name, or the legal representative's."""
    if checked.organisation:
        rows = Organisation.objects.select_related("legal_representative")
        return rows.get(pk=checked.organisation.pk).legal_representative.phone
    person: Person | None = find_open_person(IdDocument(DocumentKind.CITIZEN, checked.number))
    return person.phone if person and is_same_name(person.name, checked.name) else None


def _code_digest(share_id: UUID, code: str) -> bytes:
    return crypto.blind_index(f"{share_id}\x00{code}", purpose="certificates.share.code")


@transaction.atomic
def end_share(actor: Actor, *, share_id: UUID) -> Share:
    """End a share of the party the actor acts for at once; ending it twice is once. Raises :class:`ShareNotFound`."""
    hold(actor)
    rows = queries.given(actor).select_for_update(of=("self",))
    row = rows.filter(pk=share_id).first()
    if row is None:
        raise ShareNotFound
    now = timezone.now()
    if row.ended_at or row.until <= now:
        return row
    row.ended_at = now
    row.save(update_fields=["ended_at", "updated_at"])
    Grant.objects.filter(pk=row.grant_id).update(ends_at=now, updated_at=now)
    events.record(codes.SHARE_ENDED, actor=actor, subject_id=row.certificate_id, share=str(row.pk))
    return row


def unlock(actor: Actor, *, token: str, code: str) -> Share:
    """Open the address in a message with the code beside it. Call it outside a transaction: a wrong code counts.

    Raises :class:`ShareNotFound`, :class:`ShareOver`, :class:`ShareCodeWrong` or :class:`ShareCodeLocked`.
    """
    with transaction.atomic():
        row = Share.objects.select_for_update().filter(token_digest=queries.token_digest(token)).first()
        if row is None or row.code_digest is None:
            raise ShareNotFound
        queries.require_open(row)
        if row.tries >= MOST_TRIES:
            raise ShareCodeLocked
        is_right = hmac.compare_digest(bytes(row.code_digest), _code_digest(row.pk, code.strip()))
        if not is_right:
            row.tries += 1
            row.save(update_fields=["tries", "updated_at"])
    if not is_right:
        raise ShareCodeWrong(fields={"code": ShareCodeWrong.message})
    return row


@transaction.atomic
def open_share(actor: Actor, *, row: Share, operation: str = "view") -> Share:
    """Record that its receiver looks (``operation``: view or file). The caller found it among what they may see.

    Whoever ends it waits or is waited for: a share that has ended is not opened. Raises :class:`ShareOver`.
    """
    locked = queries.loaded().select_for_update(of=("self",)).get(pk=row.pk)
    queries.require_open(locked)
    grants.use(actor, grant=locked.grant, operation=operation, holder_id=locked.certificate.holder_id)
    return locked


def read_shared_file(actor: Actor, *, row: Share) -> bytes:
    """The certificate as a copy: receiver, purpose and last day across every page; the look is recorded.

    Raises :class:`ShareOver`, :class:`NotShowable`, :class:`ShareFileMissing` or :class:`FileDamaged`; then no look
    is recorded, for there was none.
    """
    queries.require_open(row)
    require_showable(row.certificate)
    if not row.certificate.file:
        raise ShareFileMissing
    try:
        pages = _plain_copy(stored_file(row.certificate))
    except pikepdf.PdfError as error:
        raise FileDamaged from error
    copy = stamping.stamp(pages, "application/pdf", sharing_rules.watermark(row), stamping.LENT)
    open_share(actor, row=row, operation="file")
    return copy


def _plain_copy(content: bytes) -> bytes:
    """The pages alone: a stamped copy carries neither a signature that no longer fits nor the attached data."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for name in ("/AcroForm", "/Names", "/AF", "/Perms", "/DSS", "/Metadata"):
            if name in pdf.Root:
                del pdf.Root[name]
        for page in pdf.pages:
            if "/Annots" in page:
                del page["/Annots"]
            if "/AF" in page:
                del page["/AF"]
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
        return target.getvalue()
