"""My cases: the list, one case, corrections, withdrawal and notices."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import application, notices
from cases.actions import submission
from cases.consultation.queries import thread_of
from cases.consultation.rules import may_ask
from cases.correcting import is_replaced, points_of
from cases.delivery.queries import delivery_of, may_choose
from cases.errors import CaseNotFound, MaterialsIncomplete, StaleForm
from cases.fees.queries import fees_of
from cases.joint import queries as joint_queries
from cases.models import Case, CaseMaterial, JointCase, Notice
from cases.proceedings.queries import hearing_of
from cases.progress import holders_of
from cases.queries import actions_for, clocks, get_case, own_cases
from cases.states import Action, State
from common.formatting import action_label, code_label
from identity.actor import Actor
from identity.queries import represented_organisations
from identity.step_up import proof_of
from portal.access import actor_of, citizen_required
from portal.consultation import tone_of
from portal.downloads import file_response
from portal.fees import fee_row
from portal.public.drafts import InJoint, draft_of, first_open_page, require_alone
from portal.public.forms import PagesForm, WithdrawForm
from portal.public.joint_page import joint_tag, tag_of
from portal.public.materials import material_row, upload_problems
from portal.public.parcels import parcel_words
from portal.public.quota import waiting_words
from portal.public.requests import form_version, new_request_key, page_number, request_key
from portal.public.timeline import timeline_of
from portal.public.undertakings import undertakings_of
from portal.public.wording import clock_lines, next_step
from portal.renewals import said_to_applicant
from services.forms import visible_steps
from services.texts import text_of

_PAGE_SIZE = 20
_TONES = {
    State.DRAFT: "plain",
    State.CORRECTING: "amber",
    State.SUSPENDED: "amber",
    State.CLOSED: "jade",
    State.NOT_ACCEPTED: "red",
    State.TERMINATED: "red",
    State.WITHDRAWN: "plain",
}


def state_tag(case: Case) -> tuple[str, str]:
    """(label, tone) of a case's state; a closed case says how it ended."""
    if case.state in {State.CLOSED, State.DECIDED} and case.outcome:
        tone = "jade" if case.outcome == "approved" else "red"
        if case.is_deemed_renewed:
            return action_label(Action.DEEM_RENEWED.label), tone
        return f"{code_label(case.get_state_display())} · {code_label(case.get_outcome_display())}", tone
    return code_label(case.get_state_display()), _TONES.get(State(case.state), "brand")


@require_safe
@citizen_required
def my_cases(request: HttpRequest) -> HttpResponse:
    """The person's cases and drafts, newest first, twenty a page."""
    filters = [("", _("全部")), ("drafts", _("草稿")), ("open", _("办理中")), ("closed", _("已结束"))]
    state = request.GET.get("state", "")
    state = state if state in dict(filters) else ""
    actor = actor_of(request)
    page = Paginator(own_cases(actor, state=state, alone=True), _PAGE_SIZE).get_page(page_number(request))
    context = {
        "nav": "cases",
        "page": page,
        "rows": [{"case": case, "tag": state_tag(case)} for case in page],
        "joint": [_joint_row(one) for one in joint_queries.own(actor, state=state)] if page.number == 1 else [],
        "state": state,
        "filters": filters,
        "may_switch": _may_switch(actor),
    }
    return render(request, "public/cases.html", context)


def _joint_row(joint: JointCase) -> dict[str, Any]:
    """One row for a joint case; it opens to its items."""
    items = list(joint.items.all())
    parts = [(item.item_version.name, *tag_of(item)) for item in items]
    return {"joint": joint, "tag": joint_tag(items), "parts": parts, "is_draft": joint.submitted_at is None}


def _may_switch(actor: Actor) -> bool:
    """Whether somebody who acts for themselves has an organisation, whose cases are not in this list."""
    if actor.person_id is None or actor.principal_id != actor.person_id:
        return False
    return represented_organisations(actor.person_id).exists()


@require_safe
@citizen_required
def my_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: what happens next, both clocks, what the person must do, history and notices."""
    case = get_case(actor_of(request), case_id)
    if case.state == State.DRAFT:
        try:
            require_alone(case)
        except InJoint as joint:
            return redirect("my_joint", joint_id=joint.joint_id)
        return redirect(first_open_page(draft_of(case)))
    return case_page(request, case)


def case_page(
    request: HttpRequest,
    case: Case,
    *,
    wrong: Mapping[UUID, PagesForm] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a case's own page; ``wrong`` holds upload forms with errors by material, ``problem`` one message."""
    actor = actor_of(request)
    rows = [material_row(row, (wrong or {}).get(row.pk)) for row in case.materials.all()]
    allowed = actions_for(actor, case)
    context = {
        "nav": "cases",
        "case": case,
        "version": case.item_version,
        "tag": state_tag(case),
        "next_step": next_step(case),
        "holders": holders_of(case),
        "quota_words": waiting_words(case),
        "renewal": said_to_applicant(case),
        "clock_lines": clock_lines(case, clocks(case)),
        "clock_problem": clocks(case).problem if case.accepted_on else "",
        "timeline": timeline_of(case),
        "rows": rows,
        **_corrections(case, rows),
        **undertakings_of(case, rows),
        "notices": list(case.notices.all()),
        "flags": case.open_flags,  # type: ignore[attr-defined]
        "answers": _answers(case),
        "hearing": hearing_of(case),
        "delivery": delivery_of(case),
        "may_choose_delivery": may_choose(case),
        **parcel_words(delivery_of(case)),
        "thread": thread_of(case),
        "thread_tone": tone_of(thread_of(case)),
        "may_ask": may_ask(case, thread_of(case), today=timezone.localdate()),
        "fees": [fee_row(fee) for fee in fees_of(case)],
        "may_correct": Action.CORRECT in allowed,
        "may_withdraw": Action.WITHDRAW in allowed,
        "problems": [*([("", problem)] if problem else []), *upload_problems(rows)],
        "request_key": new_request_key(),
    }
    return render(request, "public/case.html", context, status=status)


def _corrections(case: Case, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the notice asks for, as the page's part shows it; ``rows`` are all materials."""
    correction = _correction(case) if case.state == State.CORRECTING else None
    to_fix = [{**row, "is_fixed": _is_fixed(row["row"], correction)} for row in rows if row["row"].correction]
    return {
        "correction": correction,
        "is_asked_again": len(_correction_notices(case)) > 1,
        "to_fix": to_fix,
        "is_all_fixed": all(row["is_fixed"] for row in to_fix),
        "general_points": _general_points(case, correction),
    }


@require_safe
@citizen_required
def case_correction(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Only what a case's correction notice asks for; afterwards the case's own page."""
    case = get_case(actor_of(request), case_id)
    if case.state != State.CORRECTING:
        return redirect(*after_correction(actor_of(request), case_id))
    return correction_page(request, case)


def after_correction(actor: Actor, case_id: UUID) -> tuple[str, UUID]:
    """The page that shows what became of it: the case's own, at the counter the window's."""
    return ("assistance", actor.assistance_id) if actor.assistance_id else ("my_case", case_id)


def correction_page(
    request: HttpRequest,
    case: Case,
    *,
    wrong: Mapping[UUID, PagesForm] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the corrections alone, which is all that a clerk who helps with them opens; as :func:`case_page`."""
    rows = [material_row(row, (wrong or {}).get(row.pk)) for row in case.materials.all()]
    context = {
        "nav": "cases",
        "case": case,
        "version": case.item_version,
        **_corrections(case, rows),
        "answers": _answers(case),
        "may_correct": Action.CORRECT in actions_for(actor_of(request), case),
        "problems": [*([("", problem)] if problem else []), *upload_problems(rows)],
        "request_key": new_request_key(),
    }
    return render(request, "public/case_correction.html", context, status=status)


def _correction(case: Case) -> Notice | None:
    return max(_correction_notices(case), key=lambda notice: notice.created_at, default=None)


def _correction_notices(case: Case) -> list[Notice]:
    return [notice for notice in case.notices.all() if notice.kind == Notice.Kind.CORRECTION]


def _is_fixed(row: CaseMaterial, notice: Notice | None) -> bool:
    return notice is not None and is_replaced(row, notice)


def _general_points(case: Case, notice: Notice | None) -> list[str]:
    """The points of the notice that are about no material."""
    if notice is None:
        return []
    about = {f"{row.name}：{row.correction}" for row in case.materials.all() if row.correction}
    return [point for point in points_of(notice) if point not in about]


def _answers(case: Case) -> list[tuple[str, str]]:
    return [
        (spec.label, text_of(spec, case.answers[spec.key]["value"]))
        for step in visible_steps(case.item_version, case.situation)
        for spec in step.fields
        if spec.key in case.answers
    ]


@require_POST
@citizen_required
def correct_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand in the corrections."""
    actor = actor_of(request)
    page = correction_page if actor.is_assisted else case_page
    try:
        submission.correct(
            actor,
            case_id=case_id,
            proof=proof_of(request),
            request_key=request_key(request),
            expected_version=form_version(request),
        )
    except MaterialsIncomplete as error:
        return page(request, get_case(actor, case_id), problem=error.text, status=422)
    except StaleForm as error:
        return page(request, get_case(actor, case_id), problem=f"{error.text}{error.what_to_do}", status=409)
    messages.success(request, _("补正已提交，窗口会重新答复是否受理。"))
    return redirect(*after_correction(actor, case_id))


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def withdraw_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask once more what withdrawing means, then withdraw."""
    actor = actor_of(request)
    form = WithdrawForm(request.POST or None)
    conflict: StaleForm | None = None
    if request.method == "POST" and form.is_valid():
        try:
            submission.withdraw(
                actor,
                case_id=case_id,
                reason=form.cleaned_data["reason"],
                request_key=request_key(request),
                expected_version=form_version(request),
            )
        except StaleForm as error:
            conflict = error
        else:
            messages.success(request, _("申请已撤回。"))
            return redirect("my_case", case_id=case_id)
    case = get_case(actor, case_id)
    if Action.WITHDRAW not in actions_for(actor, case):
        return redirect("my_case", case_id=case_id)
    context: dict[str, Any] = {
        "nav": "cases",
        "case": case,
        "form": form,
        "conflict": conflict,
        "request_key": new_request_key(),
    }
    status = 409 if conflict else 422 if form.is_bound else 200
    return render(request, "public/withdraw.html", context, status=status)


@require_safe
@citizen_required
def notice_file(request: HttpRequest, case_id: UUID, notice_id: UUID) -> HttpResponse:
    """A notice's sealed PDF; the first look proves delivery."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    notice = next((notice for notice in case.notices.all() if notice.pk == notice_id), None)
    if notice is None:
        raise CaseNotFound
    name = f"{notice.get_kind_display()} {notice.number}"
    return file_response(notices.read(actor, notice), media_type="application/pdf", name=name)


@require_safe
@citizen_required
def application_form(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The applicant's own form, filled in."""
    pdf = application.own_form(actor_of(request), case_id=case_id)
    return file_response(pdf, media_type="application/pdf", name=_("申请表"))
