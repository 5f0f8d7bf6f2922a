"""Icons, buttons and other small things one presses or reads at a glance."""

from typing import Any

from django.template import TemplateSyntaxError
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.components.library import register, require, require_one_of

# The symbols drawn in static/img/icons.svg.
ICONS = frozenset(
    [
        "home", "search", "case", "certificate", "locker", "user", "people", "building", "check",
        "good", "close", "info", "warn", "bad", "clock", "calendar", "upload", "download",
        "file", "folder", "print", "copy", "eye", "lock", "phone", "place", "bell",
        "law", "star", "shop", "baby", "school", "heart", "car", "money", "shield",
        "again", "pen", "plus", "right", "left", "external",
    ]
)  # fmt: skip
BUTTON_KINDS = frozenset({"primary", "quiet", "danger"})
TONES = frozenset({"plain", "brand", "jade", "amber", "red"})
LAMPS = frozenset({"ok", "near", "over", "none"})

# kind: (character on the seal, what it means, tone)
MARKS = {
    "free": ("免", _("免提交"), "jade"),
    "seen": ("核", _("已核验"), "brand"),
    "ask": ("交", _("需要提交"), "plain"),
    "vow": ("诺", _("可以告知承诺"), "amber"),
    "fix": ("补", _("需要补正"), "amber"),
    "cert": ("证", _("电子证照"), "jade"),
    "grade_a": ("甲", _("可信等级甲：机关签发"), "jade"),
    "grade_b": ("乙", _("可信等级乙：已与原件核对"), "brand"),
    "grade_c": ("丙", _("可信等级丙：申请人上传的证照"), "plain"),
    "grade_d": ("丁", _("可信等级丁：申请人自制并负责"), "plain"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawn icon. Silent to screen readers unless it has a ``label`` of its own."""
    require_one_of("icon", "name", name, ICONS)
    spoken = format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="{}"', "true")
    sprite = static("img/icons.svg")
    return format_html('<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>', spoken, sprite, name)


@register.simple_tag
def button(
    label: str,
    kind: str = "primary",
    *,
    href: str = "",
    submits: bool = True,
    name: str = "",
    value: str = "",
    form: str = "",
    icon_name: str = "",
    wide: bool = False,
    small: bool = False,
    disabled: bool = False,
) -> SafeString:
    """A button, or a link that looks like one when ``href`` is given.

    ``kind`` is primary (one per page), quiet or danger. ``form`` names the form a button outside of it sends;
    ``submits=False`` is for buttons a script listens to.
    """
    require("button", label=label)
    require_one_of("button", "kind", kind, BUTTON_KINDS)
    classes = ["button", f"button-{kind}", "button-wide" if wide else "", "button-small" if small else ""]
    drawn = icon(icon_name) if icon_name else ""
    look = " ".join(filter(None, classes))
    if href:
        return format_html('<a class="{}" href="{}">{}{}</a>', look, href, drawn, label)
    attributes = [("name", name), ("value", value), ("form", form)]
    given = format_html_join("", ' {}="{}"', ((key, text) for key, text in attributes if text != ""))
    kind_of_press = "submit" if submits else "button"
    off = format_html(" {}", "disabled") if disabled else ""
    shape = '<button class="{}" type="{}"{}{}>{}<span>{}</span></button>'
    return format_html(shape, look, kind_of_press, given, off, drawn, label)


@register.inclusion_tag("components/mark.html")
def mark(kind: str, *, small: bool = False) -> dict[str, Any]:
    """The square seal: free 免, seen 核, ask 交, vow 诺, fix 补, cert 证, grade_a…grade_d 甲乙丙丁."""
    require_one_of("mark", "kind", kind, MARKS)
    character, meaning, tone = MARKS[kind]
    return {"character": character, "meaning": meaning, "tone": tone, "small": small}


@register.simple_tag
def tag(label: str, tone: str = "plain") -> SafeString:
    """A rounded label. ``tone``: plain, brand, jade, amber, red."""
    require("tag", label=label)
    require_one_of("tag", "tone", tone, TONES)
    return format_html('<span class="tag tag-{}">{}</span>', tone, label)


@register.simple_tag
def lamp(state: str, text: str) -> SafeString:
    """A clock lamp: ok, near, over or none. The text says the same as the colour and the shape."""
    require_one_of("lamp", "state", state, LAMPS)
    require("lamp", text=text)
    return format_html('<span class="lamp lamp-{}">{}</span>', state, text)


@register.inclusion_tag("components/progress_bar.html")
def progress_bar(done: int, total: int, label: str) -> dict[str, Any]:
    """How far a long piece of work has come: ``done`` of ``total``, as a bar and as figures."""
    require("progress_bar", done=done, total=total, label=label)
    if not 0 <= done <= total:
        raise TemplateSyntaxError(f"{{% progress_bar %}}: {done} is not between 0 and {total}.")
    return {"done": done, "total": total, "label": label, "maximum": max(total, 1)}


@register.inclusion_tag("components/copy_button.html")
def copy_button(value: str, label: str) -> dict[str, Any]:
    """Copy ``value``; the value itself must also stand on the page, for readers without JavaScript."""
    require("copy_button", value=value, label=label)
    return {"value": value, "label": label}


@register.inclusion_tag("components/autosave_status.html")
def autosave_status() -> dict[str, Any]:
    """The line inside ``<form data-autosave="address">`` that says whether the draft has been kept."""
    return {}
