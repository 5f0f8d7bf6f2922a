"""From one certificate, where it came from and what came of it: proofs → its case → it → cases → their certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from cases import events as codes
from cases.decided import decided_on
from cases.models import Case, CaseMaterial
from cases.visibility import visible_to
from certificates.models import Certificate
from certificates.queries import get_certificate, state_now, visible_certificates
from certificates.versions import all_versions
from common import events
from identity.actor import Actor

MOST = 12  # cases, and proofs of the case it came from, that are drawn; more are counted


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate or a document. ``certificate_id`` only for one the actor may open."""

    name: str
    note: str = ""
    state: str = ""  # a certificate's state, or a document's grade
    is_good: bool = True
    certificate_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A case the actor may open, and the certificate it ended in."""

    case_id: UUID
    number: str
    item: str
    department: str
    state: str
    is_flagged: bool
    result: Proof | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of a certificate on both sides, as far as the actor may know."""

    certificate: Certificate
    proofs: list[Proof]
    origin: Step | None  # the case it came from
    is_origin_elsewhere: bool  # it came from a case that is not the actor's to see
    uses: list[Step]
    more_uses: int  # of the actor's own that are not drawn
    elsewhere: int  # decisions of other departments; they are listed with number, item, department and day
    versions: list[Proof]


def provenance(actor: Actor, certificate_id: UUID) -> Provenance:
    """Everything about one certificate the actor issued; the look is recorded, with each case whose parts it shows.

    Cases of others are counted when they are decided, and not at all before: that they exist is their affair.
    Raises :class:`CertificateNotFound`.
    """
    certificate = get_certificate(actor, certificate_id)
    family = all_versions(certificate)
    relying = _loaded(visible_to(actor).filter(materials__certificate__in=family)).distinct().order_by("-pk")
    cases = list(relying[:MOST])
    mine = visible_certificates(actor)
    openable = set(mine.filter(pk__in=[case.certificate_id for case in cases]).values_list("pk", flat=True))
    shown = [_step(case, openable) for case in cases]
    origin = _origin(actor, certificate)
    decisions = decided_on(certificate)
    found = Provenance(
        certificate=certificate,
        proofs=_proofs(actor, origin) if origin else [],
        origin=_step(origin, set()) if origin else None,
        is_origin_elsewhere=origin is None and bool(certificate.case_number),
        uses=shown,
        more_uses=max(0, relying.order_by().values("pk").count() - len(cases)),
        elsewhere=decisions.exclude(pk__in=visible_to(actor).values("pk")).order_by().values("pk").count(),
        versions=_versions(mine, family, certificate),
    )
    _record(actor, certificate, [*cases, *([origin] if origin else [])])
    return found


def _loaded(cases: QuerySet[Case]) -> QuerySet[Case]:
    loaded = cases.select_related("item_version", "department", "certificate__type", "certificate__issuer")
    return loaded.prefetch_related("flags")


def _origin(actor: Actor, certificate: Certificate) -> Case | None:
    """The case it came from; a corrected version's is the one that brought the certificate about."""
    if not certificate.case_number:
        return None
    return _loaded(visible_to(actor)).filter(number=certificate.case_number).first()


def _proofs(actor: Actor, origin: Case) -> list[Proof]:
    parts = ("requirement", "certificate__type", "certificate__issuer", "document")
    used = CaseMaterial.objects.filter(case=origin).exclude(certificate=None, document=None).select_related(*parts)
    rows = list(used.order_by("requirement__order", "pk")[:MOST])
    openable = set(
        visible_certificates(actor).filter(pk__in=[row.certificate_id for row in rows]).values_list("pk", flat=True)
    )
    return [_material(row, openable) for row in rows]


def _material(row: CaseMaterial, openable: set[UUID]) -> Proof:
    if row.certificate is not None:
        return _certificate(row.certificate, openable)
    assert row.document is not None
    document = row.document
    return Proof(row.requirement.name, "", document.get_grade_display(), document.disputed_at is None)


def _certificate(certificate: Certificate, openable: Iterable[UUID]) -> Proof:
    state = state_now(certificate)
    is_mine = certificate.pk in set(openable)
    note = f"{certificate.number} · {certificate.issuer.name}" if is_mine else certificate.issuer.name
    good = state == Certificate.State.VALID or (
        state == Certificate.State.CANCELLED and certificate.successors.exists()
    )
    return Proof(certificate.type.name, note, state.label, good, certificate.pk if is_mine else None)


def _step(case: Case, openable: set[UUID]) -> Step:
    result = _certificate(case.certificate, openable) if case.certificate else None
    return Step(
        case_id=case.pk,
        number=case.number or "",
        item=case.item_version.name,
        department=case.department.name,
        state=case.get_state_display(),
        is_flagged=any(flag.resolved_at is None for flag in case.flags.all()),
        result=result,
    )


def _versions(mine: QuerySet[Certificate], family: list[UUID], certificate: Certificate) -> list[Proof]:
    rows = mine.filter(pk__in=family).exclude(pk=certificate.pk).order_by("version")
    return [_version(row) for row in rows[:MOST]]


def _version(row: Certificate) -> Proof:
    return Proof(row.type.name, str(row.version), state_now(row).label, certificate_id=row.pk)


def _record(actor: Actor, certificate: Certificate, cases: list[Case]) -> None:
    events.record(
        codes.PROVENANCE_READ,
        actor=actor,
        subject_id=certificate.pk,
        holder_id=certificate.holder_id,
        cases=len(cases),
    )
    for case in cases:  # each holder reads in the own ledger who looked
        events.record(
            codes.CASE_LISTED, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=case.number or ""
        )
