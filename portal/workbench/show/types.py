"""A certificate type in words: part by part, two versions side by side, and the buttons of its steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from certificates.models import CertificateType, TypeDuty
from certificates.numbers import DEFAULT
from certificates.types.content import TypeContent
from certificates.types.labels import part_label
from certificates.types.queries import post_names
from common.formatting import action_label, code_label, format_list
from identity.reviewing.states import VersionAction
from portal.workbench.type_forms import FIELD_KIND_LABELS, LOOK_LABELS

_BUTTONS = {
    VersionAction.SUBMIT: "primary",
    VersionAction.APPROVE: "primary",
    VersionAction.PUBLISH: "primary",
    VersionAction.DISCARD: "danger",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One part: what it is called, what each version says (a line each), and whether that differs."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the versions differ in it."""
        return self.before != self.after


def parts_of(content: TypeContent) -> list[tuple[str, tuple[str, ...]]]:
    """Every part of a type with its label and its lines."""
    single = _("每个持证人一张") if content.is_single_instance else _("不限")
    rows: list[tuple[str, Iterable[str]]] = [
        ("name", [content.name]),
        ("sequence", [content.sequence]),
        ("holder_kind", [code_label(CertificateType.HolderKind(content.holder_kind).label)]),
        ("is_single_instance", [single]),
        ("subject_field", [content.subject_field]),
        ("validity", [validity_words(content)]),
        ("number_pattern", [content.number_pattern or DEFAULT]),
        ("number_prefix", [content.number_prefix]),
        ("retention", [code_label(CertificateType.Retention(content.retention).label)]),
        ("fields", [_field_words(part) for part in content.fields]),
        ("template", [str(LOOK_LABELS[content.template])]),
        ("seal_caption", [content.seal_caption]),
        ("has_sm2_signature", [_("有") if content.has_sm2_signature else _("没有")]),
        ("body", content.body.splitlines()),
        ("style", content.style.splitlines()),
        ("duties", _duty_words(content)),
    ]
    return [(part_label(name), tuple(filter(None, lines))) for name, lines in rows]


def side_by_side(old: TypeContent, new: TypeContent) -> list[Pair]:
    """Pair the parts of two contents."""
    rows = zip(parts_of(old), parts_of(new), strict=True)
    return [Pair(label, before, after) for (label, before), (_label, after) in rows]


def _field_words(part: Any) -> str:
    facts = [part.key, str(FIELD_KIND_LABELS[part.kind]), part.element, _("敏感") if part.sensitive else ""]
    return _("%(label)s（%(facts)s）") % {"label": part.label, "facts": "，".join(filter(None, facts))}


def _duty_words(content: TypeContent) -> list[str]:
    names = post_names({post for posts in content.duties.values() for post in posts})
    return [
        _("%(right)s：%(posts)s")
        % {
            "right": code_label(TypeDuty.Right(right).label),
            "posts": format_list(names.get(post, post) for post in posts),
        }
        for right, posts in sorted(content.duties.items())
    ]


def validity_words(content: TypeContent) -> str:
    """The validity rule in words."""
    labels = {part.key: part.label for part in content.fields}
    rule: dict[str, Any] = dict(content.validity) or {"kind": "months", "months": content.validity_months}
    match rule["kind"]:
        case "field":
            return _("到照面“%(field)s”写的那天") % {"field": labels.get(rule["field"], rule["field"])}
        case "age":
            return _("到持证人满 %(age)s 周岁的前一天") % {"age": rule["age"]}
        case "by_age":
            return format_list(_step(under, months) for under, months in rule["steps"])
        case _:
            return _term(rule.get("months"))


def _term(months: int | None) -> str:
    return _("%(months)s 个月") % {"months": months} if months else _("长期")


def _step(under: int | None, months: int | None) -> str:
    who = _("不满 %(age)s 周岁") % {"age": under} if under else _("其他人")
    return f"{who} {_term(months)}"


def buttons(steps: list[VersionAction]) -> list[dict[str, str]]:
    """The steps as buttons."""
    return [
        {"name": step.value, "label": action_label(step.label), "kind": _BUTTONS.get(step, "quiet")} for step in steps
    ]
