"""The materials of a case: resolve each requirement against what is held, and keep the rows in step."""

import datetime as dt
from uuid import UUID

from cases.models import Case, CaseMaterial
from certificates import reuse
from identity.models import Party
from services.codes import ProofOf
from services.models import MaterialRequirement
from services.rules import required_materials

_Way = CaseMaterial.Way


def requirement_of(case: Case, material: MaterialRequirement) -> reuse.Requirement:
    """Say a catalogue requirement in the words of the certificates room."""
    return reuse.Requirement(
        key=material.key,
        holder_id=holder_of(case, material),
        type_ids=frozenset(kind.pk for kind in material.satisfied_by.all()),
        kind=material.kind,
        fresh_days=material.fresh_days,
        may_promise=bool(material.promise_text),
        may_defer=material.defer_days is not None,
    )


def holder_of(case: Case, material: MaterialRequirement) -> UUID:
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


def locker_of(case: Case, material: MaterialRequirement, person_id: UUID | None) -> UUID:
    """Whose locker takes what this person hands in: never the own locker of another one who acted before."""
    holder = holder_of(case, material)
    is_anothers = holder == case.agent_id and case.agent_id != person_id
    return case.applicant_id if is_anothers else holder


def refresh(case: Case, *, today: dt.date) -> list[CaseMaterial]:
    """Bring a draft's materials in step with its situation and with what is held now.

    Rows the applicant chose (an upload, a declaration) stay as they are; the others take the first match.
    """
    needed = required_materials(case.item_version, case.situation)
    resolutions = _resolve(case, needed, today)
    rows = {row.requirement_id: row for row in case.materials.all()}
    kept: list[CaseMaterial] = []
    for material in needed:
        row = rows.pop(material.pk, None) or CaseMaterial(case=case, requirement=material)
        if not row.chosen_by_applicant or resolutions[material.key].way == reuse.Way.CERTIFICATE:
            _take(row, resolutions[material.key])
        row.save()
        kept.append(row)
    CaseMaterial.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()  # no longer asked in this situation
    return kept


def _take(row: CaseMaterial, resolution: reuse.Resolution) -> None:
    row.way = _Way(resolution.way)
    row.certificate = resolution.certificate
    row.document = resolution.document
    row.reason = resolution.reason[:300]
    row.chosen_by_applicant = False
    if row.way in {_Way.PROMISE, _Way.DEFERRED}:  # offered, not taken: the person must say so
        row.way = _Way.MISSING


def preview(case_like: Case, *, today: dt.date) -> dict[str, reuse.Resolution]:
    """Resolve every material of any situation without writing, for the guide page: ``{material key: resolution}``."""
    return _resolve(case_like, list(case_like.item_version.materials.all()), today)


def _resolve(case: Case, needed: list[MaterialRequirement], today: dt.date) -> dict[str, reuse.Resolution]:
    return reuse.resolve([requirement_of(case, material) for material in needed], today=today)


def missing(rows: list[CaseMaterial]) -> list[CaseMaterial]:
    """Required materials that nothing stands for yet."""
    return [row for row in rows if row.way == _Way.MISSING and row.requirement.need != "2"]
