"""Steps, timelines, facts, tallies, boxes, breadcrumbs and page numbers."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.template import Context, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common.components.controls import ICONS
from common.components.library import pick, register, require, require_one_of

STEP_STATES = frozenset({"done", "current", "todo"})
ENTRY_STATES = frozenset({"done", "next", "warn", "bad"})
# tone: icon
NOTICES = {"info": "info", "good": "good", "warn": "warn", "bad": "bad"}
LEVEL_TONES = {levels.SUCCESS: "good", levels.WARNING: "warn", levels.ERROR: "bad"}


@register.inclusion_tag("components/steps.html")
def steps(entries: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Numbered steps. Each entry has label, state (done, current, todo) and perhaps note.

    Many or wordy steps stand under each other on a phone.
    """
    require("steps", entries=entries)
    shown = []
    for entry in entries:
        step = {name: pick(entry, name, "") for name in ("label", "note")}
        step["state"] = pick(entry, "state", "todo")
        require("steps", **{"label of an entry": step["label"]})
        require_one_of("steps", "state of an entry", step["state"], STEP_STATES)
        shown.append(step)
    wordy = len(shown) > 5 or any(step["note"] or len(str(step["label"])) > 4 for step in shown)
    return {"steps": shown, "wordy": wordy, "label": label}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened and what comes next. Each entry has title and perhaps time, note and state.

    ``time`` is a datetime, a date, or a text such as 11月23日下班前; ``state`` is done, next, warn or bad.
    """
    require("timeline", entries=entries)
    shown = []
    for entry in entries:
        row = {name: pick(entry, name, "") for name in ("title", "time", "note")}
        row["state"] = pick(entry, "state", "done")
        require("timeline", **{"title of an entry": row["title"]})
        require_one_of("timeline", "state of an entry", row["state"], ENTRY_STATES)
        row["has_clock"] = isinstance(row["time"], datetime)
        row["has_date"] = isinstance(row["time"], date)
        shown.append(row)
    return {"entries": shown}


@register.inclusion_tag("components/facts.html")
def facts(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """A band of short figures: (label, value) each."""
    require("facts", pairs=pairs)
    return {"pairs": list(pairs)}


@register.inclusion_tag("components/pairs.html")
def pairs(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """A two-column list of (label, value) for longer values: the check page, a certificate's fields."""
    require("pairs", pairs=pairs)
    return {"pairs": list(pairs)}


@register.inclusion_tag("components/tally.html")
def tally(needed: int, total: int, *, seen: int = 0) -> dict[str, Any]:
    """How many of ``total`` materials this person must hand in; ``seen`` of the rest staff have checked."""
    for value in (needed, total, seen):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TemplateSyntaxError(f"{{% tally %}}: {value!r} is not a whole number.")
    held = total - needed
    if needed < 0 or held < 0 or not 0 <= seen <= held:
        raise TemplateSyntaxError(f"{{% tally %}}: {needed} needed and {seen} seen do not fit in {total}.")
    return {"needed": needed, "total": total, "held": held, "free": held - seen, "seen": seen}


@register.simple_block_tag(end_name="endnotice_box")
def notice_box(content: str, tone: str, title: str = "") -> SafeString:
    """A box that asks for attention. ``tone``: info, good, warn, bad; the icon says it as the colour does."""
    require_one_of("notice_box", "tone", tone, NOTICES)
    context = {"tone": tone, "title": title, "content": content, "icon_name": NOTICES[tone]}
    return render_to_string("components/notice.html", context)


@register.simple_tag
def message_box(message: Message) -> SafeString:
    """One of Django's messages as a notice."""
    tone = LEVEL_TONES.get(message.level, "info")
    context = {"tone": tone, "title": "", "content": message.message, "icon_name": NOTICES[tone]}
    return render_to_string("components/notice.html", context)


@register.simple_block_tag(end_name="endtable_region")
def table_region(content: str, label: str) -> SafeString:
    """A wide table that scrolls sideways inside itself, with a name and reachable by keyboard."""
    require("table_region", label=label)
    return render_to_string("components/table_region.html", {"content": content, "label": label})


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, hint: str, action_label: str = "", action_url: str = "", *, icon_name: str = "folder"
) -> dict[str, Any]:
    """What a list says when it has nothing: why, and what to do next. An action needs label and address."""
    require("empty_state", title=title, hint=hint)
    require_one_of("empty_state", "icon_name", icon_name, ICONS)
    if bool(action_label) != bool(action_url):
        raise TemplateSyntaxError("{% empty_state %}: an action needs both a label and an address.")
    return {
        "title": title,
        "hint": hint,
        "action_label": action_label,
        "action_url": action_url,
        "icon_name": icon_name,
    }


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(crumbs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The way to this page: (label, address) each; the last one is this page and its address is not used."""
    require("breadcrumbs", crumbs=crumbs)
    *before, here = list(crumbs)
    return {"before": before, "here": here[0]}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page, *, parameter: str = "page") -> dict[str, Any]:
    """Page numbers that keep the rest of the query string. Needs ``request`` in the context."""
    if not isinstance(page, Page):
        raise TemplateSyntaxError(f"{{% pagination %}}: {page!r} is not a page.")
    require("pagination", request=context.get("request"))
    query = context["request"].GET.copy()

    def address(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    # Whole numbers are pages; the text between them stands for the pages left out.
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    links = [
        {"number": number, "url": address(number), "far": abs(number - page.number) == 2}
        if isinstance(number, int)
        else {"number": None, "url": "", "far": False}
        for number in numbers
    ]
    return {
        "page": page,
        "links": links,
        "count": page.paginator.count,
        "many": page.paginator.num_pages > 1,
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }
