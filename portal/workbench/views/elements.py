"""数据元: the registry of meanings that forms share."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict, DomainError, Invalid
from portal.access import actor_of, staff_required
from portal.workbench.element_forms import ElementForm
from portal.workbench.forms import WordFilterForm
from portal.workbench.pages import page_of, show
from services import element_desk
from services.editing.compare import type_label
from services.models import DataElement

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_FORM_OF = {"shape": "columns"}  # where the page shows what is wrong with a column of the table


@require_safe
@staff_required
def elements(request: HttpRequest) -> HttpResponse:
    """All data elements, with the number of items that ask for each."""
    text = request.GET.get("text", "")[:60]
    page = page_of(request, element_desk.elements(actor_of(request), text=text))
    uses = element_desk.uses()
    rows = [{"element": one, "kind": type_label(one.type), "uses": uses.get(one.code, 0)} for one in page.object_list]
    context = {"page": page, "rows": rows, "filters": WordFilterForm({"text": text})}
    return show(request, "workbench/elements.html", context, nav="management")


@_page_methods
@staff_required
def element_new(request: HttpRequest) -> HttpResponse:
    """Register a data element."""
    element_desk.require_editor(actor_of(request))
    return _edit(request, None)


@_page_methods
@staff_required
def element(request: HttpRequest, element_code: str) -> HttpResponse:
    """Change a data element; its history stands below."""
    return _edit(request, element_desk.get_element(actor_of(request), element_code))


def _edit(request: HttpRequest, known: DataElement | None) -> HttpResponse:
    form = ElementForm(request.POST if request.method == "POST" else None, element=known)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            saved = element_desk.save_element(
                actor_of(request),
                code=known.code if known else form.cleaned_data["code"],
                values=form.values(),
                is_new=known is None,
                seen=request.POST.get("seen", ""),
            )
        except (Invalid, Conflict) as error:
            status = _refused(form, error)
        else:
            messages.success(request, _("数据元“%(name)s”已保存。") % {"name": saved.name})
            return redirect("workbench_element", saved.code)
    context = {
        "form": form,
        "element": known,
        "seen": element_desk.stamp(known) if known else "",
        "uses": element_desk.uses().get(known.code, 0) if known else 0,
        "history": element_desk.history(known) if known else [],
    }
    return show(request, "workbench/element.html", context, nav="management", status=status)


def _refused(form: ElementForm, error: DomainError) -> int:
    for name, message in error.fields.items():
        target = _FORM_OF.get(name, name)
        form.add_error(target if target in form.fields else None, str(message))
    if not error.fields:
        form.add_error(None, f"{error.text}{error.what_to_do}")
    return error.http_status
