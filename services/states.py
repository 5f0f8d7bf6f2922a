"""The state tables of the catalogue: what may be done to an item, and how that comes to be decided.

How a version comes to be published, every room has in common: :mod:`identity.reviewing.states`. All are
read by buttons, checks and tests alike. Every step that makes something binding is taken by a second person
(:attr:`Move.is_second`). Sources: GB/T 39046-2020 and ZWFW C0109 for 事项状态 and the seven operations on a
list; 行政许可法第五条 (published, and not applied before it is published).
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from identity.reviewing.states import Move


class OperationState(TextChoices):
    """How far a proposed operation on an item is."""

    IN_REVIEW = "in_review", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "审核通过，等待生效"
    DONE = "done", "已生效"
    WITHDRAWN = "withdrawn", "已撤回"


class Standing(TextChoices):
    """事项状态, with the state before the first publication that the national set leaves out."""

    NEW = "0", "未发布"
    ACTIVE = "1", "在用"
    PAUSED = "2", "暂停"
    CANCELLED = "3", "取消"


class Operation(TextChoices):
    """What is done to an item (事项清单动态管理)."""

    ADD = "add", "新增"
    CHANGE = "change", "变更"
    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"
    PAUSE = "pause", "暂停"
    RESUME = "resume", "恢复"
    CANCEL = "cancel", "取消"


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the lifecycle: what the item's state must be, what it becomes, and how it comes about.

    ``successors`` is how many items take the item's place: at least, at most (None: no limit).
    """

    sources: frozenset[Standing]
    target: Standing | None  # None: stays as it is
    by_version: bool = False  # comes about by publishing a version, not by an operation of its own
    successors: tuple[int, int | None] = (0, 0)


_ACTIVE, _PAUSED = Standing.ACTIVE, Standing.PAUSED
LIFECYCLE: dict[Operation, Change] = {
    Operation.ADD: Change(frozenset({Standing.NEW}), _ACTIVE, by_version=True),
    Operation.CHANGE: Change(frozenset({_ACTIVE, _PAUSED}), None, by_version=True),
    Operation.SPLIT: Change(frozenset({_ACTIVE, _PAUSED}), Standing.CANCELLED, successors=(2, None)),
    Operation.MERGE: Change(frozenset({_ACTIVE, _PAUSED}), Standing.CANCELLED, successors=(1, 1)),
    Operation.PAUSE: Change(frozenset({_ACTIVE}), _PAUSED),
    Operation.RESUME: Change(frozenset({_PAUSED}), _ACTIVE),
    Operation.CANCEL: Change(frozenset({_ACTIVE, _PAUSED}), Standing.CANCELLED),
}


class OperationAction(TextChoices):
    """What is done to a proposed operation."""

    APPROVE = "approve", "审核通过"
    RETURN = "return", "退回"
    WITHDRAW = "withdraw", "撤回"
    TAKE_EFFECT = "take_effect", "生效"


_O = OperationState
OPERATION_MOVES: dict[OperationAction, Move] = {
    OperationAction.APPROVE: Move(frozenset({_O.IN_REVIEW}), _O.APPROVED, is_second=True),
    OperationAction.RETURN: Move(frozenset({_O.IN_REVIEW, _O.APPROVED}), _O.RETURNED, is_second=True),
    OperationAction.WITHDRAW: Move(frozenset({_O.IN_REVIEW, _O.APPROVED}), _O.WITHDRAWN),
    OperationAction.TAKE_EFFECT: Move(frozenset({_O.APPROVED}), _O.DONE, by_system=True),
}
OPEN_OPERATIONS = (_O.IN_REVIEW, _O.APPROVED)


def operation_actions(state: str) -> list[OperationAction]:
    """The steps a person can take on a proposed operation in this state."""
    return [action for action, move in OPERATION_MOVES.items() if state in move.sources and not move.by_system]


def operations_on(standing: str) -> list[Operation]:
    """The operations that can be proposed for an item of this standing (a version brings the others about)."""
    return [one for one, change in LIFECYCLE.items() if standing in change.sources and not change.by_version]
