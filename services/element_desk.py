"""数据元 as staff look after them: the list with how often each is used, one with its versions, two compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, Func, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from common.errors import Forbidden
from common.formatting import code_label
from identity.actor import Actor
from identity.permissions import Permission
from identity.reviewing import steps as reviewing
from identity.reviewing.states import OPEN_VERSIONS, VersionAction, VersionState
from services.editing.compare import type_label
from services.editing.entry_compare import Pair
from services.editing.labels import field_label
from services.errors import ElementNotFound, VersionNotFound
from services.models import CatalogueStep, DataElement, ElementVersion, ItemVersion

Definition = DataElement | ElementVersion
_PLAIN = ("source", "example", "max_length", "least", "most", "pattern", "pattern_message")
_PEOPLE = ("author", "submitted_by", "reviewed_by", "published_by")


def require_editor(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the post manages items of some department."""
    if not actor.departments(Permission.MANAGE_ITEMS):
        raise Forbidden


def elements(actor: Actor, *, text: str = "") -> QuerySet[DataElement]:
    """Data elements in force whose code or name has this text."""
    require_editor(actor)
    rows = DataElement.objects.order_by("code")
    wanted = text.replace("\x00", "").strip()[:60]
    return rows.filter(Q(code__icontains=wanted) | Q(name__icontains=wanted)) if wanted else rows


def open_versions(actor: Actor) -> list[ElementVersion]:
    """What is being written or reviewed, by code (one query)."""
    require_editor(actor)
    return list(ElementVersion.objects.filter(state__in=OPEN_VERSIONS).select_related("author").order_by("code"))


def find_element(actor: Actor, code: str) -> DataElement | None:
    """The element in force with this code; None for one that was only drafted so far."""
    require_editor(actor)
    return DataElement.objects.filter(code=code[:60]).first() if code.isprintable() else None


def versions_of(actor: Actor, code: str) -> list[ElementVersion]:
    """All versions of an element, newest first, with who did what (two queries)."""
    require_editor(actor)
    if not code.isprintable():
        return []
    history = Prefetch("history", CatalogueStep.objects.select_related("account"))
    rows = ElementVersion.objects.filter(code=code[:60]).select_related(*_PEOPLE).prefetch_related(history)
    return list(rows.order_by("-version"))


def require_known(element: DataElement | None, versions: list[ElementVersion]) -> None:
    """Raise :class:`ElementNotFound` for a code that nobody ever used."""
    if element is None and not versions:
        raise ElementNotFound


def get_version(actor: Actor, code: str, number: int) -> ElementVersion:
    """One version of an element; raises :class:`VersionNotFound`."""
    found = next((one for one in versions_of(actor, code) if one.version == number), None)
    if found is None:
        raise VersionNotFound
    return found


def steps_for(actor: Actor, version: ElementVersion) -> list[VersionAction]:
    """The steps this actor may take: a review is for those who had no hand in it (history loaded)."""
    return [] if not actor.departments(Permission.MANAGE_ITEMS) else reviewing.steps_for(actor, version)


def uses() -> dict[str, int]:
    """How many items in force ask for each element: ``{code: items}``, in one query."""
    paths = Func(
        F("steps"), template="jsonb_path_query(%(expressions)s, '$[*].fields[*].element') #>> '{}'", output_field=None
    )
    rows = ItemVersion.objects.filter(state=VersionState.PUBLISHED).annotate(used=paths)
    found: dict[str, set[Any]] = {}
    for code, item in rows.values_list("used", "item_id"):
        found.setdefault(code, set()).add(item)
    return {code: len(items) for code, items in found.items() if code}


def said(definition: Definition) -> list[tuple[str, tuple[str, ...]]]:
    """Every part of a definition with its label and what it says, a line each; nothing for an empty part."""
    sensitivity = code_label(definition.get_sensitivity_display()) if definition.sensitivity else ""
    plain = [(field_label(name), _lines(getattr(definition, name))) for name in _PLAIN]
    return [
        (field_label("name"), _lines(definition.name)),
        (field_label("type"), _lines(type_label(definition.type))),
        (field_label("sensitivity"), _lines(sensitivity)),
        *plain,
        (field_label("choices"), tuple(definition.choices)),
        *((label, tuple(lines)) for label, lines in _shape(definition.shape)),
    ]


def _lines(value: Any) -> tuple[str, ...]:
    return (str(value),) if value not in (None, "") else ()


def _shape(shape: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield _("各部分的来源"), [f"{part}：{code}" for part, code in shape.get("parts", {}).items()]
    columns = shape.get("columns", [])
    yield (
        _("表格的列"),
        [" · ".join([one["label"], type_label(one["type"]), *one.get("choices", ())]) for one in columns],
    )
    yield _("最少行数"), list(_lines(shape.get("min_rows")))
    yield _("最多行数"), list(_lines(shape.get("max_rows")))


def side_by_side(old: Definition, new: Definition) -> list[Pair]:
    """Pair the parts of two definitions; those that are empty in both are left out."""
    rows = zip(said(old), said(new), strict=True)
    return [Pair(label, before, after) for (label, before), (_label, after) in rows if before or after]


def is_kept_here(code: str, values: Mapping[str, Any]) -> bool:
    """Whether people here have drafted this element and a list says something else about it (two queries at most)."""
    if not ElementVersion.objects.filter(code=code).exclude(state=VersionState.DISCARDED).exists():
        return False
    known = DataElement.objects.filter(code=code).first()
    return known is None or any(getattr(known, name) != value for name, value in values.items())
