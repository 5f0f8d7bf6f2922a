"""What must hold before a bundle's version is stored, even as a draft; pure but for the limits of the columns."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from services.bundles.codes import EVENTS_OF
from services.bundles.content import BundleContent
from services.bundles.errors import BundleInvalid, DependencyCycle
from services.bundles.rules import find_cycle
from services.validation import has_forbidden_text

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LONGEST = {"name": 100, "summary": 300, "question": 200, "help": 300, "label": 100, "note": 200}
_MOST_MEMBERS = 30
_MOST_QUESTIONS = 20
_MOST_OPTIONS = 20


def require_code(code: str) -> None:
    """Raise :class:`BundleInvalid` for a code that fits no address."""
    if not _KEY.fullmatch(code):
        problem = _("编码要用小写英文字母开头，只含小写字母、数字、横线，最多 40 个。")
        raise BundleInvalid(fields={"code": problem}, count=1, first=problem)


def require_storable(content: BundleContent, names: Mapping[str, str]) -> None:
    """Raise :class:`BundleInvalid` with every place that is wrong, or :class:`DependencyCycle`.

    ``names`` says what the members are called, by their keys.
    """
    problems = dict(_problems(content))
    if problems:
        raise BundleInvalid(fields=problems, count=len(problems), first=next(iter(problems.values())))
    circle = find_cycle({member.key: member.after for member in content.members})
    if circle:
        path = " → ".join(names.get(key, key) for key in circle)
        raise DependencyCycle(fields={"after": str(DependencyCycle.message) % {"path": path}}, path=path)


def _problems(content: BundleContent) -> Iterator[tuple[str, str]]:
    yield from _texts("", {"name": content.name, "summary": content.summary})
    if not content.name.strip():
        yield "name", _("请写名称。")
    if content.life_event not in EVENTS_OF.get(content.side, ()):
        yield "life_event", _("请选这一边的阶段。")
    for values in (content.synonyms, content.legal_bases):
        if has_forbidden_text(values):
            yield "synonyms", _("含有不能保存的字符。")
    if any(len(word) > _LONGEST["name"] for word in content.synonyms):
        yield "synonyms", _("每个叫法最多 100 个字。")
    yield from _questions(content)
    yield from _members(content)


def _texts(where: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in values.items():
        place = f"{where}.{name}" if where else name
        if has_forbidden_text(text):
            yield place, _("含有不能保存的字符。")
        elif len(text) > _LONGEST[name]:
            yield place, _("最多 %(limit)s 个字。") % {"limit": _LONGEST[name]}


def _repeated(keys: list[str]) -> set[str]:
    return {key for key, count in Counter(keys).items() if count > 1}


def _questions(content: BundleContent) -> Iterator[tuple[str, str]]:
    known: dict[str, set[str]] = {}
    repeated = _repeated([question.key for question in content.questions])
    if len(content.questions) > _MOST_QUESTIONS:
        yield "questions", _("最多 %(limit)s 个问题。") % {"limit": _MOST_QUESTIONS}
    for question in content.questions:
        where = f"question:{question.key}"
        values = [str(option.get("value", "")) for option in question.options]
        yield from _texts(where, {"question": question.question, "help": question.help})
        if not _KEY.fullmatch(question.key) or question.key in repeated:
            yield where, _("代号要用小写英文字母开头，不能重复。")
        if not question.question.strip():
            yield f"{where}.question", _("请写问题。")
        if not 2 <= len(values) <= _MOST_OPTIONS:
            yield f"{where}.options", _("选项要有 2 到 20 个。")
        if _repeated(values) or not all(map(_KEY.fullmatch, values)):
            yield f"{where}.options", _("选项的代号要用小写英文字母开头，不能重复。")
        for option in question.options:
            yield from _texts(where, {"label": str(option.get("label", ""))})
            if not str(option.get("label", "")).strip():
                yield f"{where}.options", _("每个选项都要有文字。")
            yield from _conditions(where, option.get("when") or {}, known)
        yield from _conditions(where, question.when, known)
        known[question.key] = set(values)


def _conditions(where: str, when: Mapping[str, Any], known: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """A condition names an earlier question and answers it has."""
    for key, wanted in when.items():
        for value in wanted if isinstance(wanted, list) else [wanted]:
            if value not in known.get(key, ()):
                yield f"{where}.when", _("条件 %(key)s=%(value)s 没有对应的问题或选项。") % {"key": key, "value": value}


def _members(content: BundleContent) -> Iterator[tuple[str, str]]:
    keys = [member.key for member in content.members]
    entries = [str(member.entry_id) for member in content.members]
    known = {question.key: {option["value"] for option in question.options} for question in content.questions}
    if len(keys) > _MOST_MEMBERS:
        yield "members", _("最多 %(limit)s 个事项。") % {"limit": _MOST_MEMBERS}
    for member in content.members:
        where = f"member:{member.key}"
        yield from _texts(where, {"note": member.note})
        if not _KEY.fullmatch(member.key) or member.key in _repeated(keys):
            yield where, _("代号要用小写英文字母开头，不能重复。")
        if str(member.entry_id) in _repeated(entries):
            yield where, _("同一个事项只能放一次。")
        for earlier in member.after:
            if earlier not in keys:
                yield f"{where}.after", _("要等的 %(key)s 不在这件事里。") % {"key": earlier}
        yield from _conditions(where, member.when, known)
        for rule in member.answers.values():
            if "value" not in rule:
                values = dict.fromkeys(rule.get("values") or {})
                yield from _conditions(where, {rule.get("question", ""): list(values)}, known)
