"""更正申请 and 注销账号查询: what posts do that look after persons' data."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from certificates.queries import correction_proof, read_document
from common.errors import Conflict, Forbidden, Invalid, NotFound
from identity.actor import Actor
from identity.models import CorrectionRequest
from identity.permissions import Permission
from identity.privacy import correction_actions, queries
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.downloads import file_response
from portal.workbench.pages import page_of, show

_PAGE = ["GET", "HEAD", "POST"]
_TONES = {"received": "red", "passed": "amber", "corrected": "jade", "refused": "plain", "withdrawn": "plain"}


class AnswerForm(forms.Form):
    """What becomes of a request, and the words for the person."""

    PASS, CORRECTED, REFUSED = "pass", "corrected", "refused"

    decision = forms.ChoiceField(
        label=gettext_lazy("怎么办"),
        choices=[
            (PASS, gettext_lazy("已转来源部门核实")),
            (CORRECTED, gettext_lazy("来源部门已更正")),
            (REFUSED, gettext_lazy("不予更正")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择怎么办。")},
    )
    text = forms.CharField(
        label=gettext_lazy("答复"),
        help_text=gettext_lazy("申请人会看到；不予更正的要写明理由"),
        required=False,
        max_length=correction_actions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ClosedPersonForm(forms.Form):
    """A whole ID number, and why."""

    id_number = forms.CharField(
        label=gettext_lazy("公民身份号码"),
        max_length=30,
        help_text=gettext_lazy("要填完整的号码"),
        error_messages={"required": gettext_lazy("请填写公民身份号码。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("查询理由"),
        help_text=gettext_lazy("会记下来，本人也看得到"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明为什么要查。")},
    )


def _require_officer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.departments(Permission.MANAGE_PERSONS):
        raise Forbidden
    return actor


@require_safe
@staff_required
def corrections(request: HttpRequest) -> HttpResponse:
    """What waits for this post, the most urgent first; with ``?show=all`` everything, newest first."""
    actor = _require_officer(request)
    shows_all = request.GET.get("show") == "all"
    rows = queries.corrections_for_staff(actor) if shows_all else queries.open_corrections(actor)
    page = page_of(request, rows)
    context = {"page": page, "rows": [(row, _TONES[row.state]) for row in page], "shows_all": shows_all}
    return show(request, "workbench/corrections.html", context, nav="management")


@require_http_methods(_PAGE)
@staff_required
@fresh_sign_in
def correction(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request and what can be done with it."""
    actor = _require_officer(request)
    row = queries.get_correction(actor, request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            _decide(actor, row, form)
        except Invalid as error:
            for name, message in error.fields.items():
                form.add_error(name, str(message))
        except Conflict as error:
            form.add_error(None, f"{error.text}{error.what_to_do}")
            status = error.http_status
        else:
            messages.success(request, _("已记下，申请人能看到进度。"))
            return redirect("workbench_corrections")
    context = {
        "row": row,
        "tone": _TONES[row.state],
        "is_open": row.closed_at is None,
        "form": form,
        "proof": correction_proof(row),
    }
    return show(request, "workbench/correction.html", context, nav="management", status=status)


def _decide(actor: Actor, row: CorrectionRequest, form: AnswerForm) -> None:
    decision = form.cleaned_data["decision"]
    if decision == AnswerForm.PASS:
        correction_actions.pass_on(actor, request_id=row.pk)
    else:
        corrected = decision == AnswerForm.CORRECTED
        correction_actions.answer(actor, request_id=row.pk, corrected=corrected, text=form.cleaned_data["text"])


@require_safe
@staff_required
def correction_file(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The proof that came with a request."""
    actor = _require_officer(request)
    document = correction_proof(queries.get_correction(actor, request_id))
    if document is None:
        raise NotFound
    return file_response(read_document(actor, document), media_type=document.media_type, name=document.name)


@require_http_methods(_PAGE)
@staff_required
@fresh_sign_in
def closed_person(request: HttpRequest) -> HttpResponse:
    """Find somebody who closed their account, by the whole number and for a reason; only masked facts are shown."""
    actor = _require_officer(request)
    form = ClosedPersonForm(request.POST if request.method == "POST" else None)
    found, searched = None, False
    if form.is_bound and form.is_valid():
        try:
            found = queries.find_closed_person(actor, **form.cleaned_data)
            searched = True
        except Invalid as error:
            for name, message in error.fields.items():
                form.add_error(name, str(message))
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "found": found, "searched": searched}
    return show(request, "workbench/closed_person.html", context, nav="management", status=status)
