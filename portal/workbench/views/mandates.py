"""委托登记: the counter records a mandate from a paper original, with its scan."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cases.queries import find_by_number
from certificates.mandate_actions import record_mandate
from common.errors import Conflict, DomainError, Forbidden, Invalid
from common.masking import mask_name
from identity.actor import Actor
from identity.mandates.queries import recorded_by
from identity.models import Mandate, Party
from identity.permissions import Permission
from identity.queries import find_party
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.mandates import MandateForm, mandate_rows
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.show.people import party_name


class PaperMandateForm(MandateForm):
    """The same terms, with who gives the mandate and the scan of the original."""

    principal_name = forms.CharField(
        label=gettext_lazy("委托人姓名或单位名称"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写委托人的姓名或名称。")},
    )
    principal_code = forms.CharField(
        label=gettext_lazy("委托人公民身份号码或统一社会信用代码"),
        max_length=30,
        help_text=gettext_lazy("与出示的身份证、营业执照核对"),
        error_messages={"required": gettext_lazy("请填写委托人的号码。")},
    )
    scan = forms.FileField(
        label=gettext_lazy("委托书原件的扫描件"),
        help_text=gettext_lazy("PDF 或照片；原件当场核对后退还"),
        error_messages={"required": gettext_lazy("请上传委托书原件的扫描件。")},
    )
    field_order = (
        "kind",
        "principal_name",
        "principal_code",
        "agent_name",
        "id_number",
        "scope",
        "items",
        "case_number",
        "wallet",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def mandates(request: HttpRequest) -> HttpResponse:
    """The form, and what this clerk recorded before. Only for posts that take in applications."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    kinds = [kind for kind in Mandate.Kind.values if kind != Mandate.Kind.GUARDIAN]
    if request.method != "POST":
        return _page(request, actor, PaperMandateForm(kinds=kinds, initial={"request_key": new_request_key()}))
    form = PaperMandateForm(request.POST, request.FILES, kinds=kinds)
    status = _record(actor, form) if form.is_valid() else 422
    if status:
        return _page(request, actor, form, status=status)
    messages.success(request, _("委托已登记，代理人登录并接受后生效。"))
    return redirect("workbench_mandates")


def _record(actor: Actor, form: PaperMandateForm) -> int:
    """Record the mandate, or put the refusal into the form and return its status."""
    data = form.cleaned_data
    principal = find_party(data["principal_code"])
    if principal is None or principal.name != data["principal_name"].strip():
        form.add_error("principal_code", _("没有姓名（名称）和号码都相符的人或单位，请与证件核对。"))
        return 422
    if data["scope"] == Mandate.Scope.CASE and not _is_own_case(data["case_number"], principal):
        form.add_error("case_number", _("委托人没有编号是这个的办件。"))
        return 422
    try:
        record_mandate(
            actor,
            kind=data["kind"],
            principal=principal,
            agent_name=data["agent_name"],
            agent_id_number=data["id_number"],
            terms=form.terms(),
            scan=data["scan"],
            request_key=data["request_key"],
        )
    except DomainError as error:
        _show(form, error)
        return error.http_status
    return 0


def _is_own_case(number: str, principal: Party) -> bool:
    case = find_by_number(number.strip())
    return case is not None and case.applicant_id == principal.pk


def _show(form: PaperMandateForm, error: DomainError) -> None:
    if isinstance(error, Invalid):
        form.refuse(error.fields, error.text)
    elif isinstance(error, Conflict):
        form.add_error(None, f"{error.text}{error.what_to_do}")
    else:
        raise error


def _page(request: HttpRequest, actor: Actor, form: PaperMandateForm, *, status: int = 200) -> HttpResponse:
    page = page_of(request, recorded_by(actor))
    rows = [
        {**row, "principal": party_name(row["mandate"].principal), "agent": mask_name(row["mandate"].agent_name)}
        for row in mandate_rows(list(page.object_list))
    ]
    context = {"form": form, "page": page, "rows": rows}
    return show(request, "workbench/mandates.html", context, nav="mandates", status=status)
