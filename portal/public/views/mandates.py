"""委托和授权: mandates given and received, giving one, and answering."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.queries import own_cases
from common.errors import Conflict, Forbidden, Invalid, NotFound
from common.formatting import format_date
from identity.actor import Actor
from identity.errors import MandateNotYours
from identity.mandates import actions, queries
from identity.mandates.renewal_actions import propose_renewal
from identity.mandates.rules import terms_again
from identity.models import Mandate
from portal.access import actor_of, citizen_required
from portal.mandates import MandateForm, mandate_rows
from portal.public.requests import new_request_key, page_number, request_key
from services.errors import ItemNotFound
from services.queries import get_item

_PAGE_SIZE = 20
_CASES = 30
_Kind = Mandate.Kind


def kinds_for(actor: Actor) -> list[str]:
    """Which kinds of mandate this citizen may give for the party they act for."""
    if actor.mandate_id:
        return [_Kind.HANDLER] if actor.mandate_kind == _Kind.MANAGER else []
    return [_Kind.PERSON] if actor.principal_id == actor.person_id else [_Kind.HANDLER, _Kind.MANAGER]


@require_safe
@citizen_required
def my_mandates(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, what was received, what was given; ended ones stay on the list."""
    actor = actor_of(request)
    side = "given" if request.GET.get("side") == "given" else "received"
    rows = queries.given(actor) if side == "given" else queries.received(actor)
    page = Paginator(rows, _PAGE_SIZE).get_page(page_number(request))
    context = {
        "nav": "mandates",
        "side": side,
        "sides": [("received", _("别人委托我的")), ("given", _("我委托别人的"))],
        "page": page,
        "rows": _with_renewals(actor, list(page)) if side == "given" else mandate_rows(list(page)),
        "may_give": bool(kinds_for(actor)),
    }
    return render(request, "public/mandates.html", context)


def _with_renewals(actor: Actor, mandates: list[Mandate]) -> list[dict[str, Any]]:
    """Rows that say until when a renewal would last, where one may be offered."""
    near = [row for row in mandates if row.kind in kinds_for(actor) and queries.is_renewable(row)]
    taken = queries.with_another(near)
    until = {row.pk: format_date(terms_again(row, timezone.localdate()).ends_on) for row in near if row.pk not in taken}
    return [
        {**row, "renew_until": until.get(row["mandate"].pk, ""), "renew_key": new_request_key()}
        for row in mandate_rows(mandates)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def mandate_new(request: HttpRequest) -> HttpResponse:
    """Give a mandate. The answer is the same whether or not the agent is registered."""
    actor = actor_of(request)
    kinds = kinds_for(actor)
    if not kinds:
        raise MandateNotYours
    if request.method != "POST":
        first = {"request_key": new_request_key(), "items": _asked_item(request)}
        return _form_page(request, MandateForm(kinds=kinds, initial=first))
    form = MandateForm(request.POST, kinds=kinds)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    status = _give(actor, form)
    if status:
        return _form_page(request, form, status=status)
    messages.success(
        request,
        _("委托已登记。姓名和号码相符的话，对方登录后会看到，接受后生效。"),
    )
    return redirect("/my/mandates/?side=given")


def _asked_item(request: HttpRequest) -> str:
    """The name of the item whose page led here."""
    try:
        return get_item(request.GET["item"]).name if "item" in request.GET else ""
    except ItemNotFound:
        return ""


def _give(actor: Actor, form: MandateForm) -> int:
    """Give the mandate, or put the refusal into the form and return its status."""
    number = form.terms().case_number
    if form.terms().scope == Mandate.Scope.CASE and not own_cases(actor).filter(number=number).exists():
        form.add_error("case_number", _("没有编号是这个的办件，请从“我的办件”里抄下编号。"))
        return 422
    data = form.cleaned_data
    try:
        actions.propose(
            actor,
            kind=data["kind"],
            agent_name=data["agent_name"],
            agent_id_number=data["id_number"],
            terms=form.terms(),
            request_key=data["request_key"],
        )
    except Invalid as error:
        form.refuse(error.fields, error.text)
        return error.http_status
    except (Conflict, Forbidden) as error:
        form.add_error(None, f"{error.text}{error.what_to_do}")
        return error.http_status
    return 0


def _form_page(request: HttpRequest, form: MandateForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    cases = [case for case in own_cases(actor, state="open").select_related("item_version")[:_CASES] if case.number]
    context = {"nav": "mandates", "form": form, "cases": cases}
    return render(request, "public/mandate_new.html", context, status=status)


@require_POST
@citizen_required
def mandate_step(request: HttpRequest, mandate_id: UUID, action: str) -> HttpResponse:
    """Accept, decline, renew or end a mandate; the page asked once more before."""
    actor = actor_of(request)
    mandate = _take(actor, action, mandate_id, request_key(request))
    said = {
        "accept": _("已接受委托。在“换一个身份”里可以开始代办。"),
        "decline": _("已谢绝委托。"),
        "revoke": _("委托已解除，立即生效。"),
        "renew": _("续办已发给对方，接受后生效；在那以前，原来的委托照常有效。"),
    }
    messages.success(request, said[action])
    is_agent = mandate.agent_id == actor.person_id
    return redirect("/my/mandates/" if is_agent else "/my/mandates/?side=given")


def _take(actor: Actor, action: str, mandate_id: UUID, key: str) -> Mandate:
    if action == "renew":
        return propose_renewal(actor, mandate_id=mandate_id, request_key=key)
    act = {"accept": actions.accept, "decline": actions.decline, "revoke": actions.revoke}.get(action)
    if act is None:
        raise NotFound
    return act(actor, mandate_id=mandate_id)
