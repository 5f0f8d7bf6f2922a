"""An item described in full, apart from the database: what import and editing hand to :mod:`services.actions`.

Field names equal the columns of the models, so that a description and a stored version compare as values.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from identity.models import Department, Region
from services.models import (
    Faq,
    FeeItem,
    ItemVersion,
    LegalBasis,
    MaterialRequirement,
    ReviewStage,
    ServiceItem,
    Situation,
    VersionPart,
)


@dataclass(frozen=True, kw_only=True)
class LegalBasisPart:
    """设定依据."""

    law: str
    article: str = ""
    kind: str = ""
    number: str = ""
    gist: str = ""
    issuer: str = ""
    since: str = ""  # ISO date
    is_inherited: bool = False


@dataclass(frozen=True, kw_only=True)
class SituationPart:
    """办理情形: see :class:`services.models.Situation`."""

    key: str
    question: str
    help: str = ""
    options: list[dict[str, Any]] = field(default_factory=list)
    when: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MaterialPart:
    """申请材料; ``satisfied_by`` holds certificate type ids, ``pieces`` what :mod:`services.pieces` reads."""

    key: str
    name: str
    need: str = "1"
    when: dict[str, Any] = field(default_factory=dict)
    satisfied_by: frozenset[UUID] = frozenset()
    combination: str = "any"
    pieces: list[dict[str, Any]] = field(default_factory=list)
    proof_of: str = "applicant"
    kind: str = ""
    fresh_days: int | None = None
    promise_text: str = ""
    promise_check_days: int | None = None
    defer_days: int | None = None
    source_type: str = "10"
    material_format: str = "2"
    legal: str = ""
    note: str = ""
    is_proof: bool = False
    material_type: str = ""
    taken_by: str = ""
    blank_form: str = ""
    sample: str = ""
    source_note: str = ""
    originals: int = 0
    copies: int = 0
    paper_format: str = ""
    acceptance: str = ""
    issuer: str = ""
    issuer_time: str = ""
    issuer_note: str = ""
    issuer_place: str = ""
    use_note: str = ""


@dataclass(frozen=True, kw_only=True)
class FeePart:
    """收费项目; ``amount`` in yuan, None when the standard is not one figure."""

    name: str
    standard: str
    basis: str = ""
    amount: Decimal | None = None
    reduction: str = ""
    kind: str = ""
    note: str = ""
    charging: str = ""  # rules that are counted with online, see :mod:`services.charging`


@dataclass(frozen=True, kw_only=True)
class FaqPart:
    """常见问题."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class StagePart:
    """One stage of the review route; ``days`` in working days, ``after`` and ``lead`` name other stages by key."""

    key: str
    name: str
    department_id: UUID
    post_id: UUID
    days: int
    is_substantive: bool = False
    kind: str = "review"
    after: list[str] = field(default_factory=list)
    lead: str = ""
    assignment: str = "shared"
    checklist: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class NationalContent:
    """The elements of :class:`services.models.national.NationalElements`."""

    power_source: str = ""
    body_kind: str = ""
    entrusted_by: str = ""
    division: str = ""
    power_content: str = ""
    promise_note: str = ""
    special_procedure: str = ""
    joint_bodies: list[dict[str, str]] = field(default_factory=list)
    undertaker: str = ""
    undertaker_code: str = ""
    intermediary: str = ""
    system_level: str = ""
    link_address: str = ""
    link_single_sign_on: bool = False
    mobile_address: str = ""
    mobile_single_sign_on: bool = False
    online_address: str = ""
    in_hall: bool = False
    by_express: bool = False
    pays_online: bool = False
    takes_appointments: bool = False
    on_terminals: bool = False
    result_sample: str = ""
    local_themes_person: list[str] = field(default_factory=list)
    local_themes_org: list[str] = field(default_factory=list)
    town_code: str = ""
    town_name: str = ""
    village_code: str = ""
    village_name: str = ""
    cancel_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class VersionContent(NationalContent):
    """Everything of an item that makes a new version when it changes."""

    name: str
    summary: str = ""
    is_applicable_online: bool = False
    audience: list[str] = field(default_factory=list)
    themes_person: list[str] = field(default_factory=list)
    themes_org: list[str] = field(default_factory=list)
    use_level: str = "3"
    project_type: str = "2"
    statutory_days: int | None = None
    statutory_unit: str = "W"
    statutory_note: str = ""
    promise_days: int | None = None
    promise_unit: str = "W"
    quantity_limit: str = ""
    quota_order: str = ""
    quota_places: int | None = None
    quota_counts: str = ""
    visits: int = 0
    visits_reason: str = "无"
    handle_forms: list[str] = field(default_factory=list)
    online_depth: list[str] = field(default_factory=list)
    handle_area: str = ""
    assurance_level: int = 3
    open_from_age: int | None = None
    conditions: list[str] = field(default_factory=list)
    flow: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    result_kind: str = "none"
    result_name: str = ""
    result_type_id: UUID | None = None
    registers: str = ""
    replaces: str = ""
    renew_before_days: int | None = None
    retention: str = ""
    hall_place: str = ""
    hall_hours: str = ""
    consult_phone: str = ""
    complaint_phone: str = ""
    synonyms: list[str] = field(default_factory=list)
    source_row: dict[str, Any] = field(default_factory=dict)
    legal_bases: tuple[LegalBasisPart, ...] = ()
    situations: tuple[SituationPart, ...] = ()
    materials: tuple[MaterialPart, ...] = ()
    fees: tuple[FeePart, ...] = ()
    faqs: tuple[FaqPart, ...] = ()
    route: tuple[StagePart, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ItemDescription:
    """An item and the content of its published version. It is known by ``task_code``, else by ``local_code``."""

    region: Region
    department: Department | None
    department_name: str
    item_type: str
    content: VersionContent
    task_code: str | None = None
    local_code: str = ""
    catalog_code: str = ""
    local_catalog_code: str = ""
    state: str = ServiceItem.State.ACTIVE
    popularity: int | None = None  # None leaves it as it is
    handle_code: str | None = None  # of a 业务办理项, whose 实施编码 is its parent's
    number: int | None = None  # of the version this makes, where that is later than those there are
    follows: UUID | None = None  # the directory version its basic elements come from
    row_guid: str | None = None  # of the exchange row it came as, with that row's version and digest
    row_version: int | None = None
    row_digest: UUID | None = None

    @property
    def name(self) -> str:
        """The item's name is that of its version."""
        return self.content.name


PARTS: dict[str, tuple[type[Any], type[Any]]] = {  # name: its model (a VersionPart), its description
    "legal_bases": (LegalBasis, LegalBasisPart),
    "situations": (Situation, SituationPart),
    "materials": (MaterialRequirement, MaterialPart),
    "fees": (FeeItem, FeePart),
    "faqs": (Faq, FaqPart),
    "route": (ReviewStage, StagePart),
}
PREFETCH = (*(name for name in PARTS if name != "materials"), "materials__satisfied_by")

_Part = TypeVar("_Part")


def describe(version: ItemVersion) -> VersionContent:
    """Read a stored version back as a description (prefetch :data:`PREFETCH`)."""
    values = {name: getattr(version, name) for name in column_names(VersionContent)}
    for name, (_model, part) in PARTS.items():
        values[name] = tuple(_describe_part(row, part) for row in getattr(version, name).all())
    return VersionContent(**values)


_DESCRIPTIONS: list[type[Any]] = [VersionContent, *(part for _model, part in PARTS.values())]
_COLUMNS: dict[type[Any], tuple[str, ...]] = {
    kind: tuple(entry.name for entry in dataclasses.fields(kind) if entry.name not in (*PARTS, "satisfied_by"))
    for kind in _DESCRIPTIONS
}


def column_names(kind: type[Any]) -> tuple[str, ...]:
    """Return the fields of a description that are columns of its model."""
    return _COLUMNS[kind]


def columns(part: Any) -> dict[str, Any]:
    """Return ``{column: value}`` of a description."""
    return {name: getattr(part, name) for name in column_names(type(part))}


def _describe_part(row: VersionPart, part: type[_Part]) -> _Part:
    values = {name: getattr(row, name) for name in column_names(part)}
    if isinstance(row, MaterialRequirement):
        values["satisfied_by"] = frozenset(kind.pk for kind in row.satisfied_by.all())
    return part(**values)


def parts_of(content: VersionContent) -> list[tuple[str, Sequence[Any]]]:
    """Return (part name, descriptions) of each kind of part."""
    return [(name, getattr(content, name)) for name in PARTS]
