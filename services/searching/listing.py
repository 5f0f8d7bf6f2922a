"""What a list shows of items that were found: one statement, of the ninety columns those few."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.prepared import prepared_cursor

_STATEMENT = """
SELECT item.id, coalesce(nullif(item.handle_code, ''), nullif(item.task_code, ''), item.local_code), item.name,
       item.department_name, item.region_id, region.name, version.summary, version.is_applicable_online, version.visits
FROM services_serviceitem item
JOIN services_itemversion version ON version.id = item.current_id
LEFT JOIN identity_region region ON region.id = item.region_id
WHERE item.id = ANY(%s::uuid[]) AND item.state = '1'
"""


@dataclass(slots=True)
class ListedItem:
    """A published item as a list shows it; ``code`` as :attr:`services.models.ServiceItem.code`."""

    pk: UUID
    code: str
    name: str
    department_name: str
    region_id: UUID | None
    region_name: str | None
    summary: str
    is_applicable_online: bool
    visits: int


def listed(ids: Sequence[UUID]) -> list[ListedItem]:
    """Return items in the order of their ids, without those that are not in use (one query)."""
    if not ids:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(_STATEMENT, [list(ids)])
        found = {row[0]: ListedItem(*row) for row in cursor.fetchall()}
    return [found[pk] for pk in ids if pk in found]
