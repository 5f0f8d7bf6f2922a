"""The actions of the case page: which form each has, which verb it calls, and how its button looks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases import queries
from cases.actions import clocks, decision, intake, review
from cases.models import Case
from cases.opinions import queries as opinions
from cases.routes import actions as routes
from cases.routes.queries import assignable, assignee_choices, open_branch_for, returnable, transfer_targets
from cases.routes.visit_actions import Visit, record_visit
from cases.states import Action
from identity.actor import Actor
from portal.workbench import forms
from portal.workbench import proceeding_runs as runs
from portal.workbench.opinion_forms import AskOpinionForm
from portal.workbench.proceeding_forms import (
    RecordHearingForm,
    ScheduleHearingForm,
    StartExpertsForm,
    TellHearingForm,
)
from portal.workbench.route_forms import AssignForm, ClaimForm, RecordVisitForm, RecuseForm, ReturnForm, TransferForm

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """One action as staff meet it. ``run`` takes actor, case and a valid form."""

    action: Action
    label: Text
    form: type[forms.StepForm]
    run: Callable[[Actor, Case, Any], Any]
    done: Text
    kind: str = "quiet"
    hint: Text = ""

    @property
    def slug(self) -> str:
        """The action's word in addresses."""
        return self.action.value.replace("_", "-")

    @property
    def is_aside(self) -> bool:
        """Whether it arranges the work instead of doing it: such buttons stand folded below the others."""
        return self.action in _ASIDE

    @property
    def is_proceeding(self) -> bool:
        """Whether it asks somebody outside the post: such buttons stand folded too."""
        return self.action in _PROCEEDINGS

    @property
    def is_short(self) -> bool:
        """Whether its form is short enough to stand on the case page itself."""
        return self.action in {Action.ACCEPT, Action.REVIEW}

    @property
    def is_approval(self) -> bool:
        """Whether it decides in the applicant's favour."""
        return self.action in {Action.APPROVE, Action.DECIDE_AT_ONCE}


def _common(case: Case, form: forms.StepForm) -> dict[str, Any]:
    sent = form.cleaned_data
    return {"case_id": case.pk, "request_key": sent["request_key"], "expected_version": sent["version"]}


def _accept(actor: Actor, case: Case, form: forms.AcceptForm) -> None:
    intake.accept(actor, **_common(case, form))


def _ask_correction(actor: Actor, case: Case, form: forms.CorrectionForm) -> None:
    general = form.cleaned_data["general"]
    intake.ask_correction(actor, corrections=form.corrections(), general=general, **_common(case, form))


def _ask_correction_again(actor: Actor, case: Case, form: forms.CorrectionAgainForm) -> None:
    sent = form.cleaned_data
    wanted = {"corrections": form.corrections(), "general": sent["general"], "reason": sent["reason"]}
    intake.ask_correction_again(actor, **wanted, **_common(case, form))


def _refuse_acceptance(actor: Actor, case: Case, form: forms.RefuseAcceptanceForm) -> None:
    sent = form.cleaned_data
    intake.refuse_acceptance(actor, reason=sent["reason"], competent_body=sent["competent_body"], **_common(case, form))


def _not_require(actor: Actor, case: Case, form: forms.ReasonForm) -> None:
    intake.not_required(actor, reason=form.cleaned_data["reason"], **_common(case, form))


def _review(actor: Actor, case: Case, form: forms.ReviewForm) -> None:
    sent = form.cleaned_data
    review.review(
        actor,
        branch_id=sent["branch"],
        agreed=sent["result"] == "agree",
        opinion=sent["opinion"],
        second_officer=sent.get("second_officer", ""),
        **_common(case, form),
    )


def _record_visit(actor: Actor, case: Case, form: RecordVisitForm) -> None:
    sent = form.cleaned_data
    visit = Visit(sent["visited_on"], sent["present"], sent["second_officer"], sent["finding"], form.checks())
    record_visit(actor, branch_id=sent["branch"], visit=visit, photos=sent["photos"], **_common(case, form))


def _claim(actor: Actor, case: Case, form: ClaimForm) -> None:
    routes.claim_review(actor, branch_id=form.cleaned_data["branch"], **_common(case, form))


def _assign(actor: Actor, case: Case, form: AssignForm) -> None:
    branch_id, account_id = form.chosen()
    routes.assign(actor, branch_id=branch_id, account_id=account_id, **_common(case, form))


def _transfer(actor: Actor, case: Case, form: TransferForm) -> None:
    sent = form.cleaned_data
    routes.transfer(actor, branch_id=sent["branch"], post_id=sent["post"], reason=sent["reason"], **_common(case, form))


def _return_stage(actor: Actor, case: Case, form: ReturnForm) -> None:
    sent = form.cleaned_data
    routes.return_stage(actor, target_id=sent["target"], reason=sent["reason"], **_common(case, form))


def _recuse(actor: Actor, case: Case, form: RecuseForm) -> None:
    routes.recuse(actor, reason=form.cleaned_data["reason"], **_common(case, form))


def _start_special(actor: Actor, case: Case, form: forms.StartSpecialForm) -> None:
    sent = {name: form.cleaned_data[name] for name in ("kind", "days_needed", "legal_basis", "reason")}
    clocks.start_special(actor, **sent, **_common(case, form))


def _end_special(actor: Actor, case: Case, form: forms.EndSpecialForm) -> None:
    clocks.end_special(actor, result=form.cleaned_data["result"], **_common(case, form))


def _extend(actor: Actor, case: Case, form: forms.ExtendForm) -> None:
    sent = {name: form.cleaned_data[name] for name in ("days", "legal_basis", "reason")}
    clocks.extend(actor, **sent, **_common(case, form))


def _approve(actor: Actor, case: Case, form: forms.ApproveForm) -> None:
    decision.approve(actor, face=form.face(), **_common(case, form))


def _refuse(actor: Actor, case: Case, form: forms.RefuseForm) -> None:
    decision.refuse(actor, reason=form.cleaned_data["reason"], **_common(case, form))


def _terminate(actor: Actor, case: Case, form: forms.ReasonForm) -> None:
    decision.terminate(actor, reason=form.cleaned_data["reason"], **_common(case, form))


def _decide_at_once(actor: Actor, case: Case, form: forms.ApproveForm) -> None:
    decision.decide_at_once(actor, face=form.face(), **_common(case, form))


# In the order the buttons stand in: the usual way on first, the ways out last.
_STEPS = (
    Step(
        Action.DECIDE_AT_ONCE,
        pgettext_lazy("action", "当场办结"),
        forms.ApproveForm,
        _decide_at_once,
        _("已当场受理并准予，证照和决定书正在制作。"),
        "primary",
        _("即办件：受理和准予一次完成。"),
    ),
    Step(Action.ACCEPT, _("受理"), forms.AcceptForm, _accept, _("已受理，从下一个工作日起计时。"), "primary"),
    Step(
        Action.REVIEW,
        _("填写审查意见"),
        forms.ReviewForm,
        _review,
        _("审查意见已提交。"),
        "primary",
    ),
    Step(
        Action.RECORD_VISIT,
        _("填写现场核查记录"),
        RecordVisitForm,
        _record_visit,
        _("现场核查记录已保存。"),
        hint=_("手机上也能填，可以当场拍照。"),
    ),
    Step(
        Action.APPROVE,
        _("准予"),
        forms.ApproveForm,
        _approve,
        _("已作出准予决定，证照和决定书正在制作。"),
        "primary",
    ),
    Step(
        Action.END_SPECIAL,
        _("结束特别程序"),
        forms.EndSpecialForm,
        _end_special,
        _("特别程序已结束，从下一个工作日起继续计时。"),
        "primary",
    ),
    Step(
        Action.ASK_CORRECTION,
        _("一次告知补正"),
        forms.CorrectionForm,
        _ask_correction,
        _("补正告知书已发出。"),
        hint=_("只能发一次，请把要补的全部写进去。"),
    ),
    Step(
        Action.ASK_CORRECTION_AGAIN,
        _("再次告知补正"),
        forms.CorrectionAgainForm,
        _ask_correction_again,
        _("第二份补正告知书已发出。"),
        hint=_("第一次确实漏了才用，只能再发这一次；经过会留在办件里。"),
    ),
    Step(
        Action.RECORD_HEARING,
        _("填写听证笔录"),
        RecordHearingForm,
        runs.record_hearing,
        _("听证笔录已保存，请参加人确认。"),
        "primary",
    ),
    Step(
        Action.ASK_OPINION,
        _("征求其他部门意见"),
        AskOpinionForm,
        runs.ask_opinion,
        _("已征求意见，对方会在待办里看到。"),
        hint=_("对方只看到您选的内容；办件的时限不停。"),
    ),
    Step(
        Action.TELL_HEARING,
        _("告知听证权利"),
        TellHearingForm,
        runs.tell_hearing,
        _("听证权利告知书已发出。"),
        hint=_("直接涉及重大利益的，决定前告知；申请人收到后五个工作日内可以要求听证。"),
    ),
    Step(
        Action.SCHEDULE_HEARING,
        _("安排听证"),
        ScheduleHearingForm,
        runs.schedule_hearing,
        _("听证通知书已发出，听证的时间不计入期限。"),
        hint=_("通知要提前七日送达；计时停到听证结束。"),
    ),
    Step(
        Action.CANCEL_HEARING,
        _("听证没有举行"),
        forms.ReasonForm,
        runs.cancel_hearing,
        _("已记下听证没有举行，从下一个工作日起继续计时。"),
        hint=_("申请人撤回要求，或者没有到场的。"),
    ),
    Step(
        Action.START_EXPERTS,
        _("组织专家评审"),
        StartExpertsForm,
        runs.start_experts,
        _("专家评审已开始，计时暂停，已告知申请人。"),
        hint=_("写明专家和问题；每位专家先声明有没有利害关系，再提意见。"),
    ),
    Step(
        Action.START_SPECIAL,
        _("进入特别程序（暂停计时）"),
        forms.StartSpecialForm,
        _start_special,
        _("已进入特别程序，计时暂停，已告知申请人。"),
    ),
    Step(Action.CLAIM, _("领办"), ClaimForm, _claim, _("已由您领办。"), hint=_("领办以后，这个环节只由您办理。")),
    Step(Action.ASSIGN, _("指定办理人"), AssignForm, _assign, _("已指定办理人。")),
    Step(
        Action.TRANSFER,
        _("转给本部门别的岗位"),
        TransferForm,
        _transfer,
        _("已转给另一个岗位。"),
        hint=_("环节的时限不变。"),
    ),
    Step(
        Action.RETURN_STAGE,
        _("退回前面的环节"),
        ReturnForm,
        _return_stage,
        _("已退回，那个环节重新计时。"),
        hint=_("每个环节只能退回一次；后面的环节等它办完再继续，办件的总时限不变。"),
    ),
    Step(
        Action.RECUSE,
        _("申请回避"),
        RecuseForm,
        _recuse,
        _("已记下您的回避，这个办件交给别人办理。"),
        hint=_("您或者近亲属和申请人有利害关系的，应当回避；提交后不能再参与这个办件的审查和决定。"),
    ),
    Step(Action.EXTEND, _("延长办理期限"), forms.ExtendForm, _extend, _("期限已延长，已告知申请人。")),
    Step(Action.NOT_REQUIRE, _("不需要许可"), forms.ReasonForm, _not_require, _("已告知申请人不需要取得许可。")),
    Step(
        Action.REFUSE_ACCEPTANCE,
        _("不予受理"),
        forms.RefuseAcceptanceForm,
        _refuse_acceptance,
        _("不予受理决定书已发出。"),
        "danger",
    ),
    Step(Action.REFUSE, _("不予"), forms.RefuseForm, _refuse, _("已作出不予决定，决定书正在制作。"), "danger"),
    Step(
        Action.TERMINATE,
        _("终止办理"),
        forms.ReasonForm,
        _terminate,
        _("办件已终止，通知书已发出。"),
        "danger",
        _("申请人死亡、单位终止等办理没有了对象时用。"),
    ),
)
_ASIDE = frozenset({Action.CLAIM, Action.ASSIGN, Action.TRANSFER, Action.RETURN_STAGE, Action.RECUSE})
_PROCEEDINGS = frozenset(
    {
        Action.ASK_OPINION,
        Action.TELL_HEARING,
        Action.SCHEDULE_HEARING,
        Action.CANCEL_HEARING,
        Action.START_EXPERTS,
    }
)
STEPS: dict[str, Step] = {step.slug: step for step in _STEPS}


def steps_open_to(actor: Actor, case: Case) -> list[Step]:
    """The steps this actor can take on this case now, in the order their buttons stand in."""
    allowed = set(queries.actions_for(actor, case))
    return [step for step in _STEPS if step.action in allowed]


def form_for(
    step: Step, actor: Actor, case: Case, data: Any = None, files: Any = None, **initial: Any
) -> forms.StepForm:
    """Build the form of a step: bound to ``data``, or empty with ``initial`` values."""
    return step.form(data, files, initial=initial, case=case, **_offered(step.action, actor, case))


def _offered(action: Action, actor: Actor, case: Case) -> dict[str, Any]:
    """What the form of a step within the route chooses from."""
    if action in {Action.REVIEW, Action.CLAIM, Action.RECORD_VISIT}:
        return {"branch": open_branch_for(actor, case)}
    if action == Action.TRANSFER:
        branch = open_branch_for(actor, case)
        return {"branch": branch, "posts": transfer_targets(branch) if branch else []}
    if action == Action.RETURN_STAGE:
        return {"targets": returnable(actor, case)}
    if action == Action.ASK_OPINION:
        posts, materials = opinions.posts_to_ask(actor), opinions.showable_papers(case)
        return {"branch": opinions.asking_branch(actor, case), "posts": posts, "materials": materials}
    if action == Action.ASSIGN:
        return {"offers": assignee_choices(case, assignable(actor, case))}
    return {}
