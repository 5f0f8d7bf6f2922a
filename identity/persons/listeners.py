"""Who owns rows about a person and moves them when two registrations become one. Upper rooms register at start-up.

Listeners run in the transaction of the merge: everything moves or nothing does.
"""

from collections.abc import Callable
from uuid import UUID

Moved = dict[str, list[str]]  # {"room.table.column": ids}
Listener = Callable[[UUID, UUID], Moved]
_listeners: list[Listener] = []


def on_merge(listener: Listener) -> None:
    """Register ``listener(kept_id, other_id)``, which moves its room's rows and says which; twice is once.

    It locks its rows with NOWAIT: a row that is in use makes the whole merge wait for another try.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def move_all(kept_id: UUID, other_id: UUID) -> Moved:
    """Let every room move its rows; returns the whole list."""
    moved: Moved = {}
    for listener in _listeners:
        moved |= listener(kept_id, other_id)
    return moved
