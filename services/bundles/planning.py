"""A bundle for one situation: which items, in which order, what is asked once, and what that saves. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.bundles import merging, rules
from services.bundles.content import BundleContent, MemberPart
from services.bundles.merging import AskedField, AskedMaterial, Count, MergedField, MergedMaterial, Produced
from services.bundles.rules import Span
from services.codes import MaterialNeed
from services.forms import StepSpec, visible_steps
from services.models import ItemVersion, MaterialRequirement, ServiceItem
from services.pieces import Piece, alternatives_of, full_name, parts_of
from services.rules import required_materials


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item of the plan. ``days`` are working days, None where the item names no limit."""

    member: MemberPart
    item: ServiceItem
    version: ItemVersion
    situation: Mapping[str, str]
    days: int | None
    span: Span
    waits: tuple[str, ...]  # keys of the members before it
    steps: tuple[StepSpec, ...] = ()
    materials: tuple[AskedMaterial, ...] = ()

    @property
    def key(self) -> str:
        """The member's key."""
        return self.member.key


@dataclass(frozen=True, slots=True)
class Plan:
    """What these answers come to. ``missing`` are members that nobody offers in the region."""

    answers: Mapping[str, str]
    items: tuple[PlannedItem, ...] = ()
    missing: tuple[MemberPart, ...] = ()
    fields: tuple[MergedField, ...] = ()
    materials: tuple[MergedMaterial, ...] = ()
    produced: tuple[Produced, ...] = ()
    counts: tuple[Count, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of the items by member key

    @property
    def total_days(self) -> int:
        """Working days until all is done."""
        return max((one.span.end for one in self.items), default=0)

    @property
    def has_unknown_days(self) -> bool:
        """Whether an item names no limit, so that the days are a lower bound."""
        return any(one.days is None for one in self.items)


def make_plan(content: BundleContent, answers: Mapping[str, str], items: Mapping[str, ServiceItem]) -> Plan:
    """Plan a bundle for complete answers. ``items``: the implementation of each member by its key, parts loaded."""
    chosen = rules.applying(content.members, answers)
    held = [member for member in chosen if member.key in items]
    waits = rules.waits_for(content.members, [member.key for member in held])
    days = {member.key: _days(items[member.key]) for member in held}
    spans = rules.schedule(waits, {key: value or 0 for key, value in days.items()})
    by_key = {member.key: member for member in held}
    order = [member.key for member in content.members]
    planned = tuple(
        _planned(by_key[key], items[key], answers, days[key], spans[key], waits[key])
        for key in rules.in_order(spans, order)
    )
    asked = [material for one in planned for material in one.materials]
    left, produced = merging.without_results(asked, _results(planned), rules.all_before(waits))
    fields = [AskedField(one.key, spec) for one in planned for step in one.steps for spec in step.fields]
    merged_fields, merged = merging.merge_fields(fields), merging.merge_materials(left)
    shown = sorted(merged, key=lambda group: (group.is_optional, asked.index(group.lead)))
    return Plan(
        answers=answers,
        items=planned,
        missing=tuple(member for member in chosen if member.key not in items),
        fields=tuple(merged_fields),
        materials=tuple(shown),
        produced=tuple(produced),
        counts=_counts(planned, len(fields), merged_fields, asked, merged),
        names={one.key: one.version.name for one in planned},
    )


def _planned(
    member: MemberPart,
    item: ServiceItem,
    answers: Mapping[str, str],
    days: int | None,
    span: Span,
    waits: Iterable[str],
) -> PlannedItem:
    version = version_of(item)
    situation = rules.answers_for(member, answers)
    return PlannedItem(
        member=member,
        item=item,
        version=version,
        situation=situation,
        days=days,
        span=span,
        waits=tuple(sorted(waits)),
        steps=visible_steps(version, situation),
        materials=tuple(
            asked_material(member.key, row, piece)
            for row in required_materials(version, situation)
            for piece in parts_of(row)
        ),
    )


def asked_material(member: str, row: MaterialRequirement, piece: Piece | None) -> AskedMaterial:
    """A material with what may stand for it; where all pieces are asked for, each is one of its own."""
    accepted = [kind.pk for kind in row.satisfied_by.all() if piece is None or kind.pk in piece.types]
    if piece:
        kinds: tuple[str, ...] = (piece.kind,) if piece.kind else ()
    else:
        kinds = (row.kind, *(one.kind for one in alternatives_of(row)))
    return AskedMaterial(
        member=member,
        key=f"{row.key}#{piece.key}" if piece else row.key,
        name=full_name(row, piece.key) if piece else row.name,
        tokens=frozenset([f"type:{key}" for key in accepted]) | {f"kind:{kind}" for kind in kinds if kind},
        proof_of=row.proof_of,
        need=row.need,
        source=row,
    )


def version_of(item: ServiceItem) -> ItemVersion:
    """The version in force of a published item."""
    if item.current is None:
        raise ValueError("a planned item is published")
    return item.current


def _days(item: ServiceItem) -> int | None:
    version = version_of(item)
    promised = rules.working_days(version.promise_days, version.promise_unit)
    return promised if promised is not None else rules.working_days(version.statutory_days, version.statutory_unit)


def _results(planned: Iterable[PlannedItem]) -> dict[str, str]:
    return {one.key: f"type:{one.version.result_type_id}" for one in planned if one.version.result_type_id}


def _counts(
    planned: Sequence[PlannedItem],
    field_count: int,
    fields: Sequence[MergedField],
    asked: Sequence[AskedMaterial],
    materials: Sequence[MergedMaterial],
) -> tuple[Count, ...]:
    """Forms, fields, materials that must be there, visits and working days: one by one, and as one."""
    forms = sum(bool(one.steps) for one in planned)
    return (
        Count("forms", forms, min(forms, 1)),
        Count("fields", field_count, len(fields)),
        Count(
            "materials",
            sum(one.need != MaterialNeed.OPTIONAL for one in asked),
            sum(not one.is_optional for one in materials),
        ),
        Count("visits", sum(one.version.visits for one in planned), _visits(planned)),
        Count("days", sum(one.days or 0 for one in planned), max((one.span.end for one in planned), default=0)),
    )


def _visits(planned: Iterable[PlannedItem]) -> int:
    """Who must come in person anyway comes once for what runs at the same time at the same place."""
    calls: dict[tuple[int, str], int] = {}
    for one in planned:
        place = (one.span.level, one.version.hall_place or one.item.department_name)
        calls[place] = max(calls.get(place, 0), one.version.visits)
    return sum(calls.values())
