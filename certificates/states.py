"""The state table of a certificate: operations, the states they start from and lead to, and their legal bases."""

from dataclasses import dataclass

from django.db.models import TextChoices

from certificates.models import Certificate

_State = Certificate.State


class Operation(TextChoices):
    """What can be done to a certificate after its issue."""

    ISSUE = "issue", "签发"
    SUSPEND = "suspend", "暂扣"
    LIFT = "lift", "恢复"
    CANCEL = "cancel", "注销"
    REPLACE = "replace", "换发"
    EXPIRE = "expire", "到期"


@dataclass(frozen=True, slots=True)
class Change:
    """One row: from these states to that one; ``by_staff`` tells an officer's act from the calendar's."""

    sources: frozenset[str]
    target: str
    by_staff: bool = True


TABLE: dict[Operation, Change] = {
    Operation.SUSPEND: Change(frozenset({_State.VALID}), _State.SUSPENDED),
    Operation.LIFT: Change(frozenset({_State.SUSPENDED}), _State.VALID),
    Operation.CANCEL: Change(frozenset({_State.VALID, _State.SUSPENDED, _State.EXPIRED}), _State.CANCELLED),
    Operation.REPLACE: Change(frozenset({_State.VALID}), _State.CANCELLED, by_staff=False),
    Operation.EXPIRE: Change(frozenset({_State.VALID, _State.SUSPENDED}), _State.EXPIRED, by_staff=False),
}


def operations_in(state: str) -> list[Operation]:
    """List the operations an officer can do in ``state``."""
    return [operation for operation, change in TABLE.items() if state in change.sources and change.by_staff]
