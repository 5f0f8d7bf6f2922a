"""When the corrections that a case waits for can be handed in: every listed material was replaced since the notice."""

from dataclasses import dataclass
from uuid import UUID

from cases import errors
from cases.models import Case, CaseMaterial, Notice


def require_corrected(case: Case) -> list[CaseMaterial]:
    """Return the materials of a case that waits for corrections; raises :class:`MaterialsIncomplete` while one of the
    listed ones has not been replaced.
    """
    rows = list(case.materials.select_related("requirement"))
    notice = asked_by(case.pk)
    unchanged = [row for row in rows if row.correction and not is_replaced(row, notice)]
    if unchanged:
        names = "、".join(row.name for row in unchanged)
        raise errors.MaterialsIncomplete(count=len(unchanged), names=names)
    return rows


def asked_by(case_id: UUID) -> Notice:
    """The notice that a case waits for corrections by: the last, where a supervisor had a second one sent."""
    return Notice.objects.filter(case_id=case_id, kind=Notice.Kind.CORRECTION).latest("created_at")


def is_replaced(row: CaseMaterial, notice: Notice) -> bool:
    """Whether a listed material was handed in anew after the notice went out."""
    return row.updated_at > notice.created_at and row.way != CaseMaterial.Way.MISSING


@dataclass(frozen=True, slots=True)
class Correction:
    """One material that the notice asks for."""

    name: str
    words: str
    is_done: bool


def corrections_of(case: Case) -> list[Correction]:
    """What the notice of a case that waits for corrections asks for, material by material (two queries)."""
    notice = asked_by(case.pk)
    rows = case.materials.exclude(correction="").select_related("requirement")
    return [Correction(row.name, row.correction, is_replaced(row, notice)) for row in rows]


def points_of(notice: Notice) -> list[str]:
    """Everything a correction notice asks for, in its words."""
    return [point for part in notice.content.get("lists", []) for point in part["items"]]
