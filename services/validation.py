"""What must hold in an item's description before it is stored; pure, raises :class:`DescriptionInvalid`."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from services import charging, quotas
from services.codes import CATALOG_CODE, Replaces, is_handle_code, is_task_code
from services.descriptions import PARTS, ItemDescription, VersionContent, columns, parts_of
from services.elements import table_problems
from services.errors import DescriptionInvalid
from services.fields import TYPES, is_day, longest_of
from services.models import ItemVersion, ServiceItem
from services.patterns import is_safe
from services.pieces import shape_problems
from services.themes import ORGANISATION_THEMES, PERSON_THEMES

_SMALL_INTEGER = 32_767
_LEVELS = range(1, 6)
_MINOR_AGES = range(8, 18)  # 民法典第十九条
_MOST_DAYS_BEFORE = 365


def check_description(description: ItemDescription) -> None:
    """Raise :class:`DescriptionInvalid` with the first problem found."""
    for problem in problems(description):
        raise DescriptionInvalid(name=description.name, problem=problem)


def problems(description: ItemDescription) -> Iterator[str]:
    """Yield what is wrong: codes, lengths, code sets, references between parts (standard table 4, GB/T 39046)."""
    yield from _code_problems(description)
    content = description.content
    own = {"item_type": description.item_type, "state": description.state, "local_code": description.local_code}
    yield from _column_problems(ServiceItem, {**own, "department_name": description.department_name})
    yield from storing_problems(content)
    yield from condition_problems(content)
    yield from _limit_problems(content)


def storing_problems(content: VersionContent) -> Iterator[str]:
    """Yield what keeps even a draft from being stored: lengths, code sets, forbidden text, keys that repeat."""
    yield from _column_problems(ItemVersion, columns(content))
    for name, parts in parts_of(content):
        for part in parts:
            yield from _column_problems(PARTS[name][0], columns(part))
        yield from _repeated(name, (part.key for part in parts if hasattr(part, "key")))
    yield from _field_problems(content)
    for material in content.materials:
        yield from shape_problems(material.name, material.pieces)
    asked = {one.key: "choice" for one in content.situations}
    asked |= {spec["key"]: spec.get("type", "") for step in content.steps for spec in step.get("fields", ())}
    for fee in content.fees:
        yield from charging.problems_of(fee.name, fee.charging, asked)
    for column, problem in quotas.problems_of(content):
        yield f"{column}: {problem}"
    for basis in content.legal_bases:
        if basis.since and not is_day(basis.since):
            yield _("《%(law)s》的实施日期不是日期") % {"law": basis.law[:40]}


def _code_problems(description: ItemDescription) -> Iterator[str]:
    code, catalog = description.task_code, description.catalog_code
    if not description.name.strip():
        yield _("没有名称")
    if description.handle_code and not is_handle_code(description.handle_code):
        yield _("业务办理项编码 %(code)s 不是 33 位标准格式或者校验不通过") % {"code": description.handle_code}
    if not code and not description.local_code and not description.handle_code:
        yield _("实施编码和地方编码都没有")
    if catalog and not CATALOG_CODE.fullmatch(catalog):
        yield _("基本编码 %(code)s 不是 12 位标准格式") % {"code": catalog}
    if code and not is_task_code(code):
        yield _("实施编码 %(code)s 不是 31 位标准格式或者校验不通过") % {"code": code}
    if code and catalog and code[19:] != catalog:
        yield _("实施编码的后 12 位和基本编码不一致")


@cache
def _limits(model: type[models.Model]) -> dict[str, tuple[int | None, frozenset[str], bool]]:
    """Return ``{column: (longest, allowed values, is a number)}`` of a model."""
    return {
        entry.attname: (
            getattr(entry, "max_length", None),
            _allowed(entry),
            isinstance(entry, models.PositiveSmallIntegerField),
        )
        for entry in model._meta.concrete_fields
    }


def _allowed(entry: Any) -> frozenset[str]:
    """The values of a column with a code set; empty counts where the column may be left blank."""
    values = {value for value, _label in entry.flatchoices}
    return frozenset(values | {""}) if values and entry.blank else frozenset(values)


def _column_problems(model: type[models.Model], values: Mapping[str, Any]) -> Iterator[str]:
    limits = _limits(model)
    for name, value in values.items():
        longest, allowed, is_number = limits[name]
        if has_forbidden_text(value):
            yield _("%(field)s 含有不能保存的字符") % {"field": name}
        if is_number and value is not None and not 0 <= value <= _SMALL_INTEGER:
            yield _("%(field)s 的数值 %(value)s 超出范围") % {"field": name, "value": value}
        if not isinstance(value, str):
            continue
        if longest and len(value) > longest:
            yield _("%(field)s 超过 %(limit)s 个字") % {"field": name, "limit": longest}
        if allowed and value not in allowed:
            yield _("%(field)s 的取值 %(value)s 不在代码集里") % {"field": name, "value": value}


def has_forbidden_text(value: Any) -> bool:
    """Tell whether text anywhere in a JSON value holds what PostgreSQL cannot store: NUL or half a surrogate pair."""
    if isinstance(value, str):
        return "\x00" in value or (not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value))
    if isinstance(value, Mapping):
        return any(has_forbidden_text(key) or has_forbidden_text(inner) for key, inner in value.items())
    return isinstance(value, list | tuple) and any(has_forbidden_text(inner) for inner in value)


def _repeated(name: str, keys: Iterable[str]) -> Iterator[str]:
    for key, count in Counter(keys).items():
        if count > 1:
            yield _("%(part)s 里 %(key)s 出现了 %(count)s 次") % {"part": name, "key": key, "count": count}


def condition_problems(content: VersionContent) -> Iterator[str]:
    """Every ``when`` must name a question and answers that exist; a question may only look back."""
    known: dict[str, set[str]] = {}
    for question in content.situations:
        yield from _unknown_answers(question.key, question.when, known)
        for option in question.options:
            yield from _unknown_answers(f"{question.key}.{option.get('value')}", option.get("when") or {}, known)
        if len(question.options) < 2:
            yield _("问题 %(key)s 至少要有两个选项") % {"key": question.key}
        known[question.key] = {option.get("value", "") for option in question.options}
    for material in content.materials:
        yield from _unknown_answers(material.key, material.when, known)
    for entry in _fields(content):
        yield from _unknown_answers(entry["key"], entry.get("when") or {}, known)


def _unknown_answers(where: str, when: Mapping[str, Any], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    for key, wanted in when.items():
        for value in wanted if isinstance(wanted, list) else [wanted]:
            if value not in known.get(key, ()):
                yield _("%(where)s 的条件 %(key)s=%(value)s 没有对应的问题或选项") % {
                    "where": where,
                    "key": key,
                    "value": value,
                }


def _fields(content: VersionContent) -> list[dict[str, Any]]:
    return [entry for step in content.steps for entry in step["fields"]]


def _field_problems(content: VersionContent) -> Iterator[str]:
    fields = _fields(content)
    yield from _repeated("steps", (entry["key"] for entry in fields))
    for entry in fields:
        if entry["type"] not in TYPES:
            yield _("栏目 %(key)s 的类型 %(type)s 不认识") % {"key": entry["key"], "type": entry["type"]}
        if entry["type"] in ("choice", "multichoice") and not entry.get("choices"):
            yield _("栏目 %(key)s 没有列出选项") % {"key": entry["key"]}
        if not is_safe(entry.get("pattern") or "", entry.get("max_length") or longest_of(entry["type"])):
            yield _("栏目 %(key)s 的格式写法不对或者太复杂") % {"key": entry["key"]}
        if entry["type"] == "group":
            for problem in table_problems(entry):
                yield _("栏目 %(key)s：%(problem)s") % {"key": entry["key"], "problem": problem}


def _limit_problems(content: VersionContent) -> Iterator[str]:
    yield from _unknown_themes(content.themes_person, PERSON_THEMES)
    yield from _unknown_themes(content.themes_org, ORGANISATION_THEMES)
    if content.assurance_level not in _LEVELS:
        yield _("实名等级应当是 1 到 5")
    if content.open_from_age is not None and content.open_from_age not in _MINOR_AGES:
        yield _("未成年人自己申请的年龄应当是 8 到 17")
    if content.renew_before_days is not None and not 1 <= content.renew_before_days <= _MOST_DAYS_BEFORE:
        yield _("延续提出的日数应当是 1 到 365")
    if content.renew_before_days is not None and content.replaces != Replaces.RENEW:
        yield _("只有延续、换领的事项填延续提出的日数")
    if (
        content.statutory_days is not None
        and content.promise_days is not None
        and content.promise_unit == content.statutory_unit
        and content.promise_days > content.statutory_days
    ):
        yield _("承诺时限长于法定时限")


def _unknown_themes(given: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for code in given:
        if code not in known:
            yield _("主题代码 %(code)s 不在代码集里") % {"code": code}
