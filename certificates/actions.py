"""Writes of the certificate register: issue, change of state, and the signed file."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors, listeners, rules
from certificates import events as codes
from certificates.faces import face_of
from certificates.models import Certificate, CertificateOperation, CertificateType
from certificates.proofs import sm2_seals, tokens
from certificates.rendering import render_face
from certificates.signing.pades import sign_pdf
from certificates.states import TABLE, Operation
from common import events
from common.idempotency import claim
from common.jobs import after_commit, for_each
from common.numbering import next_number
from identity.actor import SYSTEM, Actor, ActorKind
from identity.models import Department, Party
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_HELD = (Certificate.State.VALID, Certificate.State.SUSPENDED)


@transaction.atomic
def issue(
    actor: Actor,
    *,
    certificate_type: CertificateType,
    holder: Party,
    issuer: Department,
    face: Mapping[str, str],
    case_number: str = "",
    issued_on: dt.date | None = None,
    former: Certificate | None = None,
    keep_term: bool = False,
) -> Certificate:
    """Issue a certificate; it is valid in the register at once and its signed file follows in the background.

    ``face`` maps the type's field keys to printed values. ``former`` is the certificate this one replaces: its
    number stays, its version goes up by one and it is cancelled; ``keep_term`` keeps its last day (变更) instead of
    starting a new term (延续). Raises :class:`WrongHolderKind` or, when the type
    allows one instance and the holder has a valid or suspended one, :class:`SingleInstance`.
    """
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.ISSUE_CERTIFICATE, issuer.pk)
    hold_post(actor)
    day = issued_on or timezone.localdate()
    if former:
        former = (
            Certificate.objects.select_for_update(of=("self",), no_key=True).select_related("type").get(pk=former.pk)
        )
        _apply(former, Operation.REPLACE, actor, reason=_("换发新证"), legal_basis="")
    _check_holder(certificate_type, holder)
    number = former.number if former else _next_certificate_number(certificate_type, issuer, day)
    version = former.version + 1 if former else 1
    known = {field["key"] for field in certificate_type.fields}
    certificate = Certificate.objects.create(
        identifier=rules.identifier(
            type_code=certificate_type.type_code, issuer_code=issuer.uscc, serial=number, version=version
        ),
        type=certificate_type,
        number=number,
        version=version,
        former=former,
        holder=holder,
        issuer=issuer,
        issued_on=day,
        valid_from=day,
        valid_until=former.valid_until
        if former and keep_term
        else rules.valid_until(day, certificate_type.validity_months),
        face={key: value for key, value in face.items() if key in known},
        case_number=case_number,
        verify_code=secrets.token_hex(16),
    )
    _log(certificate, Operation.ISSUE, "", actor, reason=_("签发"), legal_basis="")
    events.record(
        codes.ISSUED,
        actor=actor,
        subject_id=certificate.pk,
        holder_id=holder.pk,
        type=certificate_type.key,
        case_number=case_number,
    )
    after_commit("certificates.tasks.produce_certificate_file", certificate_id=str(certificate.pk))
    return certificate


def _check_holder(certificate_type: CertificateType, holder: Party) -> None:
    if certificate_type.holder_kind != holder.kind:
        raise errors.WrongHolderKind(name=certificate_type.name)
    if not certificate_type.is_single_instance:
        return
    Party.objects.select_for_update(no_key=True).get(pk=holder.pk)  # two issues at once: the second sees the first
    # A suspended one counts: a new application is no way round a suspension.
    held = Certificate.objects.filter(type=certificate_type, holder=holder, state__in=_HELD)
    if held.exclude(valid_until__lt=timezone.localdate()).exists():
        raise errors.SingleInstance(name=certificate_type.name)


def _next_certificate_number(certificate_type: CertificateType, issuer: Department, day: dt.date) -> str:
    """Types that share a prefix share a series, so that a number alone names one certificate."""
    stem = f"{certificate_type.number_prefix}{issuer.region.code[:6]}{day.year}"
    return f"{stem}{next_number(f'certificate:{stem}'):06d}"


def _log(
    certificate: Certificate, operation: Operation, from_state: str, actor: Actor, *, reason: str, legal_basis: str
) -> None:
    CertificateOperation.objects.create(
        certificate=certificate,
        operation=operation,
        from_state=from_state,
        to_state=certificate.state,
        reason=reason,
        legal_basis=legal_basis,
        actor_id=actor.account_id,
    )


@transaction.atomic
def change_state(
    actor: Actor,
    *,
    certificate_id: UUID,
    operation: Operation,
    reason: str,
    legal_basis: str,
    request_key: str = "",
) -> Certificate:
    """Suspend, lift or cancel a certificate; every listener (open cases) hears of it in the same transaction.

    The same ``request_key`` twice does it once. Raises :class:`CertificateNotFound`, :class:`ReasonMissing` or
    :class:`OperationNotAllowed`.
    """
    hold_post(actor)
    certificate = Certificate.objects.select_for_update(no_key=True).filter(pk=certificate_id).first()
    if certificate is None or not actor.may(Permission.SUSPEND_CERTIFICATE, certificate.issuer_id):
        raise errors.CertificateNotFound
    claimed = claim(actor_id=actor.account_id, action=f"certificate_{operation}", request_key=request_key)
    if claimed.earlier_id:
        return certificate
    if not reason.strip() or not legal_basis.strip():
        missing = {"reason": reason, "legal_basis": legal_basis}
        raise errors.ReasonMissing(fields={key: _("必填") for key, value in missing.items() if not value.strip()})
    if not TABLE[operation].by_staff:
        raise errors.OperationNotAllowed(state=certificate.get_state_display(), operation=operation.label)
    _apply(certificate, operation, actor, reason=reason.strip(), legal_basis=legal_basis.strip())
    claimed.settle(certificate.pk)
    return certificate


def _apply(
    certificate: Certificate, operation: Operation, actor: Actor, *, reason: str, legal_basis: str
) -> Certificate:
    change = TABLE[operation]
    if certificate.state not in change.sources:
        raise errors.OperationNotAllowed(state=certificate.get_state_display(), operation=operation.label)
    before, certificate.state = certificate.state, change.target
    certificate.save(update_fields=["state", "updated_at"])
    _log(certificate, operation, before, actor, reason=reason, legal_basis=legal_basis)
    detail = {"operation": str(operation), "from": str(before), "to": str(certificate.state), "reason": reason}
    events.record(
        codes.STATE_CHANGED, actor=actor, subject_id=certificate.pk, holder_id=certificate.holder_id, **detail
    )
    if operation != Operation.REPLACE:  # the holder's right goes on under the next version
        listeners.notify(certificate)
    return certificate


_EXPIRING = (Certificate.State.VALID, Certificate.State.SUSPENDED)


def expire_due(*, today: dt.date, limit: int = 500) -> int:
    """Expire certificates whose last valid day is over; returns how many, ``limit`` at most a call."""
    due = Certificate.objects.filter(state__in=_EXPIRING, valid_until__lt=today)
    return for_each(list(due.values_list("pk", flat=True)[:limit]), partial(_expire, today=today))


@transaction.atomic
def _expire(certificate_id: UUID, *, today: dt.date) -> bool:
    rows = Certificate.objects.select_for_update(skip_locked=True, no_key=True)
    certificate = rows.filter(pk=certificate_id, state__in=_EXPIRING, valid_until__lt=today).first()
    if certificate is None:
        return False
    _apply(certificate, Operation.EXPIRE, SYSTEM, reason=_("有效期届满"), legal_basis="")
    return True


@transaction.atomic
def produce_file(*, certificate_id: UUID) -> Certificate:
    """Render, sign and store the certificate's PDF, once: a second call finds it ready and changes nothing."""
    certificate = (
        Certificate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("type", "issuer__region", "holder__person", "holder__organisation")
        .get(pk=certificate_id)
    )
    if certificate.file_state == Certificate.FileState.READY:
        return certificate
    certificate.qr_token = tokens.make(certificate)
    pdf = sign_pdf(
        render_face(face_of(certificate)),
        reason=_("签发%(name)s") % {"name": certificate.type.name},
        location=certificate.issuer.region.name,
        field_name="IssuerSeal",
    )
    certificate.file.save(f"{certificate.pk}.pdf", ContentFile(pdf), save=False)
    certificate.file_sha256 = hashlib.sha256(pdf).hexdigest()
    certificate.file_state = Certificate.FileState.READY
    certificate.save(update_fields=["qr_token", "file", "file_sha256", "file_state", "updated_at"])
    if certificate.type.has_sm2_signature:
        sm2_seals.add(certificate, pdf)
    events.record(codes.FILE_SIGNED, actor=SYSTEM, subject_id=certificate.pk, sha256=certificate.file_sha256)
    return certificate
