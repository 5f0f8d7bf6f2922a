"""The language of a type's own layout: a few elements, places for values, a little style; nothing runs or fetches.

``<p class="note" if="scope">经营范围：{{ scope }}</p>``. Text, the elements of :data:`TAGS`, attributes ``class``,
``colspan``, ``rowspan`` and ``if`` (the element is left out while that field is empty), and ``{{ name }}`` for a field
of the type or one of :data:`COMMON`. There are no loops and no addresses, so a layout prints in bounded time and
reads no file. What was parsed is written anew, escaped; classes get a prefix, so that none of the page's is met.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import NoReturn

from django.utils.translation import gettext as _

from certificates.errors import LayoutInvalid

MOST_BODY, MOST_STYLE = 8_000, 4_000  # characters
MOST_ELEMENTS, MOST_PLACES, DEEPEST = 300, 120, 12
MOST_RULES = 80
_TAGS = "p div span b i h2 h3 ul ol li dl dt dd table thead tbody tr th td br hr"
TAGS = frozenset(_TAGS.split())
_EMPTY = frozenset({"br", "hr"})
# What every certificate has; a field of the type with the same name goes before it.
COMMON = (
    "holder_name", "holder_code", "certificate_number", "valid_from", "valid_until", "issued_on", "issuer_name",
    "type_name",
)  # fmt: skip
CLASS = "own"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}")
_PLACE = re.compile(r"\{\{\s*([a-z][a-z0-9_]{0,29})\s*\}\}")
_PROPERTY_NAMES = (
    "color background-color font-size font-weight font-style line-height letter-spacing text-align text-indent "
    "text-decoration vertical-align margin margin-top margin-right margin-bottom margin-left padding padding-top "
    "padding-right padding-bottom padding-left border border-top border-right border-bottom border-left "
    "border-collapse border-radius width min-width max-width height min-height display columns column-gap "
    "white-space table-layout"
)
_PROPERTIES = frozenset(_PROPERTY_NAMES.split())
_VALUE = re.compile(r"(?:[a-z][a-z-]{0,20}|#[0-9a-fA-F]{3,6}|-?\d{1,3}(?:\.\d{1,2})?(?:mm|pt|em|%)?)")
_DISPLAY = frozenset({"block", "inline", "inline-block", "table", "table-row", "table-cell", "none"})
_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]{0,9})?(?:\.[a-z][a-z0-9_-]{0,29})?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"\s*([^{}]{1,200})\{([^{}]{0,1000})\}\s*")


@dataclass(slots=True)
class _Element:
    tag: str
    classes: list[str] = field(default_factory=list)
    spans: dict[str, int] = field(default_factory=dict)
    condition: str = ""
    children: "list[_Element | str]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked layout, as it was written."""

    body: str = ""
    style: str = ""

    def __bool__(self) -> bool:
        return bool(self.body.strip())


NO_LAYOUT = Layout()


def check(layout: Layout, *, known: Collection[str]) -> None:
    """Raise :class:`LayoutInvalid`, with ``body`` or ``style`` and the line, for what is not of this language."""
    _parse(layout.body, frozenset(known) | set(COMMON))
    _rules(layout.style)


def places(layout: Layout) -> set[str]:
    """The names that a layout prints or asks for."""
    asked = set(re.findall(r'\bif\s*=\s*"?([a-z][a-z0-9_]{0,29})', layout.body))
    return set(_PLACE.findall(layout.body)) | asked


def to_html(layout: Layout, values: Mapping[str, str]) -> str:
    """The layout with values in its places, every one escaped; a name without a value is empty."""
    return "".join(_written(child, values) for child in _parse(layout.body, None).children)


def to_css(layout: Layout) -> str:
    """The layout's style, every rule kept inside the layout."""
    return "\n".join(
        f"{', '.join(_inside(one) for one in selectors)} {{ {'; '.join(declarations)} }}"
        for selectors, declarations in _rules(layout.style)
    )


def _inside(selector: str) -> str:
    steps = [step.replace(".", ".o-", 1) for step in selector.split()]
    return f".{CLASS} {' '.join(steps)}"


# --- the body ---------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    """Builds the tree; anything it does not know is refused with its line."""

    def __init__(self, known: Collection[str] | None) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("div")
        self._open = [self.root]
        self._known = known
        self._elements = self._places = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self._refuse(_("不能用 <%(tag)s>。") % {"tag": tag[:20]})
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) > DEEPEST:
            self._refuse(_("版式太大：最多 %(most)s 个元素、%(deep)s 层。") % {"most": MOST_ELEMENTS, "deep": DEEPEST})
        element = _Element(tag)
        for name, value in attrs:
            self._attribute(element, name, value or "")
        self._open[-1].children.append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self._open.pop()

    def _attribute(self, element: _Element, name: str, value: str) -> None:
        if name == "class" and all(_NAME.fullmatch(one) for one in value.split()):
            element.classes = value.split()
        elif name in ("colspan", "rowspan") and value.isascii() and value.isdigit() and 1 <= int(value[:3]) <= 12:
            element.spans[name] = int(value)
        elif name == "if" and self._is_known(value):
            element.condition = value
        else:
            self._refuse(_("<%(tag)s> 的属性 %(name)s 不能用或者值不对。") % {"tag": element.tag, "name": name[:20]})

    def handle_endtag(self, tag: str) -> None:
        if tag in _EMPTY:
            return
        if len(self._open) == 1 or self._open[-1].tag != tag:
            self._refuse(_("</%(tag)s> 没有对应的开始。") % {"tag": tag[:20]})
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for name in _PLACE.findall(data):
            self._places += 1
            if not self._is_known(name):
                self._refuse(_("没有“%(name)s”这个栏目。") % {"name": name})
        if self._places > MOST_PLACES:
            self._refuse(_("最多放 %(most)s 处栏目。") % {"most": MOST_PLACES})
        rest = _PLACE.sub("", data)
        if any(sign in rest for sign in ("{{", "}}", "{%", "%}")):
            self._refuse(_("花括号里只能写栏目代号，例如 {{ scope }}。"))
        self._open[-1].children.append(data)

    def _is_known(self, name: str) -> bool:
        return self._known is None or name in self._known

    def handle_comment(self, data: str) -> None:
        self._refuse(_("不能有注释。"))

    def handle_decl(self, decl: str) -> None:
        self._refuse(_("不能有声明。"))

    def handle_pi(self, data: str) -> None:
        self._refuse(_("不能有声明。"))

    def unknown_decl(self, data: str) -> None:
        self._refuse(_("不能有声明。"))

    def finish(self) -> _Element:
        self.close()
        if len(self._open) > 1:
            self._refuse(_("<%(tag)s> 没有结束。") % {"tag": self._open[-1].tag})
        return self.root

    def _refuse(self, problem: str) -> NoReturn:
        refuse("body", self.getpos()[0], problem)


def refuse(part: str, line: int, problem: str) -> NoReturn:
    """Raise :class:`LayoutInvalid` for a line of ``body`` or ``style``."""
    told = _("第 %(line)s 行：%(problem)s") % {"line": line, "problem": problem}
    raise LayoutInvalid(problem=told, fields={part: told})


def _parse(body: str, known: Collection[str] | None) -> _Element:
    if len(body) > MOST_BODY:
        refuse("body", 1, _("最多 %(most)s 个字。") % {"most": MOST_BODY})
    reader = _Reader(known)
    reader.feed(body)
    return reader.finish()


def _written(node: "_Element | str", values: Mapping[str, str]) -> str:
    if isinstance(node, str):
        return "".join(_filled(node, values))
    if node.condition and not values.get(node.condition):
        return ""
    classes = f' class="{" ".join(f"o-{one}" for one in node.classes)}"' if node.classes else ""
    spans = "".join(f' {name}="{count}"' for name, count in node.spans.items())
    head = f"<{node.tag}{classes}{spans}>"
    if node.tag in _EMPTY:
        return head
    return f"{head}{''.join(_written(child, values) for child in node.children)}</{node.tag}>"


def _filled(text: str, values: Mapping[str, str]) -> Iterator[str]:
    parts = _PLACE.split(text)  # text, name, text, name … text
    for index, part in enumerate(parts):
        if index % 2:
            yield escape(values.get(part, "")).replace("\n", "<br>")
        else:
            yield escape(part)


# --- the style --------------------------------------------------------------------------------------


def _rules(style: str) -> list[tuple[list[str], list[str]]]:
    """Each rule as its selectors and its declarations."""
    if len(style) > MOST_STYLE:
        refuse("style", 1, _("最多 %(most)s 个字。") % {"most": MOST_STYLE})
    text = _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), style)
    rules: list[tuple[list[str], list[str]]] = []
    position = 0
    while text[position:].strip():
        line = text[:position].count("\n") + 1
        found = _RULE.match(text, position)
        if found is None or len(rules) == MOST_RULES:
            refuse("style", line, _("写成 .名称 { 属性: 值; } 这样，最多 %(most)s 条。") % {"most": MOST_RULES})
        selectors = [" ".join(one.split()) for one in found[1].split(",")]
        for selector in selectors:
            _check_selector(selector, line)
        rules.append((selectors, [_declaration(one, line) for one in found[2].split(";") if one.strip()]))
        position = found.end()
    return rules


def _check_selector(selector: str, line: int) -> None:
    steps = selector.split(" ")
    if not 1 <= len(steps) <= 3 or not all(step and _SELECTOR.fullmatch(step) for step in steps):
        refuse("style", line, _("“%(text)s”不能作选择器，只能用元素名和 .名称。") % {"text": selector[:40]})
    if any(tag and tag not in TAGS for tag in (step.partition(".")[0] for step in steps)):
        refuse("style", line, _("“%(text)s”不能作选择器，只能用元素名和 .名称。") % {"text": selector[:40]})


def _declaration(text: str, line: int) -> str:
    name, colon, value = (part.strip().lower() for part in text.partition(":"))
    if not colon or name not in _PROPERTIES:
        refuse("style", line, _("不能用属性 %(name)s。") % {"name": name[:30]})
    words = value.split()
    if not 1 <= len(words) <= 4 or not all(_VALUE.fullmatch(word) for word in words):
        refuse("style", line, _("%(name)s 的值“%(value)s”不能用。") % {"name": name, "value": value[:30]})
    if name == "display" and value not in _DISPLAY:
        refuse("style", line, _("%(name)s 的值“%(value)s”不能用。") % {"name": name, "value": value[:30]})
    return f"{name}: {' '.join(words)}"
