"""The state table of a merge plan: proposed by one person, agreed by a second one, done when it is carried out."""

from django.db.models import TextChoices

from identity.reviewing.states import Move


class Decision(TextChoices):
    """What becomes of an old app."""

    MERGE = "merge", "并入"
    KEEP = "keep", "保留"
    CLOSE = "close", "关停"


class PlanState(TextChoices):
    """How far a plan is."""

    PROPOSED = "proposed", "已提出"
    AGREED = "agreed", "已同意"
    DONE = "done", "已完成"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"


class PlanAction(TextChoices):
    """What is done to a plan."""

    APPROVE = "approve", "同意"
    REFUSE = "refuse", "不同意"
    WITHDRAW = "withdraw", "撤回"
    FINISH = "finish", "完成"


_S = PlanState
PLAN_MOVES: dict[PlanAction, Move] = {
    PlanAction.APPROVE: Move(frozenset({_S.PROPOSED}), _S.AGREED, is_second=True),
    PlanAction.REFUSE: Move(frozenset({_S.PROPOSED}), _S.REFUSED, is_second=True),
    PlanAction.FINISH: Move(frozenset({_S.AGREED}), _S.DONE),
    PlanAction.WITHDRAW: Move(frozenset({_S.PROPOSED, _S.AGREED}), _S.WITHDRAWN),
}
OPEN_PLANS = (_S.PROPOSED, _S.AGREED)
LIVE_PLANS = (_S.PROPOSED, _S.AGREED, _S.DONE)
LEADING_PLANS = (_S.AGREED, _S.DONE)  # old links lead on from here


def plan_actions(state: str) -> list[PlanAction]:
    """The steps that can be taken on a plan in this state, in the table's order."""
    return [action for action, move in PLAN_MOVES.items() if state in move.sources]
