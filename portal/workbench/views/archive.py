"""归档: sealed cases of the departments this post answers for, their files, and what may not be destroyed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.archive import actions, hold_actions, queries
from cases.archive.models import STANDING, ArchiveHold, ArchivePackage
from common.errors import Conflict, DomainError, Forbidden, Invalid
from identity.actor import Actor
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.downloads import attachment
from portal.workbench.archive_forms import ArchiveFilterForm, HoldForm
from portal.workbench.pages import page_of, show

_TONES = {"sealed": "jade", "problem": "red", "destroyed": "plain"}
_ASK, _LIFT, _CONFIRM, _REJECT = "ask", "lift", "confirm", "reject"


def keeper(request: HttpRequest) -> Actor:
    """The actor, whose post looks after the archive of a department; raises :class:`Forbidden` for others."""
    actor = actor_of(request)
    if not queries.departments_of(actor):
        raise Forbidden
    return actor


@require_safe
@staff_required
def archive_list(request: HttpRequest) -> HttpResponse:
    """The archive, newest first; a wrong filter is left out."""
    actor = keeper(request)
    form = ArchiveFilterForm(request.GET)
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name, "") for name in ("text", "state", "retention")}
    page = page_of(request, queries.search(actor, **wanted))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, _TONES[row.state]) for row in page],
        "is_filtered": any(wanted.values()),
    }
    return show(request, "workbench/archive/list.html", context, nav="management")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def archive_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One package: what it is, how long it stays, and its holds; a form sent sets, confirms or lifts one."""
    actor = keeper(request)
    package = queries.get(actor, case_id)
    form = HoldForm(request.POST if request.POST.get("step") in (_ASK, _LIFT) else None)
    problem: DomainError | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if not form.is_bound or form.is_valid():
            try:
                _step(actor, package, request.POST.get("step", ""), request.POST.get("hold", ""), form)
            except Invalid as error:
                for name, message in error.fields.items():
                    form.add_error(name, str(message))
            except (Conflict, Forbidden) as error:
                problem, status = error, error.http_status
            else:
                messages.success(request, _("已记下。"))
                return redirect("workbench_archive_case", package.case_id)
    return show(
        request, "workbench/archive/case.html", _context(actor, package, form, problem), nav="management", status=status
    )


def _step(actor: Actor, package: ArchivePackage, step: str, hold: str, form: HoldForm) -> None:
    if step == _ASK:
        hold_actions.ask_hold(actor, case_id=package.case_id, reason=form.cleaned_data["reason"])
        return
    try:
        hold_id = UUID(hold)
    except ValueError as error:
        raise Conflict from error
    if step == _LIFT:
        reason = form.cleaned_data["reason"]
        hold_actions.ask_lift(actor, case_id=package.case_id, hold_id=hold_id, reason=reason)
    elif step in (_CONFIRM, _REJECT):
        hold_actions.settle_hold(actor, case_id=package.case_id, hold_id=hold_id, confirmed=step == _CONFIRM)
    else:
        raise Conflict


def _context(actor: Actor, package: ArchivePackage, form: HoldForm, problem: DomainError | None) -> dict[str, Any]:
    holds = queries.holds_of(package)
    standing = next((one for one in holds if one.state in STANDING), None)
    first = None
    if standing is not None:
        first = standing.asked_by_id if standing.state == ArchiveHold.State.ASKED else standing.lift_asked_by_id
    return {
        "package": package,
        "tone": _TONES[package.state],
        "holds": holds,
        "standing": standing,
        "may_ask": standing is None and package.state != ArchivePackage.State.DESTROYED,
        "may_lift": standing is not None and standing.state == ArchiveHold.State.HELD,
        "may_settle": first is not None and first != actor.account_id,
        "is_own": first is not None and first == actor.account_id,
        "form": form,
        "problem": problem,
    }


@require_safe
@staff_required
@fresh_sign_in
def archive_file(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The package itself; that it was taken is recorded."""
    package, content = actions.read(keeper(request), case_id=case_id)
    return attachment(content, media_type="application/zip", name=str(package.number), sha256=package.sha256)


@require_POST
@staff_required
def archive_retry(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Try again to seal what could not be sealed."""
    actions.retry(keeper(request), case_id=case_id)
    messages.success(request, _("正在后台重新归档，过一会儿刷新看结果。"))
    return redirect("workbench_archive_case", case_id)
