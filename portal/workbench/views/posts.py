"""我的岗位: in which post one acts, and who stands in while one is away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import Conflict, Invalid
from identity.staff import queries
from identity.staff.actions import holdings
from identity.staff.errors import HoldingEnded
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import show
from portal.workbench.staff_forms import OwnSubstituteForm, holding_label, refuse, today


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def my_posts(request: HttpRequest) -> HttpResponse:
    """The posts to switch between; the form names a substitute."""
    form = _form(request, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = _name_substitute(request, form)
        if not status:
            messages.success(request, _("代理已安排，到期自动结束。"))
            return redirect("my_posts")
    return _page(request, form, status=status)


def _form(request: HttpRequest, data: Any) -> OwnSubstituteForm:
    actor = actor_of(request)
    own = [row for row in queries.own_holdings(actor) if row.substitute_for_id is None]
    initial = {"starts_on": today(), "holding": str(own[0].pk) if own else ""}
    return OwnSubstituteForm(data, holdings=own, colleagues=queries.colleagues(actor), initial=initial)


def _name_substitute(request: HttpRequest, form: OwnSubstituteForm) -> int:
    """Name the substitute, or put the refusal into the form and return its status."""
    if not form.is_valid():
        return 422
    sent = form.cleaned_data
    try:
        holdings.name_substitute(
            actor_of(request),
            holding_id=UUID(sent["holding"]),
            substitute=sent["substitute"],
            starts_on=sent["starts_on"],
            ends_on=sent["ends_on"],
        )
    except (Invalid, Conflict) as error:
        refuse(form, error)
        return error.http_status
    return 0


def _page(request: HttpRequest, form: OwnSubstituteForm, *, status: int) -> HttpResponse:
    actor = actor_of(request)
    own = queries.own_holdings(actor)
    context = {
        "rows": [{"holding": row, "label": holding_label(row)} for row in own],
        "substitutes": queries.own_substitutes(actor),
        "form": form,
        "may_name": any(row.substitute_for_id is None for row in own),
    }
    return show(request, "workbench/posts.html", context, status=status)


@require_POST
@staff_required
def switch(request: HttpRequest) -> HttpResponse:
    """Act in another post from now on."""
    try:
        holding_id = UUID(request.POST.get("holding", ""))
    except ValueError:
        raise HoldingEnded from None
    holding = holdings.switch_post(actor_of(request), holding_id=holding_id)
    messages.success(request, _("现在的岗位：%(post)s") % {"post": holding.post.name})
    return redirect("worklist")


@require_POST
@staff_required
@fresh_sign_in
def end_substitute(request: HttpRequest, holding_id: UUID) -> HttpResponse:
    """Back earlier than planned: the substitution ends now."""
    if holding_id not in {row.pk for row in queries.own_substitutes(actor_of(request))}:
        raise HoldingEnded
    holdings.end_holding(actor_of(request), holding_id=holding_id, why=_("本人提前返岗"))
    messages.success(request, _("代理已结束。"))
    return redirect("my_posts")
