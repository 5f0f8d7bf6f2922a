"""The state table of a certificate: operations, the states they start from and lead to, and their legal bases."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, TypeDuty

_State = Certificate.State
_Right = TypeDuty.Right


class Operation(TextChoices):
    """What can be done to a certificate after its issue."""

    ISSUE = "issue", "签发"
    RENEW = "renew", "延续"
    CHANGE = "change", "变更"
    CORRECT = "correct", "更正"
    REPLACE = "replace", "换发"  # in the history of old rows: renewed or changed
    SUSPEND = "suspend", "暂扣"
    LIFT = "lift", "恢复"
    CANCEL = "cancel", "注销"
    ANNUL = "annul", "撤销"
    REVOKE = "revoke", "吊销"
    EXPIRE = "expire", "到期"


@dataclass(frozen=True, slots=True)
class Change:
    """One row: from these states to that one.

    ``by_staff`` tells an officer's act from the calendar's; ``has_successor`` is brought about by the issue of the
    next version; ``is_second`` asks for a second person; ``right`` is what a post must be entrusted with.
    """

    sources: frozenset[str]
    target: str
    right: TypeDuty.Right
    by_staff: bool = True
    has_successor: bool = False
    is_second: bool = False


_VALID, _HELD = frozenset({_State.VALID}), frozenset({_State.VALID, _State.SUSPENDED})
_ENDABLE = _HELD | {_State.EXPIRED}
_RENEWABLE = _VALID | {_State.EXPIRED}  # after its term where the law lets the holder come late: services/renewals.py
# Annulled and revoked are the end: what is struck off after them (行政许可法第七十条第四项) still shows why.
TABLE: dict[Operation, Change] = {
    Operation.SUSPEND: Change(_VALID, _State.SUSPENDED, _Right.SUSPEND),
    Operation.LIFT: Change(frozenset({_State.SUSPENDED}), _State.VALID, _Right.SUSPEND),
    Operation.CANCEL: Change(_ENDABLE, _State.CANCELLED, _Right.SUSPEND),
    Operation.ANNUL: Change(_ENDABLE, _State.ANNULLED, _Right.REVOKE, is_second=True),
    Operation.REVOKE: Change(_ENDABLE, _State.REVOKED, _Right.REVOKE, is_second=True),
    Operation.RENEW: Change(_RENEWABLE, _State.CANCELLED, _Right.ISSUE, by_staff=False, has_successor=True),
    Operation.CHANGE: Change(_VALID, _State.CANCELLED, _Right.CHANGE, by_staff=False, has_successor=True),
    Operation.CORRECT: Change(_VALID, _State.CANCELLED, _Right.CHANGE, by_staff=False, has_successor=True),
    Operation.EXPIRE: Change(_HELD, _State.EXPIRED, _Right.SUSPEND, by_staff=False),
}

# The law lists when these are due; the officer says which case it is. 行政许可法 art. 70 (注销), art. 69 (撤销);
# 行政处罚法 art. 9(3) (吊销许可证件), ordered by a decision with a number after the hearing of art. 63.
GROUNDS: dict[Operation, dict[str, str | Promise]] = {
    Operation.CANCEL: {
        "70-1": _("（一）有效期届满未延续的"),
        "70-2": _("（二）赋予公民特定资格的许可，该公民死亡或者丧失行为能力的"),
        "70-3": _("（三）法人或者其他组织依法终止的"),
        "70-4": _("（四）许可依法被撤销、撤回，或者许可证件依法被吊销的"),
        "70-5": _("（五）因不可抗力导致许可事项无法实施的"),
        "70-6": _("（六）法律、法规规定的应当注销的其他情形（含持证人申请注销）"),
    },
    Operation.ANNUL: {
        "69-1-1": _("第一款（一）工作人员滥用职权、玩忽职守作出准予决定的"),
        "69-1-2": _("第一款（二）超越法定职权作出准予决定的"),
        "69-1-3": _("第一款（三）违反法定程序作出准予决定的"),
        "69-1-4": _("第一款（四）对不具备申请资格或者不符合法定条件的申请人准予的"),
        "69-1-5": _("第一款（五）依法可以撤销的其他情形"),
        "69-2": _("第二款 被许可人以欺骗、贿赂等不正当手段取得的"),
    },
    Operation.REVOKE: {"penalty-9-3": _("《行政处罚法》第九条第三项 吊销许可证件")},
}


def operations_in(state: str) -> list[Operation]:
    """List the operations an officer can do, or propose, in ``state``."""
    return [operation for operation, change in TABLE.items() if state in change.sources and change.by_staff]


def ground_text(operation: str, ground: str) -> str:
    """The ground in words; empty when none was named."""
    known = GROUNDS[Operation(operation)] if operation in GROUNDS else {}
    return str(known.get(ground, ""))
