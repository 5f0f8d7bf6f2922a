"""我的消息: the inbox, and how one wants to be told."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.addresses import client_address
from common.errors import Invalid
from identity.errors import TooManyTries
from identity.messaging import inbox, preferences
from identity.messaging.kinds import GROUP_NAMES
from portal.access import actor_of, citizen_required
from portal.public.message_forms import ChannelsForm, EmailCodeForm, EmailForm
from portal.public.requests import page_number

_PAGE_SIZE = 20
_CODE = "email_code"  # in the session: the code this browser asked for


@never_cache
@require_safe
@citizen_required
def my_messages(request: HttpRequest) -> HttpResponse:
    """What the person was told, newest first, twenty a page."""
    actor = actor_of(request)
    unread_only = request.GET.get("show") == "unread"
    page = Paginator(inbox.own(actor, unread_only=unread_only), _PAGE_SIZE).get_page(page_number(request))
    rows = [{"message": row, "group": GROUP_NAMES.get(row.group, "")} for row in page]  # type: ignore[call-overload]
    context = {"page": page, "rows": rows, "unread_only": unread_only, "unread": inbox.unread_count(actor)}
    return render(request, "public/messages.html", context)


@require_POST
@citizen_required
def open_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    row = inbox.read(actor_of(request), message_id=message_id)
    return redirect(row.announcement.link or "my_messages")


@require_POST
@citizen_required
def read_messages(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    inbox.read_all(actor_of(request))
    flash.success(request, _("全部标为已读。"))
    return redirect("my_messages")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def message_settings(request: HttpRequest) -> HttpResponse:
    """By which channel one wants to be told of what, and in which language."""
    actor = actor_of(request)
    if request.method != "POST":
        return _settings_page(request)
    form = ChannelsForm(request.POST, wishes=preferences.own(actor))
    if form.is_valid():
        preferences.save(actor, off=form.off(), language=form.cleaned_data["language"])
        flash.success(request, _("已保存，以后按这样通知您。"))
        return redirect("message_settings")
    return _settings_page(request, form=form, status=422)


@never_cache
@require_POST
@citizen_required
def message_email(request: HttpRequest) -> HttpResponse:
    """Give an e-mail address, which a code then confirms; or have it forgotten."""
    actor = actor_of(request)
    if "remove" in request.POST:
        preferences.remove_email(actor)
        request.session.pop(_CODE, None)
        flash.success(request, _("电子邮箱已删除。"))
        return redirect("message_settings")
    form = EmailForm(request.POST)
    if form.is_valid():
        try:
            code_id = preferences.ask_email(actor, email=form.cleaned_data["email"], address=client_address(request))
        except (Invalid, TooManyTries) as error:
            form.add_error("email", error.text)
        else:
            request.session[_CODE] = str(code_id)
            flash.success(request, _("验证码已经发到这个邮箱，请在下面填写。"))
            return redirect("message_settings")
    return _settings_page(request, email_form=form, status=422)


@never_cache
@require_POST
@citizen_required
def message_email_code(request: HttpRequest) -> HttpResponse:
    """Confirm the address with the code that went there."""
    form = EmailCodeForm(request.POST)
    if form.is_valid():
        kept = request.session.get(_CODE)
        try:
            preferences.confirm_email(
                actor_of(request), code_id=UUID(kept) if kept else None, code=form.cleaned_data["code"]
            )
        except Invalid as error:
            form.add_error("code", error.text)
        else:
            request.session.pop(_CODE, None)
            flash.success(request, _("电子邮箱已确认，以后也发邮件给您。"))
            return redirect("message_settings")
    return _settings_page(request, code_form=form, status=422)


def _settings_page(request: HttpRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    wishes = preferences.own(actor_of(request))
    context = {
        "wishes": wishes,
        "form": given.get("form") or ChannelsForm(wishes=wishes),
        "email_form": given.get("email_form") or EmailForm(),
        "code_form": given.get("code_form") or EmailCodeForm(),
        "may_mail": not settings.EMAIL_BACKEND.startswith("django.core.mail.backends.dummy"),
    }
    return render(request, "public/message_settings.html", context, status=status)
