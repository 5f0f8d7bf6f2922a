"""When a certificate or the verdict on a document changes, every open case that relied on it says so."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases import messages
from cases.models import Case, CaseMaterial, Flag
from cases.renewing import continues
from cases.states import OPEN_STATES, State
from certificates.models import Certificate, Document
from certificates.queries import is_good, state_now
from certificates.versions import changed_labels, earlier_versions
from common import events
from common.formatting import format_list
from common.jobs import after_commit
from common.written import Given, belonging, written
from identity.actor import SYSTEM
from services.renewals import renewed_after_term

CHANGED, DISPUTED = "changed", "disputed"


def follow_certificate(certificate: Certificate) -> None:
    """Flag open cases and drafts when a certificate stops being valid; clear the flags when it is valid again.

    Cases that relied on a version which this one replaced rely on this one now.
    """
    family = earlier_versions(certificate)
    if certificate.state == Certificate.State.VALID:
        _resolve(family)
        return
    message = _message(certificate)
    uses = [row for row in _uses(family) if not _is_renewed_by(row.case, certificate)]
    _follow(uses, state=certificate.state, message=message)
    _resolve_drafts(certificate)


def follow_replacement(former: Certificate, successor: Certificate) -> None:
    """Flag open cases and drafts whose certificate says something else in its next version (更正、变更).

    The case that brought the change about knows of it. Nothing printed changed: nobody is told.
    """
    labels = changed_labels(former, successor)
    if not labels:
        return
    names = {"name": former.type.name, "number": former.number, "fields": format_list(labels[:6])}
    message = _("%(name)s（%(number)s）换了新版，%(fields)s变了，请对照新版核对") % names
    uses = _uses(earlier_versions(former))
    if successor.case_number:
        uses = uses.exclude(case__number=successor.case_number)
    _follow(uses, state=CHANGED, message=message[:300])
    _resolve_drafts(former)


def _uses(family: Iterable[UUID]) -> QuerySet[CaseMaterial]:
    running = Q(case__state__in=[*OPEN_STATES, State.DRAFT])
    uses = CaseMaterial.objects.filter(running, certificate_id__in=list(family))
    return uses.select_related("case__item_version__item")


def _is_renewed_by(case: Case, certificate: Certificate) -> bool:
    """Whether a certificate is only over its term, and the case is there to renew it."""
    is_over = state_now(certificate) == Certificate.State.EXPIRED
    return is_over and (certificate.type_id in renewed_after_term(case.item_version) or continues(case, certificate))


def _follow(uses: Iterable[CaseMaterial], *, state: str, message: str) -> None:
    seen = set()
    for row in uses:
        assert row.certificate_id is not None
        if (row.case_id, row.certificate_id) not in seen:
            seen.add((row.case_id, row.certificate_id))
            _raise(row.case, row.certificate_id, state, message)


def _resolve_drafts(certificate: Certificate) -> None:
    """Have drafts look for another proof, once this change is certain: they are locked before certificates."""
    after_commit("cases.tasks.resolve_drafts_again", certificate_id=str(certificate.pk))


def settle(case: Case) -> None:
    """Clear the flags of proofs that no material of the case relies on any more (one query where there are none)."""
    flags = belonging(_open_flags(case.pk), case=case)
    if not flags:
        return
    proofs = list(case.materials.values_list("certificate_id", "document_id"))
    certificates, documents = {pk for pk, _document in proofs}, {pk for _certificate, pk in proofs}
    for flag in flags:
        proof, used = (flag.certificate_id, certificates) if flag.certificate_id else (flag.document_id, documents)
        if proof not in used:
            clear(flag, case)


@written
def _open_flags(case_id: Given) -> QuerySet[Flag]:
    return Flag.objects.filter(case_id=case_id, resolved_at__isnull=True)


def follow_verdict(document: Document) -> None:
    """Flag open cases and drafts when the comparison of a document is disputed; clear the flags when it is settled."""
    if document.disputed_at is None:
        for flag in Flag.objects.filter(document=document, resolved_at__isnull=True).select_related("case"):
            clear(flag, flag.case)
        return
    message = _("“%(name)s”的核验有异议，要重新核对原件") % {"name": document.name[:200]}
    relying = Case.objects.filter(
        Q(state__in=[*OPEN_STATES, State.DRAFT]) & Q(materials__document=document)
    ).select_related("item_version")
    for case in relying.distinct():
        flag, made = Flag.objects.get_or_create(
            case=case, document=document, resolved_at=None, defaults={"state": DISPUTED, "message": message}
        )
        if made:
            events.record(
                codes.DOCUMENT_FLAGGED,
                actor=SYSTEM,
                subject_id=case.pk,
                holder_id=case.applicant_id,
                document=str(document.pk),
            )
            if case.state != State.DRAFT:
                messages.notify(case, messages.FLAG_RAISED, about=flag.pk)


def lost_evidence(case: Case) -> list[str]:
    """Say which certificates that the case relies on are not good now, or say something else than when they were
    relied on and nobody has looked into it; empty when the case can be decided on them.

    They stay as they are until the transaction ends: a suspension at this very moment is seen or waits. A
    certificate replaced by a good one (变更、延续) still stands for its holder's right.
    """
    lost = [_message(one) for one in _relied_on(case.pk) if not (is_good(one) or _is_renewed_by(case, one))]
    return lost + _unread(case.pk)


@written
def _relied_on(case_id: Given) -> QuerySet[Certificate]:
    materials = CaseMaterial.objects.filter(case_id=case_id, certificate__isnull=False)
    used = Certificate.objects.filter(pk__in=materials.order_by().values("certificate"))
    return used.select_for_update(of=("self",), no_key=True).order_by("pk")


@written
def _unread(case_id: Given) -> QuerySet[Flag, str]:
    unread = Flag.objects.filter(case_id=case_id, state=CHANGED, resolved_at__isnull=True)
    return unread.order_by("pk").values_list("message", flat=True)


def _message(certificate: Certificate) -> str:
    return _("%(name)s（%(number)s）%(state)s") % {
        "name": certificate.type.name,
        "number": certificate.number,
        "state": state_now(certificate).label,
    }


def _raise(case: Case, certificate_id: UUID, state: str, message: str) -> None:
    kind = Q(state=CHANGED) if state == CHANGED else ~Q(state=CHANGED)  # a state and a change are two questions
    flag = Flag.objects.filter(kind, case=case, certificate_id=certificate_id, resolved_at__isnull=True).first()
    if flag is None:
        flag = Flag(case=case, certificate_id=certificate_id)
    flag.state, flag.message = state, message
    flag.handled_at = flag.handled_by = flag.handled_post = None  # it moved on: whoever looked into it looks again
    flag.note = ""
    flag.save()
    if case.state != State.DRAFT:
        messages.notify(case, messages.FLAG_RAISED, about=flag.pk, occasion=str(state))
    events.record(
        codes.FLAG_RAISED,
        actor=SYSTEM,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        certificate=str(certificate_id),
        state=str(state),
    )


def _resolve(family: Iterable[UUID]) -> None:
    """Clear what the certificate's state raised; what changed in it is still to be looked into."""
    raised = Flag.objects.filter(certificate_id__in=list(family), resolved_at__isnull=True).exclude(state=CHANGED)
    for flag in raised.select_related("case"):
        clear(flag, flag.case)


def clear(flag: Flag, case: Case) -> None:
    """Mark a flag as settled."""
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
