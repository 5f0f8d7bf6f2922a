"""Writes of the certificate register: issue, change of state, and the signed file."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors, listeners, numbers, rules, transitions, validity
from certificates import events as codes
from certificates.faces import face_of
from certificates.models import Certificate, CertificateType
from certificates.proofs import sm2_seals, tokens
from certificates.rendering import render_face
from certificates.signing.pades import sign_pdf
from certificates.states import TABLE, Operation
from certificates.subjects import subject_index
from certificates.transitions import Stated
from certificates.wallet import report_actions
from common import events
from common.acts import part_of_act
from common.formatting import action_label, code_label
from common.idempotency import claim
from common.jobs import after_commit, for_each
from identity.actor import SYSTEM, Actor, ActorKind
from identity.models import Department, Party
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

HELD = (Certificate.State.VALID, Certificate.State.SUSPENDED)


@part_of_act
def issue(
    actor: Actor,
    *,
    certificate_type: CertificateType,
    holder: Party,
    issuer: Department,
    face: Mapping[str, str],
    case_number: str = "",
    issued_on: dt.date | None = None,
    starts_on: dt.date | None = None,
    former: Certificate | None = None,
    keep_term: bool = False,
    succession: Operation | None = None,
    stated: Stated | None = None,
) -> Certificate:
    """Issue a certificate; it is valid in the register at once and its signed file follows in the background.

    ``face`` maps the type's field keys to printed values. ``former`` is the certificate this one replaces: its
    number stays, its version goes up by one and it is cancelled; ``keep_term`` keeps its last day (变更) instead of
    starting a new term (延续); ``succession`` names what it is (更正). ``stated`` is why, for the history.
    ``starts_on`` is its first valid day where that is not the day of issue.

    Raises :class:`WrongHolderKind`, :class:`ValidityInvalid` when the face or the holder lacks what the term counts
    from, or, when the type allows one instance (for each subject) and the holder has a valid or suspended one,
    :class:`SingleInstance`.
    """
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.ISSUE_CERTIFICATE, issuer.pk)
    hold_post(actor)
    day = issued_on or timezone.localdate()
    if former:
        former = (
            Certificate.objects.select_for_update(of=("self",), no_key=True).select_related("type").get(pk=former.pk)
        )
        succession = succession or (Operation.CHANGE if keep_term else Operation.RENEW)
        transitions.apply(former, succession, actor, stated or Stated(reason=_("换发新证")))
    subject = subject_index(certificate_type, face)
    _check_holder(certificate_type, holder, subject)
    number = former.number if former else numbers.next_for(certificate_type, issuer=issuer, day=day)
    version = former.version + 1 if former else 1
    if former and keep_term:
        until = former.valid_until
    else:
        until = validity.last_day(certificate_type, day=starts_on or day, face=face, born=partial(_birth_date, holder))
    known = {field["key"] for field in certificate_type.fields}
    certificate = Certificate.objects.create(
        identifier=rules.identifier(
            type_code=certificate_type.type_code, issuer_code=issuer.uscc, serial=number, version=version
        ),
        type=certificate_type,
        type_version_id=certificate_type.current_id,
        number=number,
        version=version,
        former=former,
        holder=holder,
        issuer=issuer,
        issued_on=day,
        valid_from=starts_on or day,
        valid_until=until,
        subject_index=subject,
        face={key: value for key, value in face.items() if key in known},
        case_number=case_number,
        verify_code=secrets.token_hex(16),
    )
    transitions.log(certificate, Operation.ISSUE, "", actor, stated or Stated(reason=_("签发")))
    events.record(
        codes.ISSUED,
        actor=actor,
        subject_id=certificate.pk,
        holder_id=holder.pk,
        type=certificate_type.key,
        case_number=case_number,
    )
    if former and succession in _MAY_SAY_ELSE:
        listeners.notify_replacement(former, certificate)
    after_commit("certificates.tasks.produce_certificate_file", certificate_id=str(certificate.pk))
    return certificate


_MAY_SAY_ELSE = (Operation.CORRECT, Operation.CHANGE)  # a renewal is the same right for a longer time


def _birth_date(holder: Party) -> dt.date | None:
    return holder.person.born if holder.kind == Party.Kind.PERSON else None


def _check_holder(certificate_type: CertificateType, holder: Party, subject: str) -> None:
    if certificate_type.holder_kind not in (holder.kind, CertificateType.HolderKind.EITHER):
        raise errors.WrongHolderKind(name=certificate_type.name)
    if not certificate_type.is_single_instance:
        return
    Party.objects.select_for_update(no_key=True).get(pk=holder.pk)  # two issues at once: the second sees the first
    # A suspended one counts: a new application is no way round a suspension.
    held = Certificate.objects.filter(type=certificate_type, holder=holder, state__in=HELD, subject_index=subject)
    if held.exclude(valid_until__lt=timezone.localdate()).exists():
        raise errors.SingleInstance(name=certificate_type.name)


@transaction.atomic
def correct(
    actor: Actor, *, certificate_id: UUID, face: Mapping[str, str], stated: Stated, request_key: str = ""
) -> Certificate:
    """Correct what is printed (更正): the next version with the same number and term, linked to the former.

    ``face`` maps the fields that change; the others stay. Raises :class:`CertificateNotFound`,
    :class:`ReasonMissing`, :class:`FaceInvalid` or :class:`OperationNotAllowed`.
    """
    hold_post(actor)
    rows = Certificate.objects.select_for_update(of=("self",), no_key=True).select_related("type", "issuer__region")
    former = rows.filter(pk=certificate_id).first()
    if former is None:
        raise errors.CertificateNotFound
    transitions.require(actor, former, Operation.CORRECT)
    claimed = claim(actor_id=actor.account_id, action="certificate_correct", request_key=request_key)
    if claimed.earlier_id:
        return Certificate.objects.get(pk=claimed.earlier_id)
    stated = transitions.check_stated(Operation.CORRECT, stated)
    before = dict(former.face)
    after = before | {key: str(value).strip() for key, value in face.items() if str(value).strip()}
    known = {field["key"] for field in former.type.fields}
    if after == before or not set(face) <= known:
        raise errors.FaceInvalid(fields={"face": _("没有更正任何一项。")})
    certificate = issue(
        replace(SYSTEM, account_id=actor.account_id, department_id=actor.department_id),
        certificate_type=former.type,
        holder=Party.objects.select_related("person", "organisation").get(pk=former.holder_id),
        issuer=former.issuer,
        face=after,
        case_number=former.case_number,
        former=former,
        keep_term=True,
        succession=Operation.CORRECT,
        stated=stated,
    )
    report_actions.close_corrected(actor, former=former, certificate=certificate)
    claimed.settle(certificate.pk)
    return certificate


@transaction.atomic
def change_state(
    actor: Actor,
    *,
    certificate_id: UUID,
    operation: Operation,
    reason: str,
    legal_basis: str,
    ground: str = "",
    decision_number: str = "",
    request_key: str = "",
) -> Certificate:
    """Suspend, lift or cancel a certificate; every listener (open cases) hears of it in the same transaction.

    The same ``request_key`` twice does it once. Raises :class:`CertificateNotFound`, :class:`ReasonMissing`,
    :class:`GroundMissing`, :class:`SecondPersonNeeded` for what two persons decide, :class:`OperationNotAllowed`.
    """
    hold_post(actor)
    certificate = Certificate.objects.select_for_update(no_key=True).filter(pk=certificate_id).first()
    if certificate is None:
        raise errors.CertificateNotFound
    row = TABLE.get(operation)
    if row is None or not row.by_staff:
        if not actor.may(Permission.SUSPEND_CERTIFICATE, certificate.issuer_id):
            raise errors.CertificateNotFound
        raise errors.OperationNotAllowed(
            state=code_label(certificate.get_state_display()), operation=action_label(operation.label)
        )
    transitions.require(actor, certificate, operation)
    if row.is_second:
        raise errors.SecondPersonNeeded(operation=action_label(operation.label))
    claimed = claim(actor_id=actor.account_id, action=f"certificate_{operation}", request_key=request_key)
    if claimed.earlier_id:
        return certificate
    stated = Stated(reason=reason, legal_basis=legal_basis, ground=ground, decision_number=decision_number)
    transitions.apply(certificate, operation, actor, transitions.check_stated(operation, stated))
    claimed.settle(certificate.pk)
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
    transitions.apply(certificate, Operation.EXPIRE, SYSTEM, Stated(reason=_("有效期届满")))
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
