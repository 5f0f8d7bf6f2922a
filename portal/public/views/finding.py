"""Finding an item: results, facets that stay in the address, and suggestions while typing."""

from typing import Any
from urllib.parse import quote_plus, urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.formatting import code_label
from identity.models import Region
from identity.queries import regions_around
from portal.access import actor_of
from portal.public.requests import page_number
from services.browsing import hot_items
from services.bundles.queries import find
from services.queries import PAGE_SIZE, Choice, SearchResult, search
from services.searching.actions import record_miss
from services.searching.suggesting import suggest

_FACETS = ("department", "theme", "audience", "type", "level")
_KEPT = (*_FACETS, "region")
_SHOWN = 12  # choices of a facet before the rest folds away
_LONGEST_QUERY = 100  # characters
_KEEP_SUGGESTIONS = 60  # seconds


@require_safe
def item_search(request: HttpRequest) -> HttpResponse:
    """Results with facets; every choice stays in the address."""
    chosen = {name: _plain(request.GET.get(name, "")) for name in _KEPT}
    words = _plain(request.GET.get("q", ""))[:_LONGEST_QUERY]
    online = True if request.GET.get("online") == "1" else None
    is_narrowed = any(chosen[facet] for facet in _FACETS) or bool(online)
    result = search(
        words,
        department=chosen["department"] or None,
        theme=chosen["theme"] or None,
        audience=chosen["audience"] or None,
        item_type=chosen["type"] or None,
        level=_level(chosen["level"]),
        region=chosen["region"] or None,
        online=online,
        page=page_number(request),
    )
    if words and not result.total and not is_narrowed and request.method == "GET":
        record_miss(actor_of(request), text=words)
    facets = [_facet(request, facet, label, result.facets[facet], chosen[facet]) for facet, label in _facet_labels()]
    context = {
        "nav": "items",
        "q": words,
        "result": result,
        "bundles": find(words) if words and not is_narrowed and result.page == 1 else [],
        "page": Paginator(range(result.total), PAGE_SIZE).get_page(result.page),
        "facets": [facet for facet in facets if facet["choices"] or facet["chosen"]],
        "online": online,
        "online_url": _address(request, "online", "" if online else "1"),
        "kept": [(key, value) for key, value in chosen.items() if value] + ([("online", "1")] if online else []),
        "is_narrowed": is_narrowed,
        "cleared_url": _cleared(words, chosen["region"]),
        "meant_url": _address(request, "q", result.did_you_mean) if result.did_you_mean else "",
        "suggestions": hot_items(6) if not result.items else [],
        "may_narrow": bool(result.items) or is_narrowed,
        **_places(request, chosen["region"], result),
    }
    return render(request, "public/search.html", context)


@require_safe
def item_suggest(request: HttpRequest) -> HttpResponse:
    """Names for what was typed so far, as a piece of the page; without scripts nothing asks for it."""
    region = _plain(request.GET.get("region", ""))
    links = [(name, _cleared(name, region)) for name in suggest(_plain(request.GET.get("q", ""))[:_LONGEST_QUERY])]
    response = render(request, "public/parts/suggestions.html", {"links": links})
    response["Cache-Control"] = f"private, max-age={_KEEP_SUGGESTIONS}"
    return response


def _plain(text: str) -> str:
    """PostgreSQL text holds no NUL, and nothing in the catalogue does."""
    return text.replace("\x00", "").strip()


def _level(text: str) -> int | None:
    """The level asked for; 0, which no region has, for anything else."""
    if not text:
        return None
    return int(text) if text in {str(level.value) for level in Region.Level} else 0


def _places(request: HttpRequest, code: str, result: SearchResult) -> dict[str, Any]:
    """Where the search is made for: the way down to the region, and the regions below it."""
    around = regions_around(code)
    elsewhere = {item.pk for item in result.items if around.region and item.region_id != around.region.pk}
    return {
        "region": around.region,
        "is_region_unknown": bool(code) and around.region is None,
        "region_path": [(region.name, _address(request, "region", region.code)) for region in around.above],
        "region_below": [(region.name, _address(request, "region", region.code)) for region in around.below],
        "region_any_url": _address(request, "region", ""),
        "elsewhere": elsewhere,
    }


def _facet_labels() -> list[tuple[str, str]]:
    return [
        ("department", _("部门")),
        ("theme", _("主题")),
        ("audience", _("谁来办")),
        ("type", _("事项类型")),
        ("level", _("哪一级办")),
    ]


def _facet(request: HttpRequest, name: str, label: str, choices: list[Choice], chosen: str) -> dict[str, Any]:
    rest = urlencode(_others(request, name))
    start = f"?{rest}&{name}=" if rest else f"?{name}="
    links = [
        {
            "label": code_label(text),
            "count": count,
            "url": f"?{rest}" if key == chosen else start + quote_plus(key),
            "on": key == chosen,
        }
        for key, text, count in choices
    ]
    return {"label": label, "choices": links[:_SHOWN], "more": links[_SHOWN:], "chosen": chosen}


def _others(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    """What the address says besides this choice and the page."""
    return [(key, text) for key, texts in request.GET.lists() if key not in {name, "page"} for text in texts]


def _address(request: HttpRequest, name: str, value: str) -> str:
    pairs = _others(request, name)
    return f"?{urlencode([*pairs, (name, value)] if value else pairs)}"


def _cleared(words: str, region: str) -> str:
    """The address of a search with nothing chosen but the region."""
    return f"?{urlencode({'q': words} | ({'region': region} if region else {}))}"
