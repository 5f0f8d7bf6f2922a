"""One form and one list of materials for all drafts of a joint case. What is asked twice is asked once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import Prefetch

from cases.evidence import missing
from cases.models import Case, CaseMaterial, JointCase, JointItem
from certificates.models import CertificateType
from services.bundles.merging import (
    AskedField,
    AskedMaterial,
    MergedField,
    MergedMaterial,
    Produced,
    merge_fields,
    merge_materials,
    without_results,
)
from services.bundles.planning import asked_material
from services.bundles.rules import all_before
from services.forms import FieldSpec, StepSpec, visible_steps
from services.pieces import parts_of

COMMON = "common"  # the key of the page with what several items ask
_PAGE = 8  # fields of the common page: more become another page
# What the register says of an organisation once it is there (identity.queries.authority_values).
_OF_ORGANISATIONS = frozenset({"org.name", "org.uscc", "org.kind", "org.address", "org.legal_representative"})


@dataclass(frozen=True)
class Part:
    """One item of a joint draft with its own draft and the form that applies."""

    item: JointItem
    case: Case
    steps: tuple[StepSpec, ...]
    known_later: frozenset[str] = frozenset()  # elements that an earlier item's result answers

    @property
    def key(self) -> str:
        """The key of the bundle's member."""
        return self.item.key

    def is_later(self, spec: FieldSpec) -> bool:
        """Whether a field is answered by what an earlier item brings about: it is not asked now."""
        parts = set(spec.parts.values())
        return spec.element in self.known_later or (bool(parts) and parts <= self.known_later)

    def asked(self) -> list[FieldSpec]:
        """The fields that are asked now; files are asked for among the materials."""
        return [spec for step in self.steps for spec in step.fields if spec.type != "file" and not self.is_later(spec)]


@dataclass(frozen=True)
class Page:
    """One page of the union form. ``owners``: by field key the parts that ask it."""

    step: StepSpec
    owners: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Group:
    """Materials of several items that one proof stands for; ``rows`` belong to different drafts."""

    rows: tuple[CaseMaterial, ...]
    is_optional: bool

    @property
    def shown(self) -> CaseMaterial:
        """The row that speaks for all: one that is still missing, else the choosiest."""
        lacking = missing(list(self.rows))
        return lacking[0] if lacking else self.rows[0]


@dataclass(frozen=True)
class Union:
    """All drafts of a joint case at once (:func:`load`)."""

    joint: JointCase
    parts: tuple[Part, ...]
    others: tuple[JointItem, ...] = field(default=())  # at the counter: no draft

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """What several items ask first, then one page for each item's own fields."""
        asked = [AskedField(part.key, spec) for part in self.parts for spec in part.asked()]
        shared: list[MergedField] = []
        own: list[MergedField] = []
        taken: set[str] = set()
        for one in merge_fields(asked):
            is_shared = len(one.members) > 1 and one.spec.key not in taken
            (shared if is_shared else own).append(one)
            if is_shared:
                taken.add(one.spec.key)
        pages = [_common(number, shared[at : at + _PAGE]) for number, at in enumerate(range(0, len(shared), _PAGE))]
        for part in self.parts:
            for step in part.steps:
                mine = [one for one in own if part.key in one.members and one.spec in step.fields]
                if mine:
                    title = step.title if len(part.steps) == 1 else f"{part.item.item_version.name}：{step.title}"
                    pages.append(_page(f"{part.key}--{step.key}", title, mine))
        return tuple(pages)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The materials, each once; what an earlier item issues is not asked for."""
        rows = {(part.key, _key_of(row)): row for part in self.parts for row in part.case.materials.all()}
        left, _produced = self._asked(rows)
        merged = merge_materials(left)
        ordered = sorted(merged, key=lambda group: (group.is_optional, left.index(group.lead)))
        return tuple(
            Group(tuple(rows[one.member, one.key] for one in _lead_first(group)), group.is_optional)
            for group in ordered
        )

    @cached_property
    def produced(self) -> dict[tuple[str, str], str]:
        """Materials that come of an earlier item: (member, material key) → member that issues it."""
        rows = {(part.key, _key_of(row)): row for part in self.parts for row in part.case.materials.all()}
        _left, produced = self._asked(rows)
        return {(one.asked.member, one.asked.key): one.by for one in produced}

    def _asked(self, rows: Mapping[tuple[str, str], CaseMaterial]) -> tuple[list[AskedMaterial], list[Produced]]:
        asked = [_asked_by(member, row) for (member, _key), row in rows.items()]
        results = {
            part.key: f"type:{part.item.item_version.result_type_id}"
            for part in self.parts
            if part.item.item_version.result_type_id
        }
        return without_results(asked, results, before(part.item for part in self.parts))

    def group_of(self, row: CaseMaterial) -> Group | None:
        """The group a row belongs to."""
        return next((group for group in self.groups if any(one.pk == row.pk for one in group.rows)), None)

    def part(self, key: str) -> Part:
        """One part by its key."""
        return next(part for part in self.parts if part.key == key)


def _common(number: int, fields: Sequence[MergedField]) -> Page:
    return _page(COMMON if number == 0 else f"{COMMON}-{number + 1}", "", fields)


def _page(key: str, title: str, fields: Sequence[MergedField]) -> Page:
    specs = tuple(replace(one.spec, required=one.is_required) for one in fields)
    return Page(StepSpec(key, title, specs), {one.spec.key: one.members for one in fields})


def _lead_first(group: MergedMaterial) -> list[AskedMaterial]:
    return [group.lead, *(one for one in group.asked if one is not group.lead)]


def _key_of(row: CaseMaterial) -> str:
    return f"{row.requirement.key}#{row.piece}" if row.piece else row.requirement.key


def _asked_by(member: str, row: CaseMaterial) -> AskedMaterial:
    piece = next((one for one in parts_of(row.requirement) if one and one.key == row.piece), None)
    return asked_material(member, row.requirement, piece)


def before(items: Iterable[JointItem]) -> dict[str, frozenset[str]]:
    """Everything that is finished before each item begins."""
    found = list(items)
    here = {one.key for one in found}
    return all_before({one.key: frozenset(one.after) & here for one in found})


def load(joint: JointCase, *, lock: bool = False) -> Union:
    """Read all drafts of a joint case with their forms and materials; with ``lock`` each draft is locked, in order.

    A fixed number of queries for the drafts and materials, and one for the questions of each item's version.
    """
    parts = (
        "item",
        "item_version__result_type",
        "department__region",
        "applicant__person",
        "applicant__organisation",
        "agent",
    )
    accepted = CertificateType.objects.only("name").order_by()
    rows = CaseMaterial.objects.select_related(
        "requirement", "certificate__type", "certificate__issuer", "document__verified_department"
    ).prefetch_related(Prefetch("requirement__satisfied_by", accepted))
    drafts = Case.objects.filter(joint_item__joint=joint).select_related(*parts).order_by("pk")
    if lock:
        drafts = drafts.select_for_update(of=("self",), no_key=True)
    cases = {case.pk: case for case in drafts.prefetch_related(Prefetch("materials", rows))}
    items = list(joint.items.select_related("item_version__result_type", "department", "item_version__item"))
    earlier = before(items)
    later = {one.key: _elements_of(one) for one in items}
    found = [
        _part(one, cases[one.case_id], earlier.get(one.key, frozenset()), later)
        for one in items
        if one.case_id and one.case_id in cases
    ]
    return Union(joint, tuple(found), tuple(one for one in items if not one.case_id))


def _part(item: JointItem, case: Case, earlier: Iterable[str], later: Mapping[str, frozenset[str]]) -> Part:
    known = frozenset().union(*(later[key] for key in earlier if key in later))
    if item.founder:
        known |= _OF_ORGANISATIONS
    return Part(item, case, visible_steps(case.item_version, case.situation), known)


def _elements_of(item: JointItem) -> frozenset[str]:
    """The data elements that an item's result certificate will answer."""
    kind = item.item_version.result_type
    return frozenset(one["element"] for one in kind.fields if one.get("element")) if kind else frozenset()
