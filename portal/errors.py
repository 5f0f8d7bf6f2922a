"""Error pages: one template, a stable code, what is wrong and what to do."""

import sys
import traceback

from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, NotFound
from identity.actor import PUBLIC
from identity.errors import MandateEnded

LOST_DATABASE = (OperationalError, InterfaceError)


class DatabaseAway(DomainError):
    """The database went away meanwhile: what was asked is undone whole, and may be asked again."""

    code = "database_away"
    http_status = 503
    message = gettext_lazy("系统刚才断了一下。您刚才这一步没有办成，之前保存的内容都还在；再办一次不会重复。")
    what_to_do = gettext_lazy("等十几秒，返回上一页再点一次；一直不行的话打 12345，或到就近的政务服务中心办理。")
    retry = {"Retry-After": "10"}  # seconds until a server that restarts answers


class OutcomeUnknown(DomainError):
    """The database went away while it made the work durable, or after: nobody here knows whether it was done."""

    code = "outcome_unknown"
    http_status = 503
    message = gettext_lazy("系统在保存的那一刻断了一下，这一步办成了没有，现在还不知道。")
    what_to_do = gettext_lazy(
        "等十几秒，先看看：办件看“我的办件”，别的看原来那一页。已经记下的，不用再办；"
        "没有记下的，返回上一页再点一次，同一张表不会办成两次。拿不准的话打 12345，或到就近的政务服务中心问。"
    )
    retry = DatabaseAway.retry


_SAVING = {
    BaseDatabaseWrapper._commit.__code__,  # type: ignore[attr-defined]  # the answer to COMMIT did not come
    BaseDatabaseWrapper.run_and_clear_commit_hooks.__code__,  # the work is done, what follows from it is not
}


def lost_database(error: BaseException) -> DatabaseAway | OutcomeUnknown:
    """What to say of one of :data:`LOST_DATABASE`: before the commit nothing is done, from then on nobody knows."""
    is_saving = any(frame.f_code in _SAVING for frame, _line in traceback.walk_tb(error.__traceback__))
    return OutcomeUnknown() if is_saving else DatabaseAway()


def render_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Render the page of a domain error with its own HTTP status."""
    return _page(request, error.http_status, code=error.code, message=error.text, what_to_do=str(error.what_to_do))


def _page(request: HttpRequest, status: int, *, code: str, message: str, what_to_do: str = "") -> HttpResponse:
    actor = getattr(request, "actor", PUBLIC)  # absent when a middleware before ours refused the request
    try:
        is_staff = actor.is_staff
    except MandateEnded as ended:  # told here first, on whatever page it is; from now on they act for themselves
        return render_domain_error(request, ended)
    context = {"code": code, "status": status, "message": message, "what_to_do": what_to_do}
    if is_staff:
        context |= {"base_template": "workbench/base.html", "back_url": reverse("worklist")}
    return render(request, "errors/error.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page, or the visitor may not know of it."""
    return render_domain_error(request, NotFound())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(request, 403, code="forbidden", message=_("您没有打开这个页面的权限。"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(request, 400, code="bad_request", message=_("请求无法识别。"), what_to_do=_("请返回上一页重新操作。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the fault is ours. The page stands alone, since whatever failed may fail again.

    503 as :func:`lost_database` says.
    """
    error = sys.exception()
    if isinstance(error, LOST_DATABASE):
        away = lost_database(error)
        page = render_to_string("errors/503.html", {"error": away})
        return HttpResponse(page, status=away.http_status, headers=away.retry)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token does not fit: usually a page left open over night."""
    return _page(
        request,
        403,
        code="csrf_failed",
        message=_("页面停留太久，表单已经失效。"),
        what_to_do=_("请返回上一页，刷新后重新提交；已保存的草稿不会丢失。"),
    )
