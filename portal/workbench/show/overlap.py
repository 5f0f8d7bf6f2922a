"""The overlap of old apps as a picture: apps down, items across, a mark where a function of one does the other."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from services.legacy.overlap import Overlap

_CELL = 34
_NAMES = 132  # for the apps on the left
_HEADS = 176  # for the items above
_APP_CHARS = 8
_ITEM_CHARS = 11
_SHARED = 2  # apps that make an item a duplicate


def overlap_svg(data: Overlap, *, label: str) -> SafeString:
    """Draw the overlap as one ``<svg>`` in its own size; colours and fonts come from the style sheet.

    A square is an item that only this app does; a disc one that others do too, with the number of functions in it.
    """
    width, height = _NAMES + _CELL * len(data.items) + 8, _HEADS + _CELL * len(data.apps) + 8
    return format_html(
        '<svg class="overlap" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}{}{}</svg>',
        label,
        width,
        height,
        width,
        height,
        _heads(data, height),
        _names(data, width),
        _marks(data),
    )


def _short(name: str, limit: int) -> str:
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def _middle(start: int, index: int) -> float:
    return start + _CELL * index + _CELL / 2


def _heads(data: Overlap, height: int) -> SafeString:
    """The items' names from top to bottom, each over its column."""
    rows = []
    for index, (item, name) in enumerate(data.items):
        x = _middle(_NAMES, index)
        count = len(data.apps_of(item))
        kind = "shared" if count >= _SHARED else "single"
        told = _("%(name)s：能办的应用 %(count)s 个") % {"name": name, "count": count}
        rows.append((kind, told, x, _HEADS - 2, x, height - 8, x, _HEADS - 10, _short(name, _ITEM_CHARS)))
    return format_html_join(
        "",
        '<g class="head {}"><title>{}</title><line x1="{}" y1="{}" x2="{}" y2="{}"></line>'
        '<text x="{}" y="{}" writing-mode="vertical-rl" text-anchor="end">{}</text></g>',
        rows,
    )


def _names(data: Overlap, width: int) -> SafeString:
    rows = []
    for index, (_app, name) in enumerate(data.apps):
        y = _middle(_HEADS, index)
        rows.append((name, _NAMES - 6, y, width - 8, y, _NAMES - 12, y + 5, _short(name, _APP_CHARS)))
    return format_html_join(
        "",
        '<g class="name"><title>{}</title><line x1="{}" y1="{}" x2="{}" y2="{}"></line>'
        '<text x="{}" y="{}" text-anchor="end">{}</text></g>',
        rows,
    )


def _marks(data: Overlap) -> SafeString:
    parts = []
    for column, (item, item_name) in enumerate(data.items):
        doing = data.apps_of(item)
        names = [app for app, _name in data.apps]
        for app, app_name, functions in doing:
            x, y = _middle(_NAMES, column), _middle(_HEADS, names.index(app))
            title = _("%(app)s 的%(functions)s → %(item)s") % {
                "app": app_name,
                "functions": "、".join(functions),
                "item": item_name,
            }
            parts.append(_mark(x, y, title, len(functions), is_shared=len(doing) >= _SHARED))
    return format_html_join("", "{}", ((part,) for part in parts))


def _mark(x: float, y: float, title: str, count: int, *, is_shared: bool) -> SafeString:
    if is_shared:
        shape = format_html('<circle class="shared" cx="{}" cy="{}" r="12"></circle>', x, y)
    else:
        shape = format_html('<rect class="single" x="{}" y="{}" width="20" height="20" rx="3"></rect>', x - 10, y - 10)
    return format_html(
        '<g class="cell"><title>{}</title>{}<text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        title,
        shape,
        x,
        y + 5,
        count,
    )
