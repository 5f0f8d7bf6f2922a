"""数据元 as staff look after them: the list with how often each is used, one with its history, and saving one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Func, QuerySet

from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import Actor
from identity.models import Account
from identity.permissions import Permission
from identity.staff.current import hold
from services import events as codes
from services.actions import ElementDescription, lock_catalogue, save_data_elements
from services.errors import ElementChanged, ElementExists, ElementNotFound
from services.models import DataElement, ItemVersion


def require_editor(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the post manages items of some department."""
    if not actor.departments(Permission.MANAGE_ITEMS):
        raise Forbidden


def elements(actor: Actor, *, text: str = "") -> QuerySet[DataElement]:
    """Data elements whose code or name has this text."""
    require_editor(actor)
    rows = DataElement.objects.order_by("code")
    wanted = text.replace("\x00", "").strip()[:60]
    return rows.filter(code__icontains=wanted) | rows.filter(name__icontains=wanted) if wanted else rows


def get_element(actor: Actor, code: str) -> DataElement:
    """Return one data element. Raises :class:`ElementNotFound`."""
    require_editor(actor)
    found = DataElement.objects.filter(code=code[:60]).first() if code.isprintable() else None
    if found is None:
        raise ElementNotFound
    return found


def uses() -> dict[str, int]:
    """How many items in force ask for each element: ``{code: items}``, in one query."""
    paths = Func(
        F("steps"), template="jsonb_path_query(%(expressions)s, '$[*].fields[*].element') #>> '{}'", output_field=None
    )
    rows = ItemVersion.objects.filter(state=ItemVersion.State.PUBLISHED).annotate(used=paths)
    found: dict[str, set[Any]] = {}
    for code, item in rows.values_list("used", "item_id"):
        found.setdefault(code, set()).add(item)
    return {code: len(items) for code, items in found.items() if code}


@dataclass(frozen=True, slots=True)
class Saved:
    """One saving of an element: when, by whom, and the columns that changed (none for the first)."""

    at: dt.datetime
    by: str
    fields: list[str]


def history(element: DataElement, *, limit: int = 20) -> list[Saved]:
    """What was done to an element, the newest first; two queries."""
    event = codes.DATA_ELEMENT_SAVED
    asked = AuditEvent.objects.filter(subject_kind=event.subject_kind, subject_id=str(element.pk), code=event.code)
    rows = list(asked.order_by("-id")[:limit])
    accounts = {one.pk: one.staff_name for one in Account.objects.filter(pk__in={row.actor_id for row in rows})}
    return [
        Saved(row.occurred_at, accounts.get(row.actor_id, "") if row.actor_id else "", row.detail.get("fields", []))
        for row in rows
    ]


@transaction.atomic
def save_element(actor: Actor, *, code: str, values: Mapping[str, Any], is_new: bool, seen: str = "") -> DataElement:
    """Create or change one element; ``seen`` is the stamp of the one that was edited (:func:`stamp`).

    Items keep the definition they were published with: the findings name them until they are revised. Raises
    :class:`ElementExists`, :class:`ElementNotFound`, :class:`ElementChanged` or :class:`ElementInvalid`.
    """
    hold(actor)
    require_editor(actor)
    lock_catalogue()  # an element that somebody else is creating is there to be seen
    known = DataElement.objects.select_for_update().filter(code=code).first()
    if is_new and known is not None:
        raise ElementExists(element=code)
    if not is_new and known is None:
        raise ElementNotFound
    if known is not None and stamp(known) != seen:
        raise ElementChanged
    save_data_elements(actor, elements=[ElementDescription(code=code, **values)])
    return DataElement.objects.get(code=code)


def stamp(element: DataElement) -> str:
    """What tells one state of an element from the next."""
    return element.updated_at.isoformat()
