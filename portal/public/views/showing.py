"""亮证码: the holder's page with the code, and what somebody sees who scans it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from certificates.models import Certificate
from certificates.types.queries import fields_of
from certificates.wallet import fields
from certificates.wallet.errors import NotShowable
from certificates.wallet.showing import ShowFinding, own_certificate, peek, require_showable
from certificates.wallet.showing_actions import LIFE, MadeCode, Shown, make_show_code, use_show_code
from common.printing.qr import qr_svg
from portal.access import actor_of, citizen_required
from portal.public.lookups import is_over_limit, too_many
from portal.public.wallet_forms import ShowForm

_PAGE = ["GET", "HEAD", "POST"]
_TONES = {"valid": "good", "suspended": "warn"}  # every other state is bad


@never_cache
@require_http_methods(_PAGE)
@citizen_required
def show_certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Choose what is shown, then show the code. It stands on this answer alone: a reload makes another one."""
    actor = actor_of(request)
    certificate = own_certificate(actor, certificate_id)
    choices = _choices(certificate)
    if request.method != "POST":
        form = ShowForm(choices=choices, initial={"chosen": fields.usual_keys(certificate)})
        return _show_page(request, certificate, form)
    form = ShowForm(request.POST, choices=choices)
    if not form.is_valid():
        return _show_page(request, certificate, form, status=422)
    made = make_show_code(actor, certificate_id=certificate.pk, chosen=form.cleaned_data["chosen"])
    return _show_page(request, certificate, form, made=made)


def _choices(certificate: Certificate) -> list[tuple[str, str]]:
    private = {row["key"] for row in fields_of(certificate) if fields.is_private(row)}
    labels = fields.labels_of(certificate)
    return [
        (key, _("%(label)s（敏感）") % {"label": label} if key in private else label) for key, label in labels.items()
    ]


def _show_page(
    request: HttpRequest, certificate: Certificate, form: ShowForm, *, made: MadeCode | None = None, status: int = 200
) -> HttpResponse:
    place = reverse("certificate_detail", args=[certificate.pk])
    context = {
        "nav": "wallet",
        "certificate": certificate,
        "form": form,
        "refused": _refusal(certificate),
        "made": made,
        "seconds": int(LIFE.total_seconds()),
        "back_url": place,
        "crumbs": [
            (_("首页"), "/"),
            (_("我的证照"), reverse("wallet")),
            (certificate.type.name, place),
            (_("亮证码"), ""),
        ],
    }
    if made:
        url = settings.PUBLIC_BASE_URL + reverse("check_show", args=[made.code])
        context |= {"check_url": url, "qr_svg": mark_safe(qr_svg(url, label=_("亮证码")))}
    return render(request, "public/show.html", context, status=status)


def _refusal(certificate: Certificate) -> NotShowable | None:
    try:
        require_showable(certificate)
    except NotShowable as error:
        return error
    return None


@never_cache
@require_http_methods(_PAGE)
def check_show(request: HttpRequest, code: str) -> HttpResponse:
    """What the code's address opens, for anybody. To look takes a press: messengers fetch addresses by themselves."""
    if is_over_limit(request):
        return too_many(request)
    shown = use_show_code(actor_of(request), code=code) if request.method == "POST" else Shown(peek(code))
    found = shown.found
    context = {
        "shown": shown,
        "found": found,
        "tone": _TONES.get(found.state, "bad") if found else "bad",
        "fault": _FAULTS.get(shown.finding),
    }
    status = 404 if shown.finding == ShowFinding.UNKNOWN else 200
    return render(request, "public/show_check.html", context, status=status)


_FAULTS = {
    ShowFinding.USED: (
        gettext_lazy("这个码已经用过"),
        gettext_lazy("每个亮证码只能看一次。拿旧码、截图给您看的不能相信，请对方当面重新亮证。"),
    ),
    ShowFinding.EXPIRED: (
        gettext_lazy("这个码已经过期"),
        gettext_lazy("亮证码 60 秒内有效。请对方当面换一个新码，再扫一次。"),
    ),
    ShowFinding.UNKNOWN: (
        gettext_lazy("没有这个亮证码"),
        gettext_lazy("这个码不是本平台生成的，或者早已失效，不能证明什么。请对方在一站通里当面亮证。"),
    ),
}
