"""A limit on look-ups without sign-in, so that nobody can try numbers by the thousand."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.addresses import client_address

_MINUTE = 60


def is_over_limit(request: HttpRequest) -> bool:
    """Count one look-up of this address; tell whether it is one too many in the running minute.

    Two look-ups in the same instant may count as one: the limit stops machines, it is no ledger.
    """
    key = f"lookup:{client_address(request)}:{int(time.time()) // _MINUTE}"
    if cache.add(key, 1, timeout=2 * _MINUTE):
        return False
    try:
        return cache.incr(key) > settings.LOOKUPS_PER_MINUTE
    except ValueError:  # it ran out between the two calls
        return False


def too_many(request: HttpRequest) -> HttpResponse:
    """The 429 page."""
    context = {
        "status": 429,
        "code": "too_many_lookups",
        "message": _("您查得太快了，一分钟最多查 %(count)s 次。") % {"count": settings.LOOKUPS_PER_MINUTE},
        "what_to_do": _("请等一分钟再查；要批量核验，请使用数据共享接口。"),
    }
    response = render(request, "errors/error.html", context, status=429)
    response.headers["Retry-After"] = str(_MINUTE)
    return response
