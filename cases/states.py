"""The state table of a case. Buttons, checks, the API and the documents' diagram all read it.

Sources: 行政许可法第三十二条 (acceptance), 第四十二条 (limit, extension), 第四十四条 (delivery),
第四十五条 (special procedures), 第五十条 (renewal).
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from identity.permissions import Permission


class State(TextChoices):
    """办件状态."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    CORRECTING = "correcting", "待补正"
    ACCEPTED = "accepted", "已受理"
    IN_REVIEW = "in_review", "审查中"
    SUSPENDED = "suspended", "特别程序"
    DECIDED = "decided", "已决定"
    CLOSED = "closed", "办结"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    NOT_REQUIRED = "not_required", "不需许可"
    WITHDRAWN = "withdrawn", "已撤回"
    TERMINATED = "terminated", "已终止"


class Outcome(TextChoices):
    """The decision."""

    APPROVED = "approved", "准予"
    REFUSED = "refused", "不予"


class Action(TextChoices):
    """What can be done to a case."""

    SUBMIT = "submit", "提交申请"
    ASK_CORRECTION = "ask_correction", "要求补正"
    ASK_CORRECTION_AGAIN = "ask_correction_again", "追加补正"
    CORRECT = "correct", "提交补正"
    ACCEPT = "accept", "受理"
    DECIDE_AT_ONCE = "decide_at_once", "当场办结"
    DEEM_ACCEPTED = "deem_accepted", "视为受理"
    DEEM_RENEWED = "deem_renewed", "视为准予延续"
    REFUSE_ACCEPTANCE = "refuse_acceptance", "不予受理"
    NOT_REQUIRE = "not_require", "不需许可"
    START_REVIEW = "start_review", "开始审查"
    REVIEW = "review", "审查"
    RECORD_VISIT = "record_visit", "记录现场核查"
    CLAIM = "claim", "领办"
    ASSIGN = "assign", "指定办理人"
    TRANSFER = "transfer", "转办"
    RETURN_STAGE = "return_stage", "退回前面的环节"
    RECUSE = "recuse", "申请回避"
    ESCALATE = "escalate", "提请上级督办"
    ASK_OPINION = "ask_opinion", "征求意见"
    TELL_HEARING = "tell_hearing", "告知听证权利"
    SCHEDULE_HEARING = "schedule_hearing", "安排听证"
    RECORD_HEARING = "record_hearing", "填写听证笔录"
    CANCEL_HEARING = "cancel_hearing", "听证没有举行"
    START_EXPERTS = "start_experts", "组织专家评审"
    START_SPECIAL = "start_special", "进入特别程序"
    END_SPECIAL = "end_special", "结束特别程序"
    EXTEND = "extend", "延长期限"
    APPROVE = "approve", "准予"
    REFUSE = "refuse", "不予"
    CLOSE = "close", "办结送达"
    WITHDRAW = "withdraw", "撤回申请"
    TERMINATE = "terminate", "终止办理"


class By(TextChoices):
    """Which side an action belongs to."""

    APPLICANT = "applicant", "申请人"
    STAFF = "staff", "工作人员"
    SYSTEM = "system", "系统"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: from these states, by this side with this permission, to that state."""

    sources: frozenset[State]
    target: State
    by: By
    permission: Permission | None = None


def _move(sources: list[State], target: State, by: By, permission: Permission | None = None) -> Move:
    return Move(frozenset(sources), target, by, permission)


_S = State
_WAITING = [_S.SUBMITTED]
_RUNNING = [_S.ACCEPTED, _S.IN_REVIEW, _S.SUSPENDED]

TABLE: dict[Action, Move] = {
    Action.SUBMIT: _move([_S.DRAFT], _S.SUBMITTED, By.APPLICANT),
    Action.ASK_CORRECTION: _move(_WAITING, _S.CORRECTING, By.STAFF, Permission.COUNTER),
    Action.ASK_CORRECTION_AGAIN: _move(_WAITING, _S.CORRECTING, By.STAFF, Permission.SUPERVISE),
    Action.CORRECT: _move([_S.CORRECTING], _S.SUBMITTED, By.APPLICANT),
    Action.ACCEPT: _move(_WAITING, _S.ACCEPTED, By.STAFF, Permission.COUNTER),
    Action.DECIDE_AT_ONCE: _move(_WAITING, _S.DECIDED, By.STAFF, Permission.COUNTER),
    Action.DEEM_ACCEPTED: _move(_WAITING, _S.ACCEPTED, By.SYSTEM),
    Action.REFUSE_ACCEPTANCE: _move(_WAITING, _S.NOT_ACCEPTED, By.STAFF, Permission.COUNTER),
    Action.NOT_REQUIRE: _move(_WAITING, _S.NOT_REQUIRED, By.STAFF, Permission.COUNTER),
    Action.START_REVIEW: _move([_S.ACCEPTED], _S.IN_REVIEW, By.SYSTEM),
    Action.REVIEW: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.RECORD_VISIT: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.CLAIM: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.ASSIGN: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.DECIDE),
    Action.TRANSFER: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.RETURN_STAGE: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.RECUSE: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.ESCALATE: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.SYSTEM),
    Action.ASK_OPINION: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.TELL_HEARING: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.SCHEDULE_HEARING: _move([_S.IN_REVIEW, _S.SUSPENDED], _S.SUSPENDED, By.STAFF, Permission.REVIEW),
    Action.RECORD_HEARING: _move([_S.SUSPENDED], _S.SUSPENDED, By.STAFF, Permission.REVIEW),
    Action.CANCEL_HEARING: _move([_S.SUSPENDED], _S.SUSPENDED, By.STAFF, Permission.REVIEW),
    Action.START_EXPERTS: _move([_S.IN_REVIEW], _S.SUSPENDED, By.STAFF, Permission.REVIEW),
    Action.START_SPECIAL: _move([_S.IN_REVIEW], _S.SUSPENDED, By.STAFF, Permission.REVIEW),
    Action.END_SPECIAL: _move([_S.SUSPENDED], _S.IN_REVIEW, By.STAFF, Permission.REVIEW),
    Action.EXTEND: _move([_S.IN_REVIEW], _S.IN_REVIEW, By.STAFF, Permission.DECIDE),
    Action.APPROVE: _move([_S.IN_REVIEW], _S.DECIDED, By.STAFF, Permission.DECIDE),
    Action.REFUSE: _move([_S.IN_REVIEW], _S.DECIDED, By.STAFF, Permission.DECIDE),
    Action.DEEM_RENEWED: _move(_RUNNING, _S.DECIDED, By.SYSTEM),
    Action.CLOSE: _move([_S.DECIDED], _S.CLOSED, By.SYSTEM),
    Action.WITHDRAW: _move([_S.SUBMITTED, _S.CORRECTING, *_RUNNING], _S.WITHDRAWN, By.APPLICANT),
    Action.TERMINATE: _move([_S.CORRECTING, *_RUNNING], _S.TERMINATED, By.STAFF, Permission.DECIDE),
}

OPEN_STATES = frozenset({_S.SUBMITTED, _S.CORRECTING, *_RUNNING, _S.DECIDED})
FINAL_STATES = frozenset({_S.CLOSED, _S.NOT_ACCEPTED, _S.NOT_REQUIRED, _S.WITHDRAWN, _S.TERMINATED})

# Moves within the review route: a branch is its post's in its own department, whatever the case's department.
OF_BRANCH = frozenset(
    {
        Action.REVIEW,
        Action.RECORD_VISIT,
        Action.CLAIM,
        Action.ASSIGN,
        Action.TRANSFER,
        Action.RETURN_STAGE,
        Action.RECUSE,
        Action.ASK_OPINION,
        Action.TELL_HEARING,
        Action.SCHEDULE_HEARING,
        Action.RECORD_HEARING,
        Action.CANCEL_HEARING,
        Action.START_EXPERTS,
    }
)

# What is noted at these moves is for the applicant too; what a reviewer noted is for the file.
TOLD = frozenset(
    {
        Action.ASK_CORRECTION,
        Action.ASK_CORRECTION_AGAIN,
        Action.ACCEPT,
        Action.REFUSE_ACCEPTANCE,
        Action.NOT_REQUIRE,
        Action.DEEM_ACCEPTED,
        Action.DEEM_RENEWED,
        Action.SCHEDULE_HEARING,
        Action.CANCEL_HEARING,
        Action.START_SPECIAL,
        Action.EXTEND,
        Action.REFUSE,
        Action.WITHDRAW,
        Action.TERMINATE,
        Action.CLOSE,
    }
)


def moves_from(state: str, by: By) -> list[Action]:
    """List the actions of one side that the table allows in ``state``, in the table's order."""
    return [action for action, move in TABLE.items() if state in move.sources and move.by == by]
