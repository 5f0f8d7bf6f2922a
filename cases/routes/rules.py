"""What the state of its branches means for a case; pure, over branches loaded with their stages."""

from collections.abc import Collection, Sequence
from uuid import UUID

from cases.models import Branch
from services import routes

_State = Branch.State
CONCLUDED = frozenset({_State.AGREED, _State.OPPOSED})
UNDONE = frozenset({_State.WAITING, _State.OPEN})


def to_open(branches: Sequence[Branch]) -> list[Branch]:
    """The waiting branches whose turn has come. Nothing opens behind a stage that did not agree.

    A route that could never go on (it waits in a circle, which no published one does) opens as a whole instead of
    standing still.
    """
    waiting = [branch for branch in branches if branch.state == _State.WAITING]
    if not waiting:
        return []
    keys = frozenset(
        routes.ready(
            [branch.stage for branch in branches],
            done=frozenset(branch.stage.key for branch in branches if branch.state == _State.AGREED),
            waiting=frozenset(branch.stage.key for branch in waiting),
        )
    )
    found = [branch for branch in waiting if branch.stage.key in keys]
    is_stuck = not found and all(branch.state in (_State.WAITING, _State.AGREED) for branch in branches)
    return waiting if is_stuck else found


def objecting(branches: Sequence[Branch]) -> list[Branch]:
    """The branches whose objection stands; the lead of a joint review answers for those who take part in it."""
    agreed = {branch.stage.key for branch in branches if branch.state == _State.AGREED}
    return [branch for branch in branches if branch.state == _State.OPPOSED and branch.stage.lead not in agreed]


def may_refuse(branches: Sequence[Branch]) -> bool:
    """Whether nobody is at work any more; what still waits then waits behind an objection."""
    return all(branch.state != _State.OPEN for branch in branches)


def may_approve(branches: Sequence[Branch]) -> bool:
    """Whether every stage is done and no objection stands."""
    return all(branch.state in CONCLUDED for branch in branches) and not objecting(branches)


def partners(branches: Sequence[Branch], lead: Branch) -> list[Branch]:
    """Who takes part in the joint review that this branch leads."""
    return [branch for branch in branches if lead.stage.key and branch.stage.lead == lead.stage.key]


def returnable(branches: Sequence[Branch], own: Sequence[Branch] | None, *, returned: Collection[UUID]) -> list[Branch]:
    """The concluded branches that may be sent back: those ``own`` rest on; for the decider (None) every one."""
    concluded = [branch for branch in branches if branch.state in CONCLUDED and branch.pk not in returned]
    if own is None:
        return concluded if may_refuse(branches) else []
    stages = [branch.stage for branch in branches]
    earlier = frozenset[str]().union(*(routes.before(stages, one.stage.key) for one in own))
    return [branch for branch in concluded if branch.stage.key in earlier]


def resting_on(branches: Sequence[Branch], target: Branch) -> list[Branch]:
    """The branches whose work rests on this one's."""
    keys = routes.behind([branch.stage for branch in branches], target.stage.key)
    return [branch for branch in branches if branch.stage.key in keys]
