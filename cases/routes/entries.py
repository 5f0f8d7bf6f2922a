"""Writing a record on a case: who wrote it, in which post, frozen as it was then."""

from typing import Any

from cases.models import Branch, Case, RouteEntry
from identity.actor import Actor


def write(
    actor: Actor,
    case: Case,
    kind: str,
    text: str,
    *,
    branch: Branch | None = None,
    detail: dict[str, Any] | None = None,
) -> RouteEntry:
    """Append a record; nothing changes or takes it away afterwards."""
    return RouteEntry.objects.create(
        case=case,
        branch=branch,
        kind=kind,
        account_id=actor.known_account_id,
        author=actor.history_label,
        name=actor.name,
        department_id=actor.department_id,
        post_id=actor.post_id,
        text=text,
        detail=detail or {},
    )
