"""Sharing a certificate, my shares, and what the receiver sees."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import Certificate
from certificates.queries import public_holder_name, state_now
from certificates.wallet import queries, sharing_actions, sharing_rules
from certificates.wallet.errors import ShareCodeLocked, ShareNotFound, TooManyShares
from certificates.wallet.fields import usual_keys, values_of
from certificates.wallet.models import Share
from certificates.wallet.showing import own_certificate, require_showable
from common.errors import Invalid
from common.formatting import format_date
from identity.actor import ActorKind
from portal.access import actor_of, citizen_required, step_up_required
from portal.downloads import attachment, file_response
from portal.public.lookups import is_over_limit, too_many
from portal.public.requests import new_request_key, page_number, request_key
from portal.public.wallet_forms import ShareCodeForm, ShareForm
from portal.public.wallet_pages import certificate_tag

_PAGE = ["GET", "HEAD", "POST"]
_PAGE_SIZE = 20
_USUAL_DAYS = 7
_OPENED = "opened_shares"  # in the session: shares whose code was typed here
_MOST_OPENED = 20


@never_cache
@require_http_methods(_PAGE)
@citizen_required
@step_up_required
def share_certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Share one certificate with one receiver."""
    actor = actor_of(request)
    certificate = own_certificate(actor, certificate_id)
    if request.method != "POST":
        require_showable(certificate)
        week = timezone.localdate() + dt.timedelta(days=_USUAL_DAYS)
        form = ShareForm(initial={"request_key": new_request_key(), "last_day": week, "to": Share.To.PHONE})
        return _share_page(request, certificate, form)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _share_page(request, certificate, form, status=422)
    try:
        made = sharing_actions.share(
            actor, certificate_id=certificate.pk, asked=form.asked(), request_key=request_key(request)
        )
    except (Invalid, TooManyShares) as error:
        form.refuse(error)
        return _share_page(request, certificate, form, status=error.http_status)
    messages.success(request, _said(made))
    return redirect("my_shares")


def _said(made: Share) -> str:
    if made.to == Share.To.PHONE:
        return _("已分享。链接和查看码只发给了对方的手机，您这里看不到，也不用转发。")
    return _("已分享。对方用自己的身份登录一站通，在“别人给我看的”里打开。")


def _share_page(request: HttpRequest, certificate: Certificate, form: ShareForm, *, status: int = 200) -> HttpResponse:
    place = reverse("certificate_detail", args=[certificate.pk])
    crumbs = [(_("首页"), "/"), (_("我的证照"), reverse("wallet")), (certificate.type.name, place), (_("分享"), "")]
    latest = sharing_rules.latest_day(timezone.localdate())
    context = {"nav": "wallet", "certificate": certificate, "form": form, "crumbs": crumbs, "back_url": place}
    return render(request, "public/share.html", {**context, "latest": latest}, status=status)


@require_safe
@citizen_required
def my_shares(request: HttpRequest) -> HttpResponse:
    """What this party has shared, open ones and those that are over, newest first."""
    page = Paginator(queries.given(actor_of(request)), _PAGE_SIZE).get_page(page_number(request))
    rows = [{"share": row, "is_live": queries.is_live(row), "last_day": _last_day(row)} for row in page]
    context = {"nav": "wallet", "page": page, "rows": rows, "crumbs": _crumbs(_("我分享的"))}
    return render(request, "public/shares.html", context)


def _crumbs(name: str) -> list[tuple[str, str]]:
    return [(_("首页"), "/"), (_("我的证照"), reverse("wallet")), (name, "")]


def _last_day(row: Share) -> dt.date:
    return timezone.localtime(row.until - dt.timedelta(seconds=1)).date()


@require_POST
@citizen_required
def end_share(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """End a share now."""
    ended = sharing_actions.end_share(actor_of(request), share_id=share_id)
    messages.success(request, _("已结束，%(name)s不能再看。") % {"name": ended.receiver_name})
    return redirect("my_shares")


@require_safe
@citizen_required
def shared_with_me(request: HttpRequest) -> HttpResponse:
    """What others share with this party now."""
    page = Paginator(queries.received(actor_of(request)), _PAGE_SIZE).get_page(page_number(request))
    rows = [
        {"share": row, "holder": public_holder_name(row.certificate), "last_day": _last_day(row), "tag": _tag(row)}
        for row in page
    ]
    context = {"nav": "wallet", "page": page, "rows": rows, "crumbs": _crumbs(_("别人给我看的"))}
    return render(request, "public/shared_list.html", context)


def _tag(row: Share) -> tuple[str, str]:
    return certificate_tag(row.certificate, timezone.localdate())


@never_cache
@require_safe
@citizen_required
def shared_certificate(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """One certificate that somebody shares with this party; the look is recorded."""
    row = queries.get_received(actor_of(request), share_id)
    return _receiver_page(request, row, reverse("shared_file", args=[row.pk]))


@never_cache
@require_safe
@citizen_required
def shared_file(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """The copy with the watermark, shown or saved (``?save=1``)."""
    return _file(request, queries.get_received(actor_of(request), share_id))


def _receiver_page(request: HttpRequest, row: Share, file_url: str) -> HttpResponse:
    row = sharing_actions.open_share(actor_of(request), row=row)
    certificate = row.certificate
    context = {
        "share": row,
        "certificate": certificate,
        "tag": _tag(row),
        "holder": public_holder_name(certificate),
        "values": values_of(certificate, usual_keys(certificate)),
        "last_day": _last_day(row),
        "mark": sharing_rules.watermark(row),
        "file_url": file_url if state_now(certificate) == Certificate.State.VALID and certificate.file else "",
    }
    return render(request, "public/shared.html", context)


def _file(request: HttpRequest, row: Share) -> HttpResponse:
    content = sharing_actions.read_shared_file(actor_of(request), row=row)
    name = _("%(type)s（仅供%(name)s %(day)s前）") % {
        "type": row.certificate.type.name,
        "name": row.receiver_name,
        "day": format_date(_last_day(row)),
    }
    give = attachment if request.GET.get("save") == "1" else file_response
    return give(content, media_type="application/pdf", name=name)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(_PAGE)
def shared_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The address in a message: with the code beside it, without sign-in. A citizen who is signed in and not the
    receiver finds nothing here.
    """
    row, is_open = _by_token(request, token)
    if is_open:
        return _receiver_page(request, row, reverse("shared_link_file", args=[token]))
    if request.method == "POST" and is_over_limit(request):
        return too_many(request)
    form = ShareCodeForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            opened = sharing_actions.unlock(actor_of(request), token=token, code=form.cleaned_data["code"])
        except Invalid as error:
            form.add_error("code", error.text)
        except ShareCodeLocked as error:
            form.add_error(None, f"{error.text}{error.what_to_do}")
            status = error.http_status
        else:
            kept = [*request.session.get(_OPENED, []), str(opened.pk)]
            request.session[_OPENED] = kept[-_MOST_OPENED:]
            return redirect("shared_by_link", token=token)
    return render(request, "public/shared_code.html", {"form": form}, status=status)


@never_cache
@require_safe
def shared_link_file(request: HttpRequest, token: str) -> HttpResponse:
    """The copy with the watermark for whoever typed the code in this browser."""
    row, is_open = _by_token(request, token)
    if not is_open:
        return redirect("shared_by_link", token=token)
    return _file(request, row)


def _by_token(request: HttpRequest, token: str) -> tuple[Share, bool]:
    """The open share behind the address, and whether this visitor may see it already."""
    actor = actor_of(request)
    row = queries.find_by_token(queries.token_digest(token))
    if row is None:
        raise ShareNotFound
    if actor.kind == ActorKind.PUBLIC:
        is_open = str(row.pk) in request.session.get(_OPENED, [])
    else:
        is_open = queries.received(actor).filter(pk=row.pk).exists()
        if not is_open:
            raise ShareNotFound
    queries.require_open(row)
    return row, is_open
