"""The way of a case through the departments, and what has happened on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.reassignment import HANDED_OVER
from cases.actions.refreshing import REFRESHED
from cases.models import Branch, Case
from cases.proceedings.hearing_actions import ASKED, WAIVED
from cases.promises.actions import BREACH, CHECKED, MISSED, SUPPLIED
from cases.states import Action, Outcome, State
from common.formatting import action_label, code_label, format_date, format_dates_in, format_list
from identity.actor import Actor
from services.codes import StageKind

_BAD = frozenset({Action.REFUSE_ACCEPTANCE, Action.NOT_REQUIRE, Action.REFUSE, Action.TERMINATE, Action.WITHDRAW})
_WARN = frozenset(
    {
        Action.ASK_CORRECTION,
        Action.ASK_CORRECTION_AGAIN,
        Action.START_SPECIAL,
        Action.EXTEND,
        Action.DEEM_ACCEPTED,
        Action.DEEM_RENEWED,
        Action.RETURN_STAGE,
        Action.ESCALATE,
    }
)
_INSIDE = frozenset({Action.START_REVIEW})  # happens by itself in the moment of acceptance


@dataclass(frozen=True, slots=True)
class Lane:
    """One department's branch."""

    name: str
    who: str
    state: str  # done, bad, current, todo
    label: str
    note: str
    is_mine: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """One station of the route: done, current, todo or bad; the review station has a lane for each department."""

    label: str
    state: str
    note: str = ""
    lanes: list[Lane] = field(default_factory=list)


def route_of(case: Case, actor: Actor) -> list[Station]:
    """The stations: intake, the departments side by side, decision, delivery."""
    names = {branch.stage.key: branch.stage.name for branch in case.branches.all()}
    lanes = [_lane(branch, actor, names) for branch in case.branches.all()]
    stations = [_intake(case)]
    if lanes:
        waiting = any(lane.state == "current" for lane in lanes)  # what is still to come waits behind an objection
        stations.append(Station(_("审查"), "current" if waiting else "done", lanes=lanes))
    elif case.state in {State.SUBMITTED, State.CORRECTING}:
        stations.append(Station(_("审查"), "todo"))
    return [*stations, *_ending(case, lanes)]


def _intake(case: Case) -> Station:
    if case.accepted_on:
        note = _("%(day)s，视为受理") if case.is_deemed_accepted else "%(day)s"
        return Station(_("受理"), "done", note % {"day": format_date(case.accepted_on)})
    if case.state in {State.NOT_ACCEPTED, State.NOT_REQUIRED, State.WITHDRAWN, State.TERMINATED}:
        return Station(_("受理"), "bad", code_label(case.get_state_display()))
    return Station(_("受理"), "current", code_label(case.get_state_display()))


def _lane(branch: Branch, actor: Actor, names: Mapping[str, str]) -> Lane:
    who = " · ".join(filter(None, [branch.department.short_name, branch.post.name, _assignee(branch)]))
    is_mine = branch.post_id == actor.post_id and branch.state == Branch.State.OPEN
    label = code_label(branch.get_state_display())
    if branch.state == Branch.State.WAITING:
        first = format_list(names[key] for key in branch.stage.after if key in names)
        note = _("等%(names)s办完") % {"names": first} if first else ""
    elif branch.state == Branch.State.OPEN:
        note = _open_note(branch)
        label = str(_("由您审查")) if is_mine and branch.assignee_id in (None, actor.account_id) else label
    else:
        note = _opinion(branch)
    kind = "" if branch.stage.kind == StageKind.REVIEW else code_label(branch.stage.get_kind_display())
    return Lane(branch.stage.name, who, _STATES[Branch.State(branch.state)], label, note, is_mine, kind)


_STATES = {
    Branch.State.WAITING: "todo",
    Branch.State.OPEN: "current",
    Branch.State.AGREED: "done",
    Branch.State.OPPOSED: "bad",
}


def _assignee(branch: Branch) -> str:
    return branch.assignee.staff_name if branch.assignee else ""


def _open_note(branch: Branch) -> str:
    due = _("%(day)s前") % {"day": format_date(branch.due_on)} if branch.due_on else ""
    told = _("已提请%(post)s督办") % {"post": branch.escalated_to.name} if branch.escalated_to else ""
    return "；".join(filter(None, [due, told]))


def _opinion(branch: Branch) -> str:
    second = _("另一名核查人员：%(name)s") % {"name": branch.second_officer} if branch.second_officer else ""
    return "；".join(filter(None, [branch.opinion, second]))


def _ending(case: Case, lanes: list[Lane]) -> list[Station]:
    if case.state in {State.DECIDED, State.CLOSED}:
        state = "done" if case.outcome == Outcome.APPROVED else "bad"
        delivered = case.state == State.CLOSED
        last = Station(_("送达"), "done" if delivered else "current", "" if delivered else _("文书制作中"))
        decided = action_label(Action.DEEM_RENEWED.label) if case.is_deemed_renewed else case.get_outcome_display()
        return [Station(_("决定"), state, code_label(decided)), last]
    if case.state in {State.WITHDRAWN, State.TERMINATED} and case.accepted_on:
        return [Station(_("决定"), "bad", code_label(case.get_state_display()))]
    ready = case.state == State.IN_REVIEW and all(lane.state != "current" for lane in lanes)
    return [Station(_("决定"), "current" if ready else "todo"), Station(_("送达"), "todo")]


def history_of(case: Case) -> list[dict[str, Any]]:
    """Timeline entries: what happened, by whom, and what comes next."""
    entries = []
    for event in case.events.all():
        if event.action in _INSIDE:
            continue
        state = "bad" if event.action in _BAD else "warn" if event.action in _WARN else "done"
        note = "：".join(filter(None, [code_label(event.actor_label), format_dates_in(event.note)]))
        entries.append({"title": _title(event.action), "time": event.created_at, "note": note, "state": state})
    coming = _coming(case)
    return [*entries, coming] if coming else entries


_UNDERTAKEN = {
    SUPPLIED: gettext_lazy("补交了容缺的材料"),
    MISSED: gettext_lazy("容缺的材料逾期未补"),
    CHECKED: gettext_lazy("核查了承诺"),
    BREACH: gettext_lazy("承诺不实的认定"),
}


_HEARING = {ASKED: gettext_lazy("申请人要求听证"), WAIVED: gettext_lazy("申请人不要求听证")}


def _title(action: str) -> str:
    if action == HANDED_OVER:
        return _("审查移交给另一个岗位")
    if action in _UNDERTAKEN:
        return str(_UNDERTAKEN[action])
    if action == REFRESHED:
        return _("更新了来源变化的内容")
    if action in _HEARING:
        return str(_HEARING[action])
    return action_label(Action(action).label) if action in Action.values else action


def _coming(case: Case) -> dict[str, Any] | None:
    waiting = [branch for branch in case.branches.all() if branch.state == Branch.State.OPEN]
    names = {"names": "、".join(branch.stage.name for branch in waiting)}
    titles = {
        State.SUBMITTED: _("答复是否受理"),
        State.CORRECTING: _("等申请人补正"),
        State.IN_REVIEW: _("等待：%(names)s") % names if waiting else _("作出决定"),
        State.SUSPENDED: _("特别程序结束后继续审查"),
        State.DECIDED: _("制作文书并送达"),
    }
    title = titles.get(State(case.state))
    due = min((branch.due_on for branch in waiting if branch.due_on), default=case.promise_due_on)
    due = due if case.state == State.IN_REVIEW else None
    return {"title": title, "time": due or "", "state": "next"} if title else None
