"""The values of a version in words: codes by their names, conditions as sentences; pure.

Nothing here shows a key, an id or stored JSON: whoever reads a comparison or a list of rows reads words.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from common.formatting import code_label, format_list
from services.descriptions import PARTS, SituationPart, StagePart
from services.editing.elements import CODE_SETS
from services.models import ItemVersion

Names = Mapping[UUID, str]  # of certificate types, departments and posts


def column_words(name: str, value: Any, names: Names) -> str:
    """A plain element of a version in words; empty for nothing."""
    if name == "use_level" and value:
        return format_list(code_label(CODE_SETS[name].get(one, one)) for one in value.split("^"))
    if name == "assurance_level":
        return str(value)
    return _words(ItemVersion, name, value, names)


def part_words(part: str, name: str, value: Any, names: Names, questions: Iterable[SituationPart] = ()) -> str:
    """A column of a row of a list in words."""
    if not value:
        return ""
    if name == "when":
        return when_words(value, questions)
    if name == "options":
        return "\n".join(option_words(one, questions) for one in value)
    if name == "pieces":
        return "\n".join(piece_words(one, names) for one in value)
    if name == "satisfied_by":
        return format_list(sorted(names.get(one, _("没有列出的证照")) for one in value))
    return _words(PARTS[part][0], name, value, names)


def stage_names(keys: str | Iterable[str], stages: Iterable[StagePart]) -> str:
    """The stages of a route that another one names (a list of keys, or one key), by their names."""
    known = {stage.key: stage.name for stage in stages}
    wanted = [keys] if isinstance(keys, str) else keys
    return format_list(known.get(key, _("已经没有的环节")) for key in wanted if key)


def option_words(option: Mapping[str, Any], questions: Iterable[SituationPart]) -> str:
    """An answer with the situation it is offered in."""
    when = option.get("when") or {}
    label = str(option.get("label", ""))
    return _("%(label)s（%(when)s）") % {"label": label, "when": when_words(when, questions)} if when else label


def piece_words(piece: Mapping[str, Any], names: Names) -> str:
    """A piece of a material with the certificates that stand for it."""
    kinds = format_list(sorted(names.get(UUID(one), _("没有列出的证照")) for one in piece.get("types") or ()))
    return _("%(name)s（%(kinds)s）") % {"name": piece["name"], "kinds": kinds} if kinds else str(piece["name"])


def when_words(when: Mapping[str, Any], questions: Iterable[SituationPart]) -> str:
    """A condition as a sentence: “经营方式”选“堂食、外卖”，并且…; empty when it always holds."""
    known = {question.key: question for question in questions}
    parts = []
    for key, wanted in when.items():
        values = wanted if isinstance(wanted, list | tuple) else [wanted]
        question = known.get(key)
        labels = {one.get("value"): one.get("label", "") for one in question.options} if question else {}
        answers = format_list(str(labels.get(value) or _("已经没有的选项")) for value in values)
        name = question.question if question else _("已经没有的问题")
        parts.append(_("“%(question)s”选%(answers)s") % {"question": name, "answers": answers})
    return _("，并且").join(parts)


def yes_or_no(value: bool) -> str:
    """是 or 否."""
    return _("是") if value else _("否")


def _words(model: Any, name: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, UUID):
        return names.get(value, _("（没有列出）"))
    if isinstance(value, list | tuple):
        labels = CODE_SETS.get(name, {})
        shown = [code_label(labels[one]) if one in labels else _line(one) for one in value]
        return format_list(shown) if name in CODE_SETS else "\n".join(shown)
    if name in CODE_SETS:
        return code_label(CODE_SETS[name].get(value, value))
    labels = dict(model._meta.get_field(name.removesuffix("_id")).flatchoices)
    if value in labels:
        return code_label(labels[value])
    if isinstance(value, dt.date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _line(value: Any) -> str:
    """One line of a list of lines; a body that takes part is written as name and code."""
    if isinstance(value, Mapping):
        return " ".join(str(one) for one in value.values() if one)
    return str(value)
