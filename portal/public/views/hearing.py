"""The right to a hearing, the hearing itself and its record, for the applicant."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import CaseNotFound
from cases.models import Hearing, HearingParticipant
from cases.proceedings import hearing_actions, printing, queries
from cases.proceedings.record_actions import confirm_record
from cases.queries import get_case
from common.errors import Conflict
from portal.access import actor_of, citizen_required
from portal.downloads import file_response


class HearingForm(forms.Form):
    """What the applicant wants."""

    act = forms.ChoiceField(
        label=gettext_lazy("您要做什么"), choices=[(one, one) for one in ("ask", "waive", "confirm")]
    )
    text = forms.CharField(
        label=gettext_lazy("为什么要听证"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("可以不写；听证时再说也可以"),
        error_messages={"max_length": gettext_lazy("最多写 2000 个字。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def my_hearing(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Where the hearing is; ask for it, waive it, confirm its record."""
    actor = actor_of(request)
    if request.method != "POST":
        return _page(request, case_id, HearingForm())
    form = HearingForm(request.POST)
    if not form.is_valid():
        return _page(request, case_id, form, status=422)
    sent = form.cleaned_data
    try:
        if sent["act"] == "ask":
            hearing_actions.ask_for_hearing(actor, case_id=case_id, text=sent["text"])
            told = _("已要求听证，部门会在二十日内安排，并提前七日通知您。")
        elif sent["act"] == "waive":
            hearing_actions.waive_hearing(actor, case_id=case_id)
            told = _("已记下您不要求听证，审查接着办。")
        else:
            confirm_record(actor, case_id=case_id)
            told = _("已确认听证笔录。")
    except Conflict as error:
        return _page(request, case_id, form, refusal=error, status=error.http_status)
    messages.success(request, told)
    return redirect("my_hearing", case_id=case_id)


def _page(
    request: HttpRequest, case_id: UUID, form: HearingForm, *, refusal: Conflict | None = None, status: int = 200
) -> HttpResponse:
    case = get_case(actor_of(request), case_id)
    standing = queries.hearing_of(case)
    if standing is None:
        raise CaseNotFound
    hearing = standing.hearing
    people = list(hearing.participants.all())
    waiting = [one for one in people if one.role == HearingParticipant.Role.APPLICANT and not one.way]
    context = {
        "nav": "cases",
        "case": case,
        "version": case.item_version,
        "standing": standing,
        "hearing": hearing,
        "people": people,
        "has_record": hearing.state in (Hearing.State.RECORDED, Hearing.State.HELD),
        "may_confirm": hearing.state == Hearing.State.RECORDED and bool(waiting),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "public/hearing.html", context, status=status)


@require_safe
@citizen_required
def my_hearing_record(request: HttpRequest, case_id: UUID, hearing_id: UUID) -> HttpResponse:
    """The record as PDF, to read before confirming it."""
    actor = actor_of(request)
    content = printing.hearing_record(actor, get_case(actor, case_id), hearing_id)
    return file_response(content, media_type="application/pdf", name=_("听证笔录"))
