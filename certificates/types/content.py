"""Everything of a certificate type that is written, reviewed and published together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from django.utils.translation import gettext as _

from certificates.errors import TypeInvalid
from certificates.layout import LOOKS
from certificates.layouts.language import Layout
from certificates.layouts.language import check as check_layout
from certificates.models import CertificateType, TypeDuty
from certificates.numbers import check_pattern
from certificates.validity import MOST_MONTHS, check_rule
from common.errors import Invalid

FIELD_KINDS = ("text", "date", "number")
MOST_FIELDS = 40
_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
_ELEMENT = re.compile(r"[a-z][a-z0-9_]{0,29}(?:\.[a-z][a-z0-9_]{0,29}){1,2}")
_SEQUENCE = re.compile(r"[0-9A-Z]{3}")
_PREFIX = re.compile(r"[0-9A-Z\u4e00-\u9fff]{0,10}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPart:
    """One field of the face (照面栏目); ``element`` is the data element it answers with authority."""

    key: str
    label: str
    kind: str = "text"  # of FIELD_KINDS
    element: str = ""
    sensitive: bool = False

    def stored(self) -> dict[str, Any]:
        """As :attr:`CertificateType.fields` has it: what is usual is not written."""
        row: dict[str, Any] = {"key": self.key, "label": self.label}
        if self.element:
            row["element"] = self.element
        if self.sensitive:
            row["sensitive"] = True
        if self.kind != "text":
            row["kind"] = self.kind
        return row


def field_parts(rows: Any) -> tuple[FieldPart, ...]:
    """The fields as they are stored with a type."""
    names = {one.name for one in fields(FieldPart)}
    return tuple(FieldPart(**{name: value for name, value in row.items() if name in names}) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeContent:
    """What a version of a type says. ``duties`` maps a right to the ids of posts, none: every decider."""

    name: str
    sequence: str  # the last three characters of the 21-character code
    holder_kind: str
    template: str
    seal_caption: str
    fields: tuple[FieldPart, ...] = ()
    is_single_instance: bool = True
    subject_field: str = ""
    validity_months: int | None = None
    validity: Mapping[str, Any] = field(default_factory=dict)
    number_pattern: str = ""
    number_prefix: str = ""
    retention: str = CertificateType.Retention.PERMANENT
    has_sm2_signature: bool = False
    body: str = ""  # of the type's own layout, certificates.layouts.language
    style: str = ""
    duties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """The type's own layout; an empty one is the look's."""
        return Layout(self.body, self.style)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        row = {one.name: getattr(self, one.name) for one in fields(self)}
        return row | {
            "fields": [part.stored() for part in self.fields],
            "validity": dict(self.validity),
            "retention": str(self.retention),
            "duties": {right: sorted(posts) for right, posts in sorted(self.duties.items()) if posts},
        }

    @classmethod
    def restored(cls, row: Mapping[str, Any]) -> Self:
        """From what :meth:`stored` gave."""
        duties = {right: tuple(posts) for right, posts in row.get("duties", {}).items()}
        return cls(**{**row, "fields": field_parts(row["fields"]), "duties": duties})

    def columns(self) -> dict[str, Any]:
        """What the row of a type in force has."""
        row = self.stored()
        return {name: value for name, value in row.items() if name not in ("sequence", "body", "style", "duties")}


def content_of(kind: CertificateType) -> TypeContent:
    """What a type says now; of one that has a version in force, that version's."""
    if kind.current_id and kind.current:
        return TypeContent.restored(kind.current.content)
    named: dict[str, list[str]] = {}
    for duty in kind.duties.all():
        named.setdefault(duty.right, []).append(str(duty.post_id))
    names = {one.name for one in fields(TypeContent)} - {"sequence", "fields", "body", "style", "duties"}
    return TypeContent(
        **{name: getattr(kind, name) for name in names},
        sequence=kind.type_code[18:],
        fields=field_parts(kind.fields),
        duties={right: tuple(sorted(posts)) for right, posts in named.items()},
    )


def check_content(content: TypeContent) -> None:
    """Raise :class:`TypeInvalid` with every field that cannot be, or the refusal of the pattern, rule or layout."""
    keys = frozenset(part.key for part in content.fields)
    wrong: dict[str, Any] = {name: problem for name, is_wrong, problem in _plain_checks(content, keys) if is_wrong}
    if problem := _fields_problem(content.fields):
        wrong["fields"] = problem
    for name, act in _checks(content, keys):
        try:
            act()
        except Invalid as error:
            wrong |= error.fields or {name: error.text}
    if wrong:
        raise TypeInvalid(fields=wrong)


def _plain_checks(content: TypeContent, keys: frozenset[str]) -> list[tuple[str, bool, str]]:
    """Each as the part's name, whether it is wrong, and what to write."""
    months, subject = content.validity_months, content.subject_field
    return [
        ("name", not 0 < len(content.name.strip()) <= 100, _("请写名称，最多 100 个字。")),
        ("sequence", not _SEQUENCE.fullmatch(content.sequence), _("顺序码是 3 位数字或者大写字母。")),
        ("holder_kind", content.holder_kind not in CertificateType.HolderKind.values, _("没有这种持证主体。")),
        ("template", content.template not in LOOKS, _("没有这种版面。")),
        ("seal_caption", not 0 < len(content.seal_caption.strip()) <= 30, _("请写签章名称，最多 30 个字。")),
        ("number_prefix", not _PREFIX.fullmatch(content.number_prefix), _("最多 10 个大写字母、数字或者汉字。")),
        ("retention", content.retention not in CertificateType.Retention.values, _("没有这种保管期限。")),
        (
            "validity_months",
            months is not None and not 1 <= months <= MOST_MONTHS,
            _("填 1 到 %(most)s 个月。") % {"most": MOST_MONTHS},
        ),
        ("subject_field", bool(subject) and subject not in keys, _("照面里没有这一栏。")),
        ("duties", bool(set(content.duties) - set(TypeDuty.Right.values)), _("没有这项权限。")),
        ("name", bool(_UNPRINTABLE.search(_all_text(content.stored()))), _("内容含有不能保存的字符。")),
    ]


def _checks(content: TypeContent, keys: frozenset[str]) -> list[tuple[str, Any]]:
    acts: list[tuple[str, Any]] = [
        ("validity", lambda: check_rule(content.validity, fields=keys)),
        ("body", lambda: check_layout(content.layout, known=keys)),
    ]
    if content.number_pattern:
        acts.append(("number_pattern", lambda: check_pattern(content.number_pattern)))
    return acts


def _fields_problem(parts: tuple[FieldPart, ...]) -> str:
    keys = [part.key for part in parts]
    labels = [part.label.strip() for part in parts]
    if not all(_KEY.fullmatch(key) for key in keys) or len(set(keys)) != len(keys):
        return _("栏目的代号只能用小写字母、数字和下划线，不能重复。")
    if not all(labels) or len(set(labels)) != len(labels) or any(len(label) > 60 for label in labels):
        return _("每一栏都要有名称，最多 60 个字，不能重复。")
    if len(parts) > MOST_FIELDS:
        return _("最多 %(most)s 栏。") % {"most": MOST_FIELDS}
    if any(part.kind not in FIELD_KINDS for part in parts):
        return _("没有这种栏目类型。")
    if bad := next((part for part in parts if part.element and not _ELEMENT.fullmatch(part.element)), None):
        return _("栏目“%(label)s”的数据元写成 person.name 这样。") % {"label": bad.label}
    return ""


def _all_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_all_text(part) for part in value.values())
    if isinstance(value, list | tuple):
        return "".join(_all_text(part) for part in value)
    return value if isinstance(value, str) else ""


def changed_parts(before: TypeContent, after: TypeContent) -> list[str]:
    """The names of the parts in which two contents differ."""
    old, new = before.stored(), after.stored()
    return [name for name in new if old[name] != new[name]]
