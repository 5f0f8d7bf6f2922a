"""Papers laid on a terminal's scanner, page by page, into one's own locker: the tray that phones use too."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.terminal.models import Terminal
from certificates.errors import QuotaExceeded
from certificates.trays import actions, queries
from certificates.trays.models import Tray
from common.errors import Conflict, Invalid
from portal.access import actor_of
from portal.public.forms import KindForm, SheetsForm
from portal.public.requests import new_request_key, request_key
from portal.public.terminal.access import at_terminal, page
from portal.public.views.locker import kind_choices
from services.queries import document_kinds


@require_http_methods(["GET", "HEAD", "POST"])
@at_terminal
def terminal_scan(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The pages so far; a POST lays more on the tray."""
    tray = actions.open_tray(actor_of(request), target="", title=_("存一份材料"))
    if request.method != "POST":
        return _page(request, terminal, tray)
    form = SheetsForm(request.POST, request.FILES, auto_id="sheets-%s")
    if form.is_valid():
        added = actions.add_files(actor_of(request), tray_id=tray.pk, files=form.cleaned_data["file"])
        if not added.problems:
            return redirect("terminal_scan", terminal.key)
        for name, error in added.problems:
            form.add_error("file", f"{name}：{error.text}{error.what_to_do}")
    return _page(request, terminal, tray, sheets_form=form, status=422)


def _page(
    request: HttpRequest,
    terminal: Terminal,
    tray: Tray,
    *,
    sheets_form: SheetsForm | None = None,
    kind_form: KindForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    form = sheets_form or SheetsForm(auto_id="sheets-%s")
    form.fields["file"].widget.attrs["capture"] = "environment"  # the machine's camera over the paper
    context = {
        "view": queries.get_tray(actor_of(request), tray.pk),
        "sheets_form": form,
        "kind_form": kind_form or KindForm(kind_choices(document_kinds())),
        "problem": problem,
        "request_key": new_request_key(),
    }
    return page(request, terminal, "scan.html", context, status=status)


@require_POST
@at_terminal
def terminal_scan_remove(request: HttpRequest, terminal: Terminal, sheet_id: UUID) -> HttpResponse:
    """Throw a page out."""
    tray = actions.open_tray(actor_of(request), target="", title=_("存一份材料"))
    actions.remove_sheet(actor_of(request), tray_id=tray.pk, sheet_id=sheet_id)
    return redirect("terminal_scan", terminal.key)


@require_POST
@at_terminal
def terminal_scan_keep(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """Make one document of the pages and put it into the locker."""
    actor = actor_of(request)
    tray = actions.open_tray(actor, target="", title=_("存一份材料"))
    kinds = document_kinds()
    form = KindForm(kind_choices(kinds), request.POST)
    if not form.is_valid():
        return _page(request, terminal, tray, kind_form=form, status=422)
    kind = next(one for one in kinds if one.key == form.cleaned_data["kind"])
    try:
        actions.keep_as_document(
            actor,
            tray_id=tray.pk,
            kind=kind.key,
            name=kind.name,
            self_made=kind.is_self_made,
            request_key=request_key(request),
        )
    except (Invalid, Conflict, QuotaExceeded) as error:
        return _page(request, terminal, tray, problem=f"{error.text}{error.what_to_do}", status=error.http_status)
    messages.success(request, _("“%(name)s”已存入我的材料，以后办事不用再交。") % {"name": kind.name})
    return redirect("terminal_menu", terminal.key)
