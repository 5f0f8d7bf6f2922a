"""查委托、解除委托: a clerk finds somebody's mandates by the exact number, with a reason, and ends one on paper."""

import time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from certificates.mandate_actions import end_mandate
from common.errors import Conflict, DomainError, Forbidden, Invalid
from common.masking import mask_name
from identity.errors import MandateNotFound
from identity.mandates.counter_actions import Word, look_up
from identity.mandates.queries import of_party
from identity.models import Mandate
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.mandates import mandate_rows
from portal.workbench.pages import new_request_key, show
from portal.workbench.show.people import party_name

_LOOKED_UP = "mandates_of"  # in the session: whose mandates this clerk found, and when
_MINUTES = 15
_MOST = 50


class LookupForm(forms.Form):
    """Whose mandates, and why."""

    code = forms.CharField(
        label=gettext_lazy("公民身份号码或统一社会信用代码"),
        max_length=30,
        help_text=gettext_lazy("要填完整的号码，与出示的证件一致"),
        error_messages={"required": gettext_lazy("请填写号码。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么要查"),
        max_length=200,
        help_text=gettext_lazy("会记录下来，本人能看到"),
        error_messages={"required": gettext_lazy("请写明为什么要查。")},
    )


class EndForm(forms.Form):
    """On whose word a mandate ends, with the scan of the signed paper."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    word = forms.ChoiceField(
        label=gettext_lazy("凭什么解除"),
        choices=Word.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择凭什么解除。")},
    )
    scan = forms.FileField(
        label=gettext_lazy("签了字的解除声明或者文书的扫描件"),
        help_text=gettext_lazy("PDF 或照片；原件当场核对"),
        error_messages={"required": gettext_lazy("请上传扫描件。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def lookup(request: HttpRequest) -> HttpResponse:
    """The form; sent, the mandates that the party gave and takes. The number never stands in an address."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    request.session.pop(_LOOKED_UP, None)
    form = LookupForm(request.POST if request.method == "POST" else None)
    rows: list[dict[str, Any]] | None = None
    if form.is_valid():
        try:
            party = look_up(actor, code=form.cleaned_data["code"], reason=form.cleaned_data["reason"])
        except Invalid as error:
            _refuse(form, error)
        else:
            request.session[_LOOKED_UP] = [str(party.pk), time.time()]
            rows = [_row(row) for row in mandate_rows(list(of_party(actor, party.pk)[:_MOST]))]
    status = 422 if form.is_bound and rows is None else 200
    context = {"form": form, "rows": rows}
    return show(request, "workbench/mandate_lookup.html", context, nav="mandates", status=status)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    mandate: Mandate = row["mandate"]
    is_live = row["state"] in {Mandate.State.PROPOSED, Mandate.State.ACCEPTED}
    return {
        **row,
        "principal": party_name(mandate.principal),
        "agent": mask_name(mandate.agent_name),
        "is_live": is_live,
    }


def _refuse(form: forms.Form, error: Invalid) -> None:
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, str(message))
    if not error.fields:
        form.add_error(None, error.text)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def end(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """End one of the mandates that were just looked up, on the word of who stands there."""
    mandate = _found(request, mandate_id)
    if request.method != "POST":
        return _end_page(request, mandate, EndForm(initial={"request_key": new_request_key()}))
    form = EndForm(request.POST, request.FILES)
    if not form.is_valid():
        return _end_page(request, mandate, form, status=422)
    data = form.cleaned_data
    try:
        end_mandate(
            actor_of(request), mandate=mandate, word=data["word"], scan=data["scan"], request_key=data["request_key"]
        )
    except Invalid as error:
        _refuse(form, error)
        return _end_page(request, mandate, form, status=error.http_status)
    except Conflict as error:
        form.add_error(None, _sentence(error))
        return _end_page(request, mandate, form, status=error.http_status)
    messages.success(request, _("委托已解除，立即生效。"))
    return redirect("workbench_mandates")


def _sentence(error: DomainError) -> str:
    return f"{error.text}{error.what_to_do}"


def _found(request: HttpRequest, mandate_id: UUID) -> Mandate:
    """The mandate, if its giver or agent was looked up by this clerk a moment ago."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    party_id, since = request.session.get(_LOOKED_UP) or ("", 0.0)
    if not party_id or time.time() - since > _MINUTES * 60:
        raise MandateNotFound
    mandate = of_party(actor, UUID(party_id)).filter(pk=mandate_id).first()
    if mandate is None:
        raise MandateNotFound
    return mandate


def _end_page(request: HttpRequest, mandate: Mandate, form: EndForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "row": _row(mandate_rows([mandate])[0])}
    return show(request, "workbench/mandate_end.html", context, nav="mandates", status=status)
