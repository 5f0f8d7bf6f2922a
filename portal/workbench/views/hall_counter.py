"""大厅取号和预约: for whoever looks after a hall: settings, windows, slot plans, closed days and the two addresses."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.counter import ending_actions, queries, setup_actions
from cases.counter.models import CounterWindow, SlotPlan, Ticket
from common.errors import Conflict, DomainError, Invalid
from common.formatting import code_label
from identity.models import Hall
from portal.access import actor_of, staff_required
from portal.workbench.counter_forms import (
    ClosingForm,
    PlanForm,
    SettingsForm,
    WindowForm,
    plan_initial,
    settings_initial,
    window_initial,
)
from portal.workbench.pages import new_request_key, show
from portal.workbench.staff_forms import refuse

_page_methods = require_http_methods(["GET", "HEAD", "POST"])


@_page_methods
@staff_required
def hall_counter(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Everything about one hall's counter; the form changes its settings."""
    actor = actor_of(request)
    setup = queries.setup_of(actor, hall_id)
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=settings_initial(setup.counter))

    def save() -> None:
        revision = form.cleaned_data["revision"]
        setup_actions.save_counter(actor, hall_id=hall_id, settings=form.settings(), expected_revision=revision)

    return _settings_page(request, setup, form, _try(request, form, save))


def _try(request: HttpRequest, form: forms.Form, save: Any) -> tuple[int, DomainError | None, bool]:
    """Save what a form says: the page's status, a conflict to show, and whether it was saved."""
    if request.method != "POST":
        return 200, None, False
    if not form.is_valid():
        return 422, None, False
    try:
        save()
    except Conflict as error:
        return error.http_status, error, False
    except Invalid as error:
        refuse(form, error)
        return error.http_status, None, False
    return 200, None, True


def _settings_page(
    request: HttpRequest,
    setup: queries.Setup,
    form: forms.Form,
    outcome: tuple[int, DomainError | None, bool],
    closing: ClosingForm | None = None,
) -> HttpResponse:
    status, conflict, is_saved = outcome
    if is_saved:
        messages.success(request, _("已保存，马上生效。"))
        return redirect("hall_counter", setup.hall.pk)
    addresses = []
    if setup.counter:
        site = f"{request.scheme}://{request.get_host()}"
        for which, name, label in (("screen", "hall_screen", _("叫号大屏")), ("kiosk", "kiosk", _("取号机"))):
            path = reverse(name, args=[getattr(setup.counter, f"{which}_key")])
            addresses.append({"which": which, "label": label, "url": site + path})
    states = [(code_label(label), setup.today.get(value, 0)) for value, label in Ticket.State.choices]
    context = {
        "setup": setup,
        "hall": setup.hall,
        "form": form,
        "conflict": conflict,
        "addresses": addresses,
        "states": states,
        "closing": closing or ClosingForm(prefix="closing"),
    }
    return show(request, "workbench/calling/setup.html", context, nav="management", status=status)


@_page_methods
@staff_required
def window_new(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Set a window up."""
    return _window_page(request, hall_id, None)


@_page_methods
@staff_required
def window(request: HttpRequest, hall_id: UUID, window_id: UUID) -> HttpResponse:
    """Change a window."""
    return _window_page(request, hall_id, queries.get_window(actor_of(request), hall_id, window_id))


def _window_page(request: HttpRequest, hall_id: UUID, found: CounterWindow | None) -> HttpResponse:
    actor = actor_of(request)
    hall = queries.kept_hall_of(actor, hall_id)
    first = window_initial(found) if found else {}
    form = WindowForm(
        request.POST if request.method == "POST" else None,
        initial={**first, "request_key": new_request_key()},
        posts=queries.posts_at(hall),
        departments=queries.departments_at(hall),
        items=queries.items_at(hall),
    )

    def save() -> None:
        sent = form.cleaned_data
        setup_actions.save_window(
            actor,
            hall_id=hall_id,
            details=form.details(),
            window_id=found.pk if found else None,
            expected_revision=sent["revision"],
            request_key=sent["request_key"],
        )

    title = _("%(number)s 号窗口") % {"number": found.number} if found else _("新建窗口")
    return _part_page(request, hall, form, _try(request, form, save), title)


@_page_methods
@staff_required
def plan_new(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Offer slots."""
    return _plan_page(request, hall_id, None)


@_page_methods
@staff_required
def plan(request: HttpRequest, hall_id: UUID, slot_plan_id: UUID) -> HttpResponse:
    """Change an offer of slots."""
    return _plan_page(request, hall_id, queries.get_plan(actor_of(request), hall_id, slot_plan_id))


def _plan_page(request: HttpRequest, hall_id: UUID, found: SlotPlan | None) -> HttpResponse:
    actor = actor_of(request)
    hall = queries.kept_hall_of(actor, hall_id)
    first = plan_initial(found) if found else {"spans": "9:00-12:00，13:00-17:00"}
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        initial={**first, "request_key": new_request_key()},
        departments=queries.departments_at(hall),
        items=queries.items_at(hall),
    )

    def save() -> None:
        sent = form.cleaned_data
        setup_actions.save_plan(
            actor,
            hall_id=hall_id,
            details=form.details(),
            plan_id=found.pk if found else None,
            expected_revision=sent["revision"],
            request_key=sent["request_key"],
        )

    return _part_page(request, hall, form, _try(request, form, save), _("预约放号安排"))


def _part_page(
    request: HttpRequest, hall: Hall, form: forms.Form, outcome: tuple[int, DomainError | None, bool], title: str
) -> HttpResponse:
    status, conflict, is_saved = outcome
    if is_saved:
        messages.success(request, _("已保存，马上生效。"))
        return redirect("hall_counter", hall.pk)
    context = {"hall": hall, "form": form, "title": title, "conflict": conflict}
    return show(request, "workbench/calling/part.html", context, nav="management", status=status)


@require_POST
@staff_required
def close_day(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Close the hall on a day, with a reason everybody reads."""
    actor = actor_of(request)
    setup = queries.setup_of(actor, hall_id)
    form = ClosingForm(request.POST, prefix="closing")

    def save() -> None:
        sent = form.cleaned_data
        ending_actions.close_day(actor, hall_id=hall_id, day=sent["day"], reason=sent["reason"])

    outcome = _try(request, form, save)
    if outcome[2]:
        messages.success(request, _("已停办：没办的号已作废，没开始的预约已取消并通知本人。"))
        return redirect("hall_counter", hall_id)
    return _settings_page(request, setup, SettingsForm(initial=settings_initial(setup.counter)), outcome, form)


@require_POST
@staff_required
def reopen_day(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Open a closed day again."""
    setup = queries.setup_of(actor_of(request), hall_id)
    try:
        day = dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        messages.error(request, _("请从列出的日子里选。"))
    else:
        ending_actions.reopen_day(actor_of(request), hall_id=hall_id, day=day)
        messages.success(request, _("已恢复取号和预约；作废的号和取消的预约不会恢复。"))
    return redirect("hall_counter", setup.hall.pk)


@require_POST
@staff_required
def renew_key(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """A new address for the screen or the kiosk."""
    actor = actor_of(request)
    setup = queries.setup_of(actor, hall_id)
    try:
        setup_actions.renew_key(actor, hall_id=hall_id, which=request.POST.get("which", ""))
    except Invalid as error:
        messages.error(request, next(iter(map(str, error.fields.values())), error.text))
    else:
        messages.success(request, _("已换成新地址，旧地址马上失效。请在设备上打开新地址。"))
    return redirect("hall_counter", setup.hall.pk)
