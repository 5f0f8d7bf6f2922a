"""Signing out from an app (OpenID Connect RP-Initiated Logout 1.0): the person is asked, then led back."""

from urllib.parse import urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from identity.sso.ending import way_back
from portal.sso import leaving
from portal.sso.protocol import is_readable


@csrf_exempt  # apps may send the request as a form (§2); it only becomes a GET
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask whether to sign out here, too; nobody signed in goes straight back."""
    if request.method == "POST":
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}")
    url = _way_back(request)
    if not request.user.is_authenticated:
        return HttpResponseRedirect(url) if url else redirect("home")
    context = {
        "action": f"{reverse('sso_logout_confirm')}?{request.GET.urlencode()}",
        "stay_url": url or reverse("home"),
    }
    return render(request, "public/sso_logout.html", context)


@never_cache
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Sign out: every app the person signed in to from this browser is told."""
    url = _way_back(request)
    logout(request)
    if not url:
        return redirect("home")
    title = _("已经退出登录，正在回到 %(host)s") % {"host": urlsplit(url).hostname}
    return leaving.page(request, url, title=title)


def _way_back(request: HttpRequest) -> str:
    """The address the app asks for when it registered exactly that one; empty otherwise."""
    asked = request.GET
    if not is_readable(asked):
        return ""
    url = way_back(
        client_id=asked.get("client_id", ""),
        id_token=asked.get("id_token_hint", ""),
        uri=asked.get("post_logout_redirect_uri", ""),
    )
    return leaving.with_params(url, {"state": asked.get("state", "")}) if url else ""
