"""The materials of a case: resolve each requirement against what is held, and keep the rows in step."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from cases.models import Case, CaseMaterial
from certificates import reuse
from certificates.choosing import Requirement, Resolution, Way, together
from common.written import Given, belonging, written
from identity.models import Party
from services.codes import MaterialNeed, ProofOf
from services.models import MaterialRequirement
from services.pieces import Piece, full_name, is_choice, kinds_of, own_kind, parts_of, pieces_of
from services.renewals import renewed_after_term
from services.rules import applies
from services.terms import Terms, terms_of

_Way = CaseMaterial.Way
_Asked = tuple[MaterialRequirement, Piece | None]  # a material, or a piece of one that is handed in piece by piece


def requirement_of(case: Case, material: Terms, piece: Piece | None = None) -> Requirement:
    """Say a catalogue requirement, or a piece of it, in the words of the certificates room."""
    holder = holder_of(case, material)
    accepted = material.accepted_ids
    return Requirement(
        key=_key(material, piece),
        holder_id=holder,
        type_ids=accepted & piece.types if piece else accepted,
        kinds=(own_kind(material, piece),) if piece else kinds_of(material),
        fresh_days=material.fresh_days,
        may_promise=bool(material.promise_text),
        may_defer=material.defer_days is not None,
        renewed_ids=renewed_after_term(case.item_version),
        names=tuple(one.name for one in pieces_of(material)) if is_choice(material) else (),
        is_refused=not case.use_prefill,
        for_another=holder != case.agent_id and case.applicant.kind == Party.Kind.PERSON,
    )


def _key(material: Terms, piece: Piece | None) -> str:
    return f"{material.key}#{piece.key}" if piece else material.key


def holder_of(case: Case, material: Terms) -> UUID:
    """Whose proof a material must be: the applicant's, its legal representative's, or that of the person who acts.

    The legal representative's own locker opens only for themselves: when somebody with a mandate acts, the proof is
    handed in and kept by the organisation. An agent's proofs never stand for the applicant's.
    """
    if material.proof_of == ProofOf.AGENT:
        return case.agent_id
    party = case.applicant
    is_for_organisation = material.proof_of == ProofOf.REPRESENTATIVE and party.kind == Party.Kind.ORGANISATION
    if is_for_organisation and party.organisation.legal_representative_id == case.agent_id:
        return case.agent_id
    return case.applicant_id


def locker_of(case: Case, material: Terms, person_id: UUID | None) -> UUID:
    """Whose locker takes what this person hands in: never the own locker of another one who acted before."""
    holder = holder_of(case, material)
    is_anothers = holder == case.agent_id and case.agent_id != person_id
    return case.applicant_id if is_anothers else holder


# Of a material's columns, those that say what may stand for it; the others describe it.
_JUDGED_BY = (
    *("version", "order", "key", "name", "need", "when", "combination", "pieces", "proof_of", "kind", "fresh_days"),
    *("promise_text", "promise_check_days", "defer_days", "source_type", "legal"),
)


def _materials(case: Case) -> list[MaterialRequirement]:
    return belonging(_required(case.item_version_id), version=case.item_version)


@written
def _required(version_id: Given) -> QuerySet[MaterialRequirement]:
    accepted = MaterialRequirement.satisfied_by.through.objects.filter(materialrequirement=OuterRef("pk"))
    asked = MaterialRequirement.objects.filter(version_id=version_id).only(*_JUDGED_BY)
    return asked.annotate(accepted=ArraySubquery(accepted.values("certificatetype_id")))


@written
def _stored(case_id: Given) -> QuerySet[CaseMaterial]:
    return CaseMaterial.objects.filter(case_id=case_id).order_by()


def asked_of(materials: Iterable[MaterialRequirement], situation: Mapping[str, str]) -> list[_Asked]:
    """What is handed in one by one in a situation, in order: whole materials, and the pieces of the others."""
    return [(one, piece) for one in materials if applies(one.when, situation) for piece in parts_of(one)]


def refresh(case: Case, *, today: dt.date, is_new: bool = False) -> list[CaseMaterial]:
    """Bring a draft's materials in step with its situation and with what is held now; one that ``is_new`` has none.

    Rows the applicant chose (an upload, a declaration) stay as they are; the others take the first match. Three
    queries however many materials there are, and the writes of what changed.
    """
    needed = asked_of(_materials(case), case.situation)
    resolutions = _resolve(case, needed, today)
    stored = [] if is_new else belonging(_stored(case.pk), case=case)
    rows = {(row.requirement_id, row.piece): row for row in stored}
    kept: list[CaseMaterial] = []
    new: list[CaseMaterial] = []
    for material, piece in needed:
        place = (material.pk, piece.key if piece else "")
        row = rows.pop(place, None)
        if row is None:
            row = CaseMaterial(case=case, requirement=material, piece=place[1])
            new.append(row)
        row.requirement = material
        resolution = resolutions[_key(material, piece)]
        if not row.chosen_by_applicant or resolution.way == Way.CERTIFICATE:
            before = _taken(row)
            _take(row, resolution)
            if row not in new and _taken(row) != before:
                row.save()
        kept.append(row)
    for row, key in zip(new, sorted(row.pk for row in new), strict=True):
        row.pk = key  # made in one moment: the keys keep the order of the pieces
    CaseMaterial.objects.bulk_create(new)
    if rows:  # no longer asked in this situation
        CaseMaterial.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    return kept


_TAKEN = ("way", "certificate_id", "document_id", "reason", "passed_over", "chosen_by_applicant")


def _taken(row: CaseMaterial) -> list[object]:
    return [getattr(row, name) for name in _TAKEN]


def _take(row: CaseMaterial, resolution: Resolution) -> None:
    row.way = _Way(resolution.way)
    row.certificate_id = resolution.certificate.pk if resolution.certificate else None
    row.document_id = resolution.document.pk if resolution.document else None
    row.reason = resolution.reason[:300]
    row.passed_over = [one.stored() for one in resolution.passed]
    row.chosen_by_applicant = False
    if row.way in {_Way.PROMISE, _Way.DEFERRED}:  # offered, not taken: the person must say so
        row.way = _Way.MISSING


def preview(case_like: Case, *, today: dt.date) -> dict[str, Resolution]:
    """Resolve every material of any situation without writing, for the guide page: ``{material key: resolution}``.

    One that is handed in piece by piece is as good as the weakest piece; its pieces stand beside it, as ``key#piece``.
    Two queries however many materials there are.
    """
    materials = terms_of(case_like.item_version_id)
    needed = [(one, piece) for one in materials for piece in parts_of(one)]
    found = _resolve(case_like, needed, today)
    for material in materials:
        pieces = [piece for piece in parts_of(material) if piece]
        if pieces:
            found[material.key] = together([(piece.name, found[_key(material, piece)]) for piece in pieces])
    return found


def _resolve(case: Case, needed: Iterable[tuple[Terms, Piece | None]], today: dt.date) -> dict[str, Resolution]:
    return reuse.resolve([requirement_of(case, material, piece) for material, piece in needed], today=today)


def kind_and_name(row: CaseMaterial, alternative: str = "") -> tuple[str, str]:
    """What a file handed in for a row is, as (kind of document, name): its piece, or the alternative chosen."""
    material = row.requirement
    wanted = alternative if is_choice(material) else row.piece
    piece = next((one for one in pieces_of(material) if one.key == wanted), None)
    if piece is None:
        return material.kind or material.key, material.name
    return own_kind(material, piece), full_name(material, piece.key)


def missing(rows: list[CaseMaterial]) -> list[CaseMaterial]:
    """Required materials that nothing stands for yet."""
    return [row for row in rows if row.way == _Way.MISSING and row.requirement.need != MaterialNeed.OPTIONAL]
