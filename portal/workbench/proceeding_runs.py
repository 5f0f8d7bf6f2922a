"""What the forms of opinions, hearings and expert reviews send becomes an action."""

from typing import Any

from cases.models import Case
from cases.opinions import asking
from cases.proceedings import expert_actions, hearing_actions, record_actions
from identity.actor import Actor
from portal.workbench import forms
from portal.workbench.opinion_forms import AskOpinionForm
from portal.workbench.proceeding_forms import (
    RecordHearingForm,
    ScheduleHearingForm,
    StartExpertsForm,
    TellHearingForm,
)


def _common(case: Case, form: forms.StepForm) -> dict[str, Any]:
    sent = form.cleaned_data
    return {"case_id": case.pk, "request_key": sent["request_key"], "expected_version": sent["version"]}


def ask_opinion(actor: Actor, case: Case, form: AskOpinionForm) -> None:
    """征求意见."""
    branch_id = form.cleaned_data["branch"]
    asking.ask_opinion(actor, branch_id=branch_id, question=form.chosen(), **_common(case, form))


def tell_hearing(actor: Actor, case: Case, form: TellHearingForm) -> None:
    """告知听证权利."""
    sent = {name: form.cleaned_data[name] for name in ("reason", "parties")}
    hearing_actions.tell_hearing_right(actor, **sent, **_common(case, form))


def schedule_hearing(actor: Actor, case: Case, form: ScheduleHearingForm) -> None:
    """安排听证."""
    hearing_actions.schedule_hearing(actor, plan=form.plan(), **_common(case, form))


def record_hearing(actor: Actor, case: Case, form: RecordHearingForm) -> None:
    """填写听证笔录."""
    record_actions.record_hearing(actor, record=form.written(), **_common(case, form))


def cancel_hearing(actor: Actor, case: Case, form: forms.ReasonForm) -> None:
    """听证没有举行."""
    hearing_actions.cancel_hearing(actor, reason=form.cleaned_data["reason"], **_common(case, form))


def start_experts(actor: Actor, case: Case, form: StartExpertsForm) -> None:
    """组织专家评审."""
    sent = {name: form.cleaned_data[name] for name in ("question", "experts", "days_needed", "legal_basis")}
    expert_actions.start_expert_review(actor, **sent, **_common(case, form))
