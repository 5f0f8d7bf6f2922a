"""Old links of apps that were merged: to the item that does it now, or to a search."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.access import actor_of
from services.legacy.links import Landing, count_visit, resolve


@require_safe
def old_link(request: HttpRequest, old: str) -> HttpResponse:
    """Lead an old link on: to its item, to a choice where there are several, or to the search with its words (404).

    Never for good (302): what an item was merged into may be merged again, and a browser that remembers would
    neither see that nor be counted.
    """
    query = request.META.get("QUERY_STRING", "")
    landing = resolve(f"{old}?{query}" if query else old)
    if request.method == "GET":
        count_visit(actor_of(request), function=landing.function)
    response = _answer(request, landing)
    add_never_cache_headers(response)
    return response


def _answer(request: HttpRequest, landing: Landing) -> HttpResponse:
    if landing.function and len(landing.items) == 1:
        item = landing.items[0]
        told = _("“%(app)s”的“%(name)s”已经并入这个事项，在这里就能办。")
        messages.info(request, told % {"app": landing.function.app.name, "name": landing.function.name})
        return redirect("item_guide", item.pk)
    context = {"nav": "items", "landing": landing, "q": landing.words}
    return render(request, "public/old_link.html", context, status=200 if landing.items else 404)
