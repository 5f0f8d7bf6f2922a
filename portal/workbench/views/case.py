"""The case page: everything one needs to decide, and only what may be done now."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import application, changes, queries
from cases.actions import reading, refreshing
from cases.consultation.queries import thread_of
from cases.delivery.queries import delivery_of
from cases.errors import FlagNoteMissing, FlagNotFound, ViewReasonMissing
from cases.fees.glances import glances_at
from cases.joint.queries import siblings
from cases.models import Case, Notice
from cases.opinions.queries import of_case
from cases.proceedings.queries import works_on
from cases.refreshing import may_refresh, outdated_values, stale_copies
from cases.signing.checking import check
from cases.states import OPEN_STATES
from common.workdays import for_region
from identity.actor import Actor
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.consultation import tone_of
from portal.downloads import file_response
from portal.fees import TONES
from portal.renewals import said_to_staff
from portal.workbench import steps
from portal.workbench.forms import FlagForm, UnmaskForm
from portal.workbench.pages import new_request_key, show
from portal.workbench.route_forms import CommentForm, remark_form
from portal.workbench.show.answers import groups_of
from portal.workbench.show.evidence import evidence_of
from portal.workbench.show.lamps import lamps_of
from portal.workbench.show.opinions import questions_of
from portal.workbench.show.people import applicant_of
from portal.workbench.show.proceedings import hearing_shown, reviews_shown
from portal.workbench.show.quota import quota_shown
from portal.workbench.show.remarks import remarks_of, visits_of
from portal.workbench.show.route import history_of, route_of
from portal.workbench.show.route_picture import pictures_of
from portal.workbench.trail import list_url, next_url, trail_of


@require_safe
@staff_required
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case. The look is recorded by the query."""
    return page(request, queries.get_case(actor_of(request), case_id), UnmaskForm())


@require_POST
@staff_required
@fresh_sign_in
def unmask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the personal data of a case once, for a reason that is recorded.

    Answers directly instead of redirecting: the values belong to this one answer, not to an address or a session
    where a later visitor of the same screen would find them.
    """
    case = queries.get_case(actor_of(request), case_id)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return page(request, case, form, status=422)
    try:
        whole = reading.unmask(actor_of(request), case_id=case_id, reason=form.cleaned_data["reason"])
    except ViewReasonMissing as error:
        form.add_error("reason", error.text)
        return page(request, case, form, status=422)
    return page(request, case, form, whole=whole)


@require_POST
@staff_required
@fresh_sign_in
def application_form(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The whole application form to print, for a reason that is recorded as for showing it."""
    case = queries.get_case(actor_of(request), case_id)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return page(request, case, form, status=422)
    try:
        pdf = application.staff_form(actor_of(request), case_id=case_id, reason=form.cleaned_data["reason"])
    except ViewReasonMissing as error:
        form.add_error("reason", error.text)
        return page(request, case, form, status=422)
    return file_response(pdf, media_type="application/pdf", name=_("申请表"))


@require_POST
@staff_required
def handle_flag(request: HttpRequest, case_id: UUID, flag_id: UUID) -> HttpResponse:
    """Write down what came of looking into a proof that changed."""
    actor = actor_of(request)
    form = FlagForm(request.POST, auto_id=f"flag-{flag_id}-%s")
    if form.is_valid():
        try:
            changes.handle(actor, case_id=case_id, flag_id=flag_id, note=form.cleaned_data["note"])
        except FlagNoteMissing as error:
            form.add_error("note", error.text)
        else:
            messages.success(request, _("核实结果已记下。"))
            return redirect("workbench_case", case_id)
    case = queries.get_case(actor, case_id)
    if flag_id not in changes.my_tasks_in(actor, case):
        raise FlagNotFound
    return page(request, case, UnmaskForm(), flag_form=(flag_id, form), status=422)


def _flags(actor: Actor, case: Case, bound: tuple[UUID, FlagForm] | None) -> list[dict[str, Any]]:
    """The open changes of a case; those this post has to look into have a form."""
    flags = list(case.open_flags)  # type: ignore[attr-defined]
    mine = changes.my_tasks_in(actor, case) if flags else set()
    return [
        {
            "flag": flag,
            "form": bound[1]
            if bound and bound[0] == flag.pk
            else FlagForm(auto_id=f"flag-{flag.pk}-%s")
            if flag.pk in mine
            else None,
        }
        for flag in flags
    ]


@require_POST
@staff_required
def take_current_values(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take over what registers and certificates say now in place of what they said at the application."""
    version = request.POST.get("version", "")
    refreshing.take_current_values(
        actor_of(request), case_id=case_id, expected_version=int(version) if version.isdecimal() else -1
    )
    messages.success(request, _("已按现在的内容更新。"))
    return redirect("workbench_case", case_id)


def page(
    request: HttpRequest,
    case: Case,
    form: UnmaskForm | None = None,
    *,
    comment_form: CommentForm | None = None,
    whole: Mapping[str, Any] | None = None,
    flag_form: tuple[UUID, FlagForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with whichever of its small forms was sent and did not pass."""
    actor = actor_of(request)
    form = form or UnmaskForm()
    today = timezone.localdate()
    is_open = case.state in OPEN_STATES and not case.outcome
    context = {
        "case": case,
        "joint": siblings(actor, case),
        "outdated": [one.label for one in outdated_values(case, today=today)] if is_open else [],
        "stale": stale_copies(case, today=today) if is_open else [],
        "may_refresh": may_refresh(actor, case),
        "applicant": applicant_of(case, whole=whole is not None),
        "lamps": lamps_of(case, for_region(case.department.region.code)),
        "groups": groups_of(case, whole=whole),
        "is_whole": whole is not None,
        "flags": _flags(actor, case, flag_form),
        "flag_form": flag_form[1] if flag_form else None,
        "unmask_form": form,
        "evidence": evidence_of(case),
        "may_see_originals": queries.may_see_originals(actor, case),
        "quota": quota_shown(actor, case),
        "route": route_of(case, actor),
        "route_pictures": pictures_of(case),
        "visits": visits_of(case),
        "remarks": remarks_of(case),
        "comment_form": comment_form or remark_form() if is_open else None,
        "history": history_of(case),
        "finding": check(case),
        "steps": _buttons(request, case),
        "renewal": said_to_staff(case),
        "asides": [step for step in steps.steps_open_to(actor, case) if step.is_aside],
        "proceedings": [step for step in steps.steps_open_to(actor, case) if step.is_proceeding],
        "questions": questions_of(actor, case, of_case(case)),
        "hearing": hearing_shown(case),
        "expert_reviews": reviews_shown(case),
        "works_on": works_on(actor, case),
        "delivery": delivery_of(case),
        "asked_tone": tone_of(thread_of(case)),
        "fees": [{"fee": fee, "tone": TONES[fee.state]} for fee in glances_at(case)],
        "next_url": next_url(request, case),
        "list_url": list_url(request),
        "trail": trail_of(request),
        "correction_sent": any(notice.kind == Notice.Kind.CORRECTION for notice in case.notices.all()),
    }
    return show(request, "workbench/case.html", context, nav="worklist", status=status)


def _buttons(request: HttpRequest, case: Case) -> list[dict[str, Any]]:
    """The open steps, one of them in the strong colour: the first, its form right here when that is short."""
    actor = actor_of(request)
    hidden = {"request_key": new_request_key(), "version": case.version}
    buttons: list[dict[str, Any]] = []
    for step in steps.steps_open_to(actor, case):
        if step.is_aside or step.is_proceeding:
            continue
        is_first = not buttons
        form = steps.form_for(step, actor, case, **hidden) if is_first and step.is_short else None
        kind = "quiet" if step.kind == "primary" and not is_first else step.kind
        buttons.append({"step": step, "form": form, "kind": kind})
    return buttons
