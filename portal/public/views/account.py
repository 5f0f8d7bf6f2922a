"""My account: level and way up, sessions and sign-ins, password, and who looked at my data."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.addresses import browser_name
from common.errors import DomainError
from identity import account_actions, levels
from identity.account_queries import looks, own_person, own_sessions, own_verifications, sign_ins
from identity.registration import verify_own_name
from portal.access import account_required, actor_of, citizen_required, step_up_required
from portal.public import ledger
from portal.public.account_forms import NewPasswordForm
from portal.public.requests import page_number

_PER_PAGE = 20


@require_safe
@citizen_required
def my_account(request: HttpRequest) -> HttpResponse:
    """The person's real-name level, what it allows and how to rise."""
    actor = actor_of(request)
    return render(request, "public/account.html", _level_context(request, actor.assurance_level))


def _level_context(request: HttpRequest, level: int) -> dict[str, object]:
    actor = actor_of(request)
    rights = levels.table(level)
    return {
        "person": own_person(actor),
        "level_name": levels.name_of(level),
        "rights": rights,
        "lacks_rights": not all(right.has for right in rights),
        "way_up": levels.way_up(level),
        "may_compare": level < levels.REGISTER_AGREES,
        "may_show_face": levels.REGISTER_AGREES <= level < levels.FACE_AGREES and bool(settings.FACE_SOURCE),
        "last_check": own_verifications(actor).first(),
    }


@require_POST
@citizen_required
def verify_name(request: HttpRequest) -> HttpResponse:
    """Compare one's own name with the register; agreeing, the level rises to three."""
    actor = actor_of(request)
    assert actor.person_id is not None
    try:
        level = verify_own_name(actor, person_id=actor.person_id)
    except DomainError as error:
        context = {**_level_context(request, actor.assurance_level), "refusal": error}
        return render(request, "public/account.html", context, status=error.http_status)
    messages.success(request, _("核对一致，您的实名等级现在是%(level)s。") % {"level": levels.name_of(level)})
    return redirect("my_account")


@require_safe
@citizen_required
def my_access(request: HttpRequest) -> HttpResponse:
    """谁看过我的数据: every look by somebody else, newest first."""
    actor = actor_of(request)
    page = Paginator(looks(actor, ledger.KINDS), _PER_PAGE).get_page(page_number(request))
    return render(request, "public/access.html", {"page": page, "rows": ledger.in_words(actor, list(page))})


@never_cache
@require_safe
@account_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in now, and every sign-in there was."""
    actor = actor_of(request)
    current = request.session.session_key
    open_now = [
        {
            "session": row,
            "browser": row.data.get("place") or browser_name(row.user_agent) or _("不认识的浏览器"),
            "is_current": row.session_key == current,
        }
        for row in own_sessions(actor)
    ]
    page = Paginator(sign_ins(actor), _PER_PAGE).get_page(page_number(request))
    history = [
        {
            "at": row.occurred_at,
            "browser": row.detail.get("browser") or _("不认识的浏览器"),
            "method": _method_name(row.detail.get("method")),
        }
        for row in page
    ]
    others = sum(not row["is_current"] for row in open_now)
    context = {"sessions": open_now, "others": others, "page": page, "history": history}
    return render(request, "account/sessions.html", context)


def _method_name(method: str | None) -> str:
    names = {
        "code": _("短信验证码"),
        "passkey": _("通行密钥"),
        "upstream": _("统一身份认证"),
        "terminal": _("自助终端"),
    }
    return names.get(method or "", _("密码"))


@require_POST
@account_required
@step_up_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one session; ending the current one is signing out."""
    account_actions.end_session(actor_of(request), session_id=session_id)
    messages.success(request, _("那台设备已经退出登录。"))
    return redirect("sessions")


@require_POST
@account_required
@step_up_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    count = account_actions.end_other_sessions(actor_of(request), current_key=request.session.session_key or "")
    messages.success(request, _("其他 %(count)s 台设备都已经退出登录。") % {"count": count})
    return redirect("sessions")


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@step_up_required
def change_password(request: HttpRequest) -> HttpResponse:
    """Set a new password after stepping up; all other sessions end."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actor, old_key = actor_of(request), request.session.session_key or ""
        account = account_actions.change_password(actor, password=form.cleaned_data["password"], current_key=old_key)
        update_session_auth_hash(request, account)  # gives the session a new key
        account_actions.keep_session(actor, old_key=old_key, key=request.session.session_key or "")
        messages.success(request, _("密码已改，其他设备都已经退出登录。"))
        return redirect("sessions")
    return render(request, "account/password.html", {"form": form}, status=422 if form.is_bound else 200)
