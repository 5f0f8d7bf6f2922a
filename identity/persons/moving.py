"""How a room points its rows at the person who is kept."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet


def repoint(rows: QuerySet[Any], **columns: UUID) -> list[str]:
    """Lock rows without waiting, point one column of each at the kept person, and list them."""
    locked: list[Model] = list(rows.order_by("pk").select_for_update(nowait=True, no_key=True, of=("self",)))
    keys = [row.pk for row in locked]
    rows.model._default_manager.filter(pk__in=keys).update(**{f"{name}_id": value for name, value in columns.items()})
    return [str(key) for key in keys]
