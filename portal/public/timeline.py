"""The history of a case as the applicant reads it: what happened in plain words, and what comes next."""

import datetime as dt
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, CaseEvent
from cases.proceedings.hearing_actions import ASKED, WAIVED
from cases.promises.actions import BREACH, CHECKED, MISSED, SUPPLIED
from cases.states import TOLD, Action, State
from common.formatting import format_dates_in
from portal.public.wording import reply_due_on

_TITLES: dict[str, Promise | str] = {
    Action.SUBMIT: gettext_lazy("您提交了申请"),
    Action.ASK_CORRECTION: gettext_lazy("窗口告知需要补正"),
    Action.ASK_CORRECTION_AGAIN: gettext_lazy("再次告知需要补正"),
    Action.CORRECT: gettext_lazy("您提交了补正"),
    Action.ACCEPT: gettext_lazy("已受理，开始计算办理时限"),
    Action.DEEM_ACCEPTED: gettext_lazy("视为受理，开始计算办理时限"),
    Action.REFUSE_ACCEPTANCE: gettext_lazy("不予受理"),
    Action.NOT_REQUIRE: gettext_lazy("不需要许可"),
    Action.START_REVIEW: gettext_lazy("转到各部门审查"),
    Action.REVIEW: gettext_lazy("一个环节审查完成"),
    Action.TELL_HEARING: gettext_lazy("告知您可以要求听证"),
    ASKED: gettext_lazy("您要求听证"),
    WAIVED: gettext_lazy("您不要求听证"),
    Action.SCHEDULE_HEARING: gettext_lazy("定了听证的时间和地点"),
    Action.RECORD_HEARING: gettext_lazy("听证举行，写了笔录"),
    Action.CANCEL_HEARING: gettext_lazy("听证没有举行"),
    Action.START_EXPERTS: gettext_lazy("请专家评审"),
    Action.START_SPECIAL: gettext_lazy("进入特别程序，暂停计时"),
    Action.END_SPECIAL: gettext_lazy("特别程序结束，继续计时"),
    Action.EXTEND: gettext_lazy("办理期限延长"),
    Action.APPROVE: gettext_lazy("决定：准予"),
    Action.DEEM_RENEWED: gettext_lazy("到期没有决定，视为准予延续"),
    Action.REFUSE: gettext_lazy("决定：不予"),
    Action.CLOSE: gettext_lazy("办结"),
    Action.WITHDRAW: gettext_lazy("您撤回了申请"),
    Action.TERMINATE: gettext_lazy("终止办理"),
    SUPPLIED: gettext_lazy("您补交了容缺的材料"),
    MISSED: gettext_lazy("容缺的材料逾期没有补交"),
    CHECKED: gettext_lazy("部门核查了您的承诺"),
    BREACH: gettext_lazy("承诺不实的认定"),
}
_UNDERTAKEN = {SUPPLIED, MISSED, CHECKED, BREACH}
_WARNINGS = {Action.ASK_CORRECTION, Action.ASK_CORRECTION_AGAIN, Action.START_SPECIAL, Action.EXTEND}
_ENDS = {Action.REFUSE_ACCEPTANCE, Action.REFUSE, Action.TERMINATE}


def timeline_of(case: Case) -> list[dict[str, Any]]:
    """Entries for ``{% timeline %}``, oldest first, what comes next at the end."""
    told = (event for event in case.events.all() if event.action in _TITLES)  # not what the office arranges within
    return [*(_entry(event) for event in told), *_coming(case)]


def _entry(event: CaseEvent) -> dict[str, Any]:
    state = "warn" if event.action in _WARNINGS else "bad" if event.action in _ENDS else "done"
    note = format_dates_in(event.note) if event.action in {*TOLD, *_UNDERTAKEN} else ""
    return {"title": _TITLES[event.action], "time": event.created_at, "note": note, "state": state}


def _coming(case: Case) -> list[dict[str, Any]]:
    decision = _next(_("作出决定"), case.promise_due_on or case.statutory_due_on)
    delivery = _next(_("送达结果"), None)
    return {
        State.SUBMITTED: [_next(_("答复是否受理"), reply_due_on(case)), _next(_("作出决定"), None), delivery],
        State.CORRECTING: [_next(_("您补齐后，重新答复是否受理"), None), _next(_("作出决定"), None), delivery],
        State.ACCEPTED: [decision, delivery],
        State.IN_REVIEW: [decision, delivery],
        State.SUSPENDED: [_next(_("特别程序结束"), None), decision, delivery],
        State.DECIDED: [delivery],
    }.get(State(case.state), [])


def _next(title: str, day: dt.date | None) -> dict[str, Any]:
    return {"title": title, "time": day or "", "state": "next"}
