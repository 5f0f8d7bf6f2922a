"""接入应用: register departments' apps, change them, give them a new secret, switch them off."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, Forbidden, Invalid, NotFound
from identity import levels
from identity.actor import Actor
from identity.models import ClientProfile
from identity.permissions import Permission
from identity.sso import client_actions, queries
from identity.sso.scopes import TABLE, in_order
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.client_forms import ClientForm, initial_of
from portal.workbench.pages import new_request_key, page_of, show

_NAV = "management"


def _manager(request: HttpRequest) -> Actor:
    """The actor; Forbidden unless the post looks after apps somewhere."""
    actor = actor_of(request)
    if not actor.departments(Permission.MANAGE_CLIENTS):
        raise Forbidden
    return actor


@require_safe
@staff_required
def clients(request: HttpRequest) -> HttpResponse:
    """Apps of the departments this post looks after, newest first."""
    page = page_of(request, queries.visible_clients(_manager(request)))
    return show(request, "workbench/clients.html", {"page": page}, nav=_NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def client_new(request: HttpRequest) -> HttpResponse:
    """Register an app; its secret is shown once, in the answer itself."""
    actor = _manager(request)
    departments = list(queries.managed_departments(actor))
    if request.method != "POST":
        first = {"request_key": new_request_key(), "scopes": ["openid"], "lowest_level": str(levels.REGISTER_AGREES)}
        if len(departments) == 1:
            first["department"] = str(departments[0].pk)
        return _form(request, ClientForm(departments=departments, initial=first))
    form = ClientForm(request.POST, departments=departments)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        profile, secret = client_actions.register(
            actor, registration=form.registration(), request_key=form.cleaned_data["request_key"]
        )
    except Invalid as error:
        form.refuse(error.fields, error.text)
        return _form(request, form, status=error.http_status)
    return _secret(request, profile, secret)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def client(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    """One app: what is registered, and changing it."""
    actor = _manager(request)
    profile = queries.get_client(actor, profile_id)
    departments = [profile.department]
    if request.method != "POST":
        first = {**initial_of(profile), "request_key": new_request_key()}
        return _page(request, profile, ClientForm(departments=departments, initial=first))
    form = ClientForm(request.POST, departments=departments)
    if not form.is_valid():
        return _page(request, profile, form, status=422)
    try:
        client_actions.change(actor, profile_id=profile_id, registration=form.registration())
    except Invalid as error:
        form.refuse(error.fields, error.text)
        return _page(request, profile, form, status=error.http_status)
    messages.success(request, _("已保存。"))
    return redirect("workbench_client", profile_id)


@require_POST
@staff_required
@fresh_sign_in
def client_step(request: HttpRequest, profile_id: UUID, action: str) -> HttpResponse:
    """Switch off or on, or give a new secret; the page asked once more before."""
    actor = _manager(request)
    queries.get_client(actor, profile_id)
    if action == "secret":
        key = request.POST.get("request_key", "")[:64]
        profile, secret = client_actions.rotate_secret(
            actor, profile_id=profile_id, request_key=key if key.isascii() and key.isprintable() else ""
        )
        return _secret(request, profile, secret)
    try:
        if action == "disable":
            client_actions.disable(actor, profile_id=profile_id)
            messages.success(request, _("应用已停用：令牌立即失效，已登录的用户会收到退出通知。"))
        elif action == "enable":
            client_actions.enable(actor, profile_id=profile_id)
            messages.success(request, _("应用已启用，用户需要重新登录。"))
        else:
            raise NotFound
    except Conflict as error:
        messages.warning(request, f"{error.text}{error.what_to_do}")
    return redirect("workbench_client", profile_id)


def _form(request: HttpRequest, form: ClientForm, *, status: int = 200) -> HttpResponse:
    return show(request, "workbench/client_new.html", {"form": form}, nav=_NAV, status=status)


def _page(request: HttpRequest, profile: ClientProfile, form: ClientForm, *, status: int = 200) -> HttpResponse:
    context = {
        "profile": profile,
        "form": form,
        "scopes": [TABLE[scope].name for scope in in_order(profile.client.get_scopes())],
        "level": levels.name_of(profile.lowest_level),
        "signed_in": queries.count_signed_in(profile),
        "request_key": new_request_key(),
    }
    return show(request, "workbench/client.html", context, nav=_NAV, status=status)


def _secret(request: HttpRequest, profile: ClientProfile, secret: str) -> HttpResponse:
    """The only page that ever shows a secret; a form sent twice leads to the app's page without it."""
    if not secret:
        messages.warning(request, _("这张表单已经交过，密钥只显示一次。没有记下的话，请重新生成。"))
        return redirect("workbench_client", profile.pk)
    return show(request, "workbench/client_secret.html", {"profile": profile, "secret": secret}, nav=_NAV)
