"""Reads of reported errors: the holder's own, and those that wait for an issuer's posts."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from certificates import events as codes
from certificates.models import Certificate, TypeDuty
from certificates.queries import visible_certificates
from certificates.wallet.errors import ReportNotFound
from certificates.wallet.models import ErrorReport, ReportMessage
from common import events
from identity.actor import Actor
from identity.permissions import Permission

_PARTS = ("certificate__type", "certificate__issuer", "certificate__holder__person")


def _loaded() -> QuerySet[ErrorReport]:
    return ErrorReport.objects.select_related(*_PARTS, "certificate__holder__organisation")


def given(actor: Actor) -> QuerySet[ErrorReport]:
    """Reports about certificates of the party a citizen acts for, newest first."""
    if not actor.is_citizen:
        return ErrorReport.objects.none()
    return _loaded().filter(certificate__in=visible_certificates(actor).order_by().values("pk"))


def of_certificate(actor: Actor, certificate: Certificate) -> QuerySet[ErrorReport]:
    """What was reported about one certificate and about those it followed, newest first."""
    about = Q(certificate=certificate) | Q(corrected_to=certificate)
    return given(actor).filter(about).prefetch_related("messages")


def for_staff(actor: Actor) -> QuerySet[ErrorReport]:
    """Reports for the posts that correct certificates of the type at its issuer; others know of none."""
    if not actor.is_staff:
        return ErrorReport.objects.none()
    duties = TypeDuty.objects.filter(type=OuterRef("certificate__type"), right=TypeDuty.Right.CHANGE)
    mine = Exists(duties.filter(post=actor.post_id))
    departments = actor.departments(Permission.SUSPEND_CERTIFICATE)
    return _loaded().filter(~Exists(duties) | mine, certificate__issuer_id__in=departments)


def open_for_staff(actor: Actor) -> QuerySet[ErrorReport]:
    """Those that wait for an answer, the most urgent first."""
    return for_staff(actor).filter(state=ErrorReport.State.OPEN).order_by(F("due_on").asc(nulls_last=True), "id")


def get_for_staff(actor: Actor, report_id: UUID) -> ErrorReport:
    """One report for an issuer's post; the look is recorded. Raises :class:`ReportNotFound`."""
    report = for_staff(actor).filter(pk=report_id).first()
    if report is None:
        raise ReportNotFound
    events.record(
        codes.ERROR_READ,
        actor=actor,
        subject_id=report.certificate_id,
        holder_id=report.certificate.holder_id,
        report=str(report.pk),
    )
    return report


def thread(report: ErrorReport) -> QuerySet[ReportMessage]:
    """Everything that was said, first to last."""
    return report.messages.all()
