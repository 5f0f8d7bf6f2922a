"""Reporting an error on a certificate to who issued it, and the answer.

One report is open for each certificate: what is reported again is added to it. It closes by a correction of the
certificate (更正), by an explanation, or because the holder takes it back.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors
from certificates import events as codes
from certificates.models import Certificate
from certificates.queries import state_now, visible_certificates
from certificates.wallet import reports
from certificates.wallet.errors import NotReportable, ReportClosed, ReportInvalid, ReportNotFound
from certificates.wallet.models import ErrorReport, ReportMessage
from common import events
from common.formatting import code_label
from common.idempotency import claim
from common.workdays import UnknownYear, for_region
from identity import messaging
from identity.actor import Actor
from identity.mandates.queries import hold
from identity.models import Department, Person
from identity.staff.current import hold as hold_post

SHORTEST, LONGEST = 5, 500
_State = ErrorReport.State
_REPORTABLE = (Certificate.State.VALID, Certificate.State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Reported:
    """The report, and whether it is a new one; otherwise the words were added to the one that was open."""

    report: ErrorReport
    is_new: bool


@transaction.atomic
def report_error(actor: Actor, *, certificate_id: UUID, text: str, request_key: str = "") -> Reported:
    """Say what is wrong on a certificate of the party the actor acts for.

    Raises CertificateNotFound, MandateEnded, NotReportable or :class:`ReportInvalid`.
    """
    hold(actor)
    visible = visible_certificates(actor) if actor.is_citizen else Certificate.objects.none()
    certificate = visible.filter(pk=certificate_id).select_for_update(of=("self",), no_key=True).first()
    if certificate is None:
        raise errors.CertificateNotFound
    claimed = claim(actor_id=actor.account_id, action="report_error", request_key=request_key)
    if claimed.earlier_id:
        return Reported(ErrorReport.objects.get(pk=claimed.earlier_id), is_new=False)
    said = _checked(text)
    if state_now(certificate) not in _REPORTABLE:
        raise NotReportable(state=code_label(state_now(certificate).label))
    report = ErrorReport.objects.filter(certificate=certificate, state=_State.OPEN).first()
    is_new = report is None
    if report is None:
        report = ErrorReport.objects.create(
            certificate=certificate, made_by_id=actor.known_account_id, due_on=_due_on(certificate.issuer)
        )
    _say(actor, report, said, is_issuers=False)
    events.record(
        codes.ERROR_REPORTED,
        actor=actor,
        subject_id=certificate.pk,
        holder_id=certificate.holder_id,
        report=str(report.pk),
        is_first=is_new,
    )
    claimed.settle(report.pk)
    return Reported(report, is_new)


def _checked(text: str) -> str:
    said = text.strip()
    if not SHORTEST <= len(said) <= LONGEST:
        raise ReportInvalid(fields={"text": ReportInvalid.message})
    return said


def _due_on(issuer: Department) -> dt.date | None:
    """The day of the promise; none while nobody has loaded the calendar of that year."""
    try:
        return for_region(issuer.region.code).add(timezone.localdate(), settings.CORRECTION_WORKDAYS)
    except UnknownYear:
        return None


def _say(actor: Actor, report: ErrorReport, text: str, *, is_issuers: bool) -> None:
    ReportMessage.objects.create(report=report, author_id=actor.known_account_id, text=text, is_issuers=is_issuers)


@transaction.atomic
def withdraw_report(actor: Actor, *, report_id: UUID) -> ErrorReport:
    """Take a report back; raises :class:`ReportNotFound` or :class:`ReportClosed`."""
    hold(actor)
    report = reports.given(actor).select_for_update(of=("self",)).filter(pk=report_id).first()
    if report is None:
        raise ReportNotFound
    _require_open(report)
    _close(actor, report, _State.WITHDRAWN)
    return report


@transaction.atomic
def explain(actor: Actor, *, report_id: UUID, text: str, request_key: str = "") -> ErrorReport:
    """Close a report with the reason why nothing is corrected (个人信息保护法第五十条), and tell the holder.

    Raises :class:`ReportNotFound`, :class:`ReportClosed` or :class:`ReportInvalid`.
    """
    hold_post(actor)
    report = reports.for_staff(actor).select_for_update(of=("self",)).filter(pk=report_id).first()
    if report is None:
        raise ReportNotFound
    claimed = claim(actor_id=actor.account_id, action="explain_report", request_key=request_key)
    if claimed.earlier_id:
        return report
    said = _checked(text)
    _require_open(report)
    _say(actor, report, said, is_issuers=True)
    _close(actor, report, _State.EXPLAINED)
    _tell_holder(report.certificate, _("您对%(name)s的报错已经答复，登录一站通在“我的证照”里看。"))
    claimed.settle(report.pk)
    return report


@transaction.atomic
def close_corrected(actor: Actor, *, former: Certificate, certificate: Certificate) -> None:
    """Close what was reported on a certificate that has just been corrected, and tell the holder.

    Inside the transaction of the correction, however that began.
    """
    rows = ErrorReport.objects.select_for_update(of=("self",)).filter(certificate=former, state=_State.OPEN)
    report = rows.first()
    if report is None:
        return
    report.corrected_to = certificate
    _close(actor, report, _State.CORRECTED)
    _tell_holder(certificate, _("您报错的%(name)s已经更正，登录一站通在“我的证照”里看新的一张。"))


def _require_open(report: ErrorReport) -> None:
    if report.state != _State.OPEN:
        raise ReportClosed(state=report.get_state_display())


def _close(actor: Actor, report: ErrorReport, state: ErrorReport.State) -> None:
    report.state, report.closed_at = state, timezone.now()
    report.save(update_fields=["state", "closed_at", "corrected_to", "updated_at"])
    events.record(
        codes.ERROR_ANSWERED,
        actor=actor,
        subject_id=report.certificate_id,
        holder_id=report.certificate.holder_id,
        report=str(report.pk),
        result=str(state),
    )


def _tell_holder(certificate: Certificate, text: str) -> None:
    """A message to the holder, or to the legal representative of an organisation."""
    people = Person.objects.filter(pk=certificate.holder_id) | Person.objects.filter(
        represented_organisations__pk=certificate.holder_id
    )
    person = people.distinct().first()
    if person and person.phone and not person.locked_at:
        messaging.send(phone=person.phone, text=text % {"name": certificate.type.name})
