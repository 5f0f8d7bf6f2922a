"""When a certificate or the verdict on a document changes, every open case that relied on it says so."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases.models import Case, Flag
from cases.states import OPEN_STATES, State
from certificates.models import Certificate, Document
from certificates.queries import is_good, state_now
from common import events
from identity.actor import SYSTEM


def follow_certificate(certificate: Certificate) -> None:
    """Flag open cases and drafts when a certificate stops being valid; clear the flags when it is valid again."""
    if certificate.state == Certificate.State.VALID:
        _resolve(certificate)
        return
    message = _message(certificate)
    relying = Case.objects.filter(
        Q(state__in=[*OPEN_STATES, State.DRAFT]) & Q(materials__certificate=certificate)
    ).distinct()
    for case in relying:
        _raise(case, certificate, message)


def settle(case: Case) -> None:
    """Clear the flags of proofs that no material of the case relies on any more."""
    certificates = set(case.materials.values_list("certificate_id", flat=True))
    documents = set(case.materials.values_list("document_id", flat=True))
    for flag in Flag.objects.filter(case=case, resolved_at__isnull=True):
        proof, used = (flag.certificate_id, certificates) if flag.certificate_id else (flag.document_id, documents)
        if proof not in used:
            _clear(flag, case)


def follow_verdict(document: Document) -> None:
    """Flag open cases and drafts when the comparison of a document is disputed; clear the flags when it is settled."""
    if document.disputed_at is None:
        for flag in Flag.objects.filter(document=document, resolved_at__isnull=True).select_related("case"):
            _clear(flag, flag.case)
        return
    message = _("“%(name)s”的核验有异议，要重新核对原件") % {"name": document.name[:200]}
    relying = Case.objects.filter(Q(state__in=[*OPEN_STATES, State.DRAFT]) & Q(materials__document=document))
    for case in relying.distinct():
        _flag, made = Flag.objects.get_or_create(
            case=case, document=document, resolved_at=None, defaults={"state": "disputed", "message": message}
        )
        if made:
            events.record(
                codes.DOCUMENT_FLAGGED,
                actor=SYSTEM,
                subject_id=case.pk,
                holder_id=case.applicant_id,
                document=str(document.pk),
            )


def lost_evidence(case: Case) -> list[str]:
    """Say which certificates that the case relies on are not good now; empty when all are.

    They stay as they are until the transaction ends: a suspension at this very moment is seen or waits. A
    certificate replaced by a good one (变更、延续) still stands for its holder's right.
    """
    used = Certificate.objects.filter(pk__in=case.materials.filter(certificate__isnull=False).values("certificate"))
    locked = used.select_for_update(of=("self",), no_key=True).select_related("type").order_by("pk")
    return [_message(certificate) for certificate in locked if not is_good(certificate)]


def _message(certificate: Certificate) -> str:
    return _("%(name)s（%(number)s）%(state)s") % {
        "name": certificate.type.name,
        "number": certificate.number,
        "state": state_now(certificate).label,
    }


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
        _clear(flag, flag.case)


def _clear(flag: Flag, case: Case) -> None:
    flag.resolved_at = timezone.now()
    flag.save(update_fields=["resolved_at", "updated_at"])
    if flag.document_id:
        events.record(
            codes.DOCUMENT_CLEARED,
            actor=SYSTEM,
            subject_id=case.pk,
            holder_id=case.applicant_id,
            document=str(flag.document_id),
        )
        return
    events.record(
        codes.FLAG_RESOLVED,
        actor=SYSTEM,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        certificate=str(flag.certificate_id),
    )
