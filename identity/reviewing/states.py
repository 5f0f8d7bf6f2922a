"""How what one person writes comes to be in force: the table of its states, read by buttons, checks and tests alike.

Every step that makes something binding is taken by a second person (:attr:`Move.is_second`).
"""

from dataclasses import dataclass

from django.db.models import TextChoices


class VersionState(TextChoices):
    """版本状态, of an implementation's version and of a directory entry's."""

    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "审核通过"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已替换"
    DISCARDED = "discarded", "已放弃"


class VersionAction(TextChoices):
    """What is done to a version."""

    EDIT = "edit", "修改"
    SUBMIT = "submit", "提交审核"
    RECALL = "recall", "撤回修改"
    RETURN = "return", "退回"
    APPROVE = "approve", "审核通过"
    PUBLISH = "publish", "发布"
    REPLACE = "replace", "替换"
    DISCARD = "discard", "放弃"


@dataclass(frozen=True, slots=True)
class Move:
    """From these states to that one; ``is_second`` asks for somebody who did not write or submit it."""

    sources: frozenset[str]
    target: str
    is_second: bool = False
    by_system: bool = False  # no button: another step brings it about


_V = VersionState
VERSION_MOVES: dict[VersionAction, Move] = {
    VersionAction.EDIT: Move(frozenset({_V.DRAFT, _V.RETURNED}), _V.DRAFT),
    VersionAction.SUBMIT: Move(frozenset({_V.DRAFT, _V.RETURNED}), _V.IN_REVIEW),
    VersionAction.RECALL: Move(frozenset({_V.IN_REVIEW, _V.APPROVED}), _V.DRAFT),
    VersionAction.RETURN: Move(frozenset({_V.IN_REVIEW, _V.APPROVED}), _V.RETURNED, is_second=True),
    VersionAction.APPROVE: Move(frozenset({_V.IN_REVIEW}), _V.APPROVED, is_second=True),
    VersionAction.PUBLISH: Move(frozenset({_V.APPROVED}), _V.PUBLISHED),
    VersionAction.REPLACE: Move(frozenset({_V.PUBLISHED}), _V.RETIRED, by_system=True),
    VersionAction.DISCARD: Move(frozenset({_V.DRAFT, _V.RETURNED}), _V.DISCARDED),
}
OPEN_VERSIONS = (_V.DRAFT, _V.IN_REVIEW, _V.RETURNED, _V.APPROVED)
PUBLIC_VERSIONS = (_V.PUBLISHED, _V.RETIRED)


def version_actions(state: str) -> list[VersionAction]:
    """The steps a person can take on a version in this state, in the table's order."""
    return [action for action, move in VERSION_MOVES.items() if state in move.sources and not move.by_system]
