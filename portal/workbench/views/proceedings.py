"""Hearings and expert reviews beside the case's own steps: signatures, opinions of experts, printed records."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import Case, Expert, HearingParticipant
from cases.proceedings import expert_actions, printing
from cases.proceedings.errors import ExpertNotFound, HearingNotFound
from cases.proceedings.queries import experts_of, hearing_of, works_on
from cases.proceedings.record_actions import note_signature
from cases.queries import get_case
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.proceeding_forms import AddExpertsForm, JudgementForm, SignatureForm
from portal.workbench.step_page import StepPage


def _own_case(actor: Actor, case_id: UUID) -> Case:
    case = get_case(actor, case_id)
    if not works_on(actor, case):
        raise HearingNotFound
    return case


def _back(case_id: UUID) -> str:
    return reverse("workbench_case", args=[case_id]) + "#proceedings"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def signature(request: HttpRequest, case_id: UUID, participant_id: UUID) -> HttpResponse:
    """Note that somebody signed the record, or refused."""
    actor = actor_of(request)
    standing = hearing_of(_own_case(actor, case_id))
    people: list[HearingParticipant] = list(standing.hearing.participants.all()) if standing else []
    row = next((one for one in people if one.pk == participant_id), None)
    if row is None:
        raise HearingNotFound
    form = SignatureForm(request.POST if request.method == "POST" else None)
    title = _("确认笔录：%(name)s") % {"name": row.name}
    page = StepPage(request, form, title, _("记下"), _back(case_id), nav="worklist")

    def act() -> str:
        sent = form.cleaned_data
        note_signature(actor, case_id=case_id, participant_id=row.pk, has_signed=sent["has_signed"], note=sent["note"])
        return _("已记下。")

    return page.answer(act, done=lambda: redirect(_back(case_id)))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def judgement(request: HttpRequest, case_id: UUID, expert_id: UUID) -> HttpResponse:
    """Write down what an expert declared and judged."""
    actor = actor_of(request)
    experts: list[Expert] = [one for review in experts_of(_own_case(actor, case_id)) for one in review.experts.all()]
    expert = next((one for one in experts if one.pk == expert_id), None)
    if expert is None:
        raise ExpertNotFound
    form = JudgementForm(request.POST if request.method == "POST" else None)
    title = _("专家意见：%(name)s") % {"name": expert.name}
    page = StepPage(request, form, title, _("记下"), _back(case_id), nav="worklist")

    def act() -> str:
        expert_actions.write_judgement(actor, case_id=case_id, expert_id=expert_id, given=form.given())
        return _("已记下专家的声明和意见。")

    return page.answer(act, done=lambda: redirect(_back(case_id)))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def more_experts(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Name further experts of a review under way."""
    actor = actor_of(request)
    if not any(review.ended_at is None for review in experts_of(_own_case(actor, case_id))):
        raise ExpertNotFound
    form = AddExpertsForm(request.POST if request.method == "POST" else None)
    page = StepPage(request, form, _("另请专家"), _("加上"), _back(case_id), nav="worklist")

    def act() -> str:
        expert_actions.add_experts(actor, case_id=case_id, experts=form.cleaned_data["experts"])
        return _("已加上专家。")

    return page.answer(act, done=lambda: redirect(_back(case_id)))


@require_safe
@staff_required
def hearing_record(request: HttpRequest, case_id: UUID, hearing_id: UUID) -> HttpResponse:
    """The record of a hearing as PDF, to read and sign."""
    actor = actor_of(request)
    content = printing.hearing_record(actor, get_case(actor, case_id), hearing_id)
    return file_response(content, media_type="application/pdf", name=_("听证笔录"))


@require_safe
@staff_required
def expert_minutes(request: HttpRequest, case_id: UUID, review_id: UUID) -> HttpResponse:
    """The minutes of an expert review as PDF."""
    actor = actor_of(request)
    content = printing.expert_minutes(actor, get_case(actor, case_id), review_id)
    return file_response(content, media_type="application/pdf", name=_("专家评审纪要"))
