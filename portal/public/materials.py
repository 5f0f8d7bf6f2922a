"""Materials as people see them: the square mark, the reason, and how many are left to hand in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.evidence import preview
from cases.models import Case, CaseMaterial
from cases.promises.keeping import text_for
from certificates.choosing import HELD as _HELD
from certificates.choosing import Way
from identity.actor import Actor
from identity.queries import get_party
from portal.public.forms import MaterialForm, PagesForm
from portal.public.requests import new_request_key
from services.codes import MaterialNeed
from services.models import MaterialRequirement, Situation
from services.pieces import alternatives_of, parts_of, words
from services.queries import Guide
from services.rules import applies, next_situation, possible_situations, required_materials

_Way = CaseMaterial.Way
_MARKS = {
    "certificate": "free",
    "verified": "seen",
    "earlier": "free",
    "promise": "vow",
    "deferred": "fix",
    "upload": "ask",
    "missing": "ask",
}


@dataclass(frozen=True, slots=True)
class GuideMaterial:
    """One material on the guide page."""

    material: MaterialRequirement
    mark: str
    why: str
    condition: str = ""  # when it is asked for, empty for always
    passed: tuple[str, ...] = ()  # what is held and does not count, in words

    @property
    def together(self) -> str:
        """以下任一 or 以下全部 with the names of the pieces; empty for one whole."""
        return words(self.material)

    @property
    def is_optional(self) -> bool:
        """Whether it may be left out."""
        return self.material.need == MaterialNeed.OPTIONAL


@dataclass(frozen=True, slots=True)
class Tally:
    """How many materials this person hands in, of how many; ``seen`` were checked by staff before.

    Before the questions are answered it may be more: ``most_needed`` of ``most_total`` in the worst situation.
    """

    needed: int
    total: int
    seen: int
    most_needed: int = 0
    most_total: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the answers decide how many it is."""
        return (self.most_needed, self.most_total) > (self.needed, self.total) or self.most_total > self.total


def materials_asked(guide: Guide, situation: Mapping[str, str], actor: Actor) -> list[GuideMaterial]:
    """The materials that answers given so far ask for, or still may; marked as by :func:`guide_materials`.

    Their conditions name only what is not answered yet; with every question answered there are none.
    """
    rows, _tally_of_all = guide_materials(guide, actor)
    asked = {one.key for one in required_materials(guide.version, situation)}
    if next_situation(guide.situations, situation) is None:
        return [replace(row, condition="") for row in rows if row.material.key in asked]
    left = [question for question in guide.situations if question.key not in situation]
    return [
        replace(row, condition=_condition(row.material, left))
        for row in rows
        if applies({key: wanted for key, wanted in row.material.when.items() if key in situation}, situation)
    ]


def guide_materials(guide: Guide, actor: Actor) -> tuple[list[GuideMaterial], Tally | None]:
    """The materials of a guide, resolved for a signed-in citizen (two queries), with their tally.

    Without sign-in the marks say what could stand in for each, and there is no tally.
    """
    is_outside = actor.scope is not None and not actor.scope.covers_item(guide.item.code)
    if not actor.is_citizen or actor.principal_id is None or is_outside:  # what is held there is not for their eyes
        return [_unresolved(material, guide.situations) for material in guide.materials], None
    case = Case(
        item_version=guide.version, applicant=get_party(actor.principal_id), agent_id=actor.person_id, situation={}
    )
    resolved = preview(case, today=timezone.localdate())
    rows = []
    for material in guide.materials:
        resolution = resolved[material.key]
        condition = _condition(material, guide.situations)
        if condition and resolution.way not in _HELD:
            rows.append(_unresolved(material, guide.situations))
        else:
            passed = tuple(one.words for one in resolution.passed)
            rows.append(GuideMaterial(material, _MARKS[resolution.way], resolution.reason, condition, passed))
    return rows, _tally(guide, {key: one.way for key, one in resolved.items()})


def _tally(guide: Guide, ways: Mapping[str, Way]) -> Tally:
    """Count for every situation people can be in; the fewest and the most are told."""
    keys = {key for material in guide.materials for key in material.when}
    situations = possible_situations(guide.situations, keys)
    if situations:
        counts = [_count(required_materials(guide.version, one), ways) for one in situations]
        least, most = min(counts), max(counts)
    else:  # too many to try, or nobody gets through: what is asked of everybody, and all there is
        least, most = _count(required_materials(guide.version, {}), ways), _count(guide.materials, ways)
    return Tally(least[0], least[1], least[1] - least[0] - least[2], most[0], most[1])


def _count(materials: Iterable[MaterialRequirement], ways: Mapping[str, Way]) -> tuple[int, int, int]:
    """How many are to be handed in, how many are asked for, how many are held and were not checked by staff."""
    asked = [
        (one.need, ways[f"{one.key}#{piece.key}" if piece else one.key]) for one in materials for piece in parts_of(one)
    ]
    counted = [way for need, way in asked if need != MaterialNeed.OPTIONAL or way in _HELD]
    held = [way for way in counted if way in _HELD]
    return len(counted) - len(held), len(counted), len(held) - held.count(Way.VERIFIED)


def _unresolved(material: MaterialRequirement, questions: Sequence[Situation]) -> GuideMaterial:
    condition = _condition(material, questions)
    kinds = list(material.satisfied_by.all())
    if kinds:
        names = "、".join(kind.name for kind in kinds)
        return GuideMaterial(material, "cert", _("有“%(names)s”电子证照的，不用交") % {"names": names}, condition)
    if material.promise_text:
        return GuideMaterial(material, "vow", _("可以告知承诺，不用交；办结后按承诺核查"), condition)
    if material.defer_days is not None:
        return GuideMaterial(material, "fix", _("可以先受理，材料随后补交"), condition)
    return GuideMaterial(material, "ask", _("拍照或 PDF，不超过 20 MB；交过并核对过的不用再交"), condition)


def _condition(material: MaterialRequirement, questions: Iterable[Situation]) -> str:
    parts = []
    for question in questions:
        wanted = material.when.get(question.key)
        if wanted is None:
            continue
        values = wanted if isinstance(wanted, list) else [wanted]
        labels = [option["label"] for option in question.options if option["value"] in values]
        parts.append(f"{question.question}{'、'.join(labels)}")
    return "；".join(parts)


def row_mark(row: CaseMaterial) -> str:
    """The seal of a case's material: what stands for it, or what may."""
    if row.correction or state_now(row):
        return "fix"
    if row.way == CaseMaterial.Way.MISSING and row.requirement.promise_text:
        return "vow"
    return _MARKS[row.way]


def state_now(row: CaseMaterial) -> str:
    """What became of the certificate a material stands on, when it is no longer valid; empty otherwise."""
    certificate = row.certificate
    return (
        "" if certificate is None or certificate.state == certificate.State.VALID else certificate.get_state_display()
    )


def tally_of(rows: Sequence[CaseMaterial]) -> Tally:
    """Count a case's materials: those that nothing held stands for are the person's to hand in."""
    counted = [row for row in rows if row.requirement.need != MaterialNeed.OPTIONAL or row.way != row.Way.MISSING]
    held = [row.way for row in counted if row.way in _HELD]
    return Tally(len(counted) - len(held), len(counted), held.count(CaseMaterial.Way.VERIFIED))


def undertaken_text(row: CaseMaterial) -> list[str]:
    """The whole text the applicant has accepted for a material; empty where it is neither promised nor deferred."""
    return text_for(row, row.way) if row.way in {_Way.PROMISE, _Way.DEFERRED} else []


def material_row(row: CaseMaterial, form: PagesForm | None = None) -> dict[str, Any]:
    """One material for the page: its mark, its ways and its own upload form."""
    return {
        "row": row,
        "requirement": row.requirement,
        "name": row.name,
        "together": "" if row.piece else words(row.requirement),
        "alternatives": alternatives_of(row.requirement),
        "passed": [one["words"] for one in row.passed_over],
        "mark": row_mark(row),
        "state_now": state_now(row),
        "form": form or upload_form(row),
        "is_open": form is not None,
        "is_missing": row.way == _Way.MISSING,
        "is_uploaded": row.way == _Way.UPLOAD,
        "is_held": row.way in {_Way.CERTIFICATE, _Way.VERIFIED, _Way.EARLIER},
        "is_certificate": row.way == _Way.CERTIFICATE,
        "is_promised": row.way == _Way.PROMISE,
        "is_deferred": row.way == _Way.DEFERRED,
        "undertaken": undertaken_text(row),
        "promise_text": text_for(row, _Way.PROMISE) if row.requirement.promise_text else [],
        "defer_text": text_for(row, _Way.DEFERRED) if row.requirement.defer_days is not None else [],
        "is_optional": row.requirement.need == "2",
        "has_file": row.document_id is not None or (row.certificate is not None and bool(row.certificate.file)),
        "request_key": new_request_key(),
    }


def upload_form(row: CaseMaterial, data: Any = None, files: Any = None) -> PagesForm:
    """The upload form of one material; its ids differ from those of the other forms on the page."""
    alternatives = [(one.key, one.name) for one in alternatives_of(row.requirement)]
    return MaterialForm(alternatives, data, files, auto_id=f"material-{row.pk}-%s")


def upload_problems(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Entries for the error summary: each leads to the box of its material that is wrong."""
    return [
        (row["form"][box].auto_id, f"{row['name']}：{message}")
        for row in rows
        if row["form"].is_bound
        for box in row["form"].fields
        for message in row["form"].errors.get(box, [])
    ]
