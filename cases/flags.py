"""When a certificate changes, every open case that relied on it says so."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases.models import Case, Flag
from cases.states import OPEN_STATES, State
from certificates.models import Certificate
from common import events
from identity.actor import SYSTEM


def follow_certificate(certificate: Certificate) -> None:
    """Flag open cases and drafts when a certificate stops being valid; clear the flags when it is valid again."""
    if certificate.state == Certificate.State.VALID:
        _resolve(certificate)
        return
    message = _("%(name)s（%(number)s）%(state)s") % {
        "name": certificate.type.name,
        "number": certificate.number,
        "state": certificate.get_state_display(),
    }
    relying = Case.objects.filter(
        Q(state__in=[*OPEN_STATES, State.DRAFT]) & Q(materials__certificate=certificate)
    ).distinct()
    for case in relying:
        _raise(case, certificate, message)


def _raise(case: Case, certificate: Certificate, message: str) -> None:
    flag, made = Flag.objects.get_or_create(
        case=case,
        certificate=certificate,
        resolved_at=None,
        defaults={"state": certificate.state, "message": message},
    )
    if not made:
        flag.state, flag.message = certificate.state, message
        flag.save(update_fields=["state", "message", "updated_at"])
    events.record(
        codes.FLAG_RAISED,
        actor=SYSTEM,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        certificate=str(certificate.pk),
        state=str(certificate.state),
    )


def _resolve(certificate: Certificate) -> None:
    for flag in Flag.objects.filter(certificate=certificate, resolved_at__isnull=True).select_related("case"):
        flag.resolved_at = timezone.now()
        flag.save(update_fields=["resolved_at", "updated_at"])
        events.record(
            codes.FLAG_RESOLVED,
            actor=SYSTEM,
            subject_id=flag.case_id,
            holder_id=flag.case.applicant_id,
            certificate=str(certificate.pk),
        )
