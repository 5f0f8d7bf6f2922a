"""The forms of the editor: one for the plain elements of a section, one for a row of each list.

Each remembers, signed, what it showed when it was opened: so that only what a person really changed is saved, and
when somebody else was quicker both changes can be shown side by side.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.utils.translation import gettext as _

from common.formatting import format_list
from portal.workbench.editor import quota
from portal.workbench.editor.controls import (
    LinesField,
    column_field,
    condition_fields,
    condition_of,
    condition_values,
    short_text,
    shown,
    stored,
)
from portal.workbench.editor.form_fields import field_after, field_fields
from services.codes import StageKind
from services.descriptions import PARTS, SituationPart, StagePart, VersionContent
from services.editing import rows
from services.editing.elements import COLUMN_LABELS, PART_LABELS, STEPS, Section
from services.editing.queries import Offers
from services.editing.rows import RowList
from services.editing.wording import yes_or_no
from services.fields import is_day
from services.models import ItemVersion

_SALT = "workbench.editor"
_LONGEST_TOKEN = 400_000  # characters; far beyond any row
_RARE = frozenset(
    {
        *("kind", "blank_form", "sample", "paper_format", "source_note", "acceptance", "taken_by", "material_type"),
        *("issuer", "issuer_time", "issuer_place", "issuer_note", "use_note", "originals", "copies"),
    }
)


class EditForm(forms.Form):
    """What both kinds of form do: tell what was changed since it was opened, and carry that along."""

    def __init__(self, fields: Mapping[str, forms.Field], *, opened: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data, initial=dict(opened))
        self.opened = dict(opened)
        self.fields.update(fields)

    @property
    def token(self) -> str:
        """What the form showed when it was opened, signed."""
        return signing.dumps(self.opened, salt=_SALT, compress=True)

    def typed(self) -> dict[str, Any]:
        """What was changed, as it was typed, right or wrong."""
        return {name: self[name].value() for name in self.changed_data}

    def words(self, name: str, value: Any) -> str:
        """A value of a field in words."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            labels = {str(key): str(label) for key, label in field.choices}  # type: ignore[misc,union-attr]
            values = value if isinstance(value, list | tuple) else [value or ""]
            return format_list(labels.get(str(one), str(one)) for one in values)
        if isinstance(field, forms.BooleanField):
            return yes_or_no(bool(value))
        return "" if value is None else str(value)

    def differences(self, other: Mapping[str, Any]) -> list[tuple[str, str, str, bool]]:
        """(label, when opened, now, whether changed here too) of fields that somebody else changed meanwhile."""
        mine = set(self.changed_data) if self.is_bound else set()
        return [
            (str(field.label), self.words(name, self.opened.get(name)), self.words(name, other.get(name)), name in mine)
            for name, field in self.fields.items()
            if field.has_changed(self.opened.get(name), other.get(name))
        ]


def read_token(text: str) -> dict[str, Any] | None:
    """What a form showed when it was opened; None for a token that is not ours."""
    if not text or len(text) > _LONGEST_TOKEN:
        return None
    try:
        return dict(signing.loads(text, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None


# The plain elements of a section.


def section_fields(section: Section, locked: Sequence[str], offers: Offers) -> dict[str, forms.Field]:
    """The fields of a section, without those that the directory settles."""
    fields = {
        name: column_field(ItemVersion, name, label=str(COLUMN_LABELS[name]), offers=offers.certificates)
        for name in section.columns
        if name not in locked
    }
    if "name" in fields:
        fields["name"].required = True
        fields["name"].error_messages["required"] = _("请填名称。")
    quota.dress(fields)
    return fields


def section_values(section: Section, content: VersionContent) -> dict[str, Any]:
    """The values of a section as its form shows them."""
    return {name: shown(name, getattr(content, name)) for name in section.columns}


def section_changes(form: EditForm, content: VersionContent) -> dict[str, Any] | None:
    """What :func:`save_draft` is to change: what was changed here; None when the form says what is wrong with it."""
    changes: dict[str, Any] = {}
    for name in form.changed_data:
        value = stored(name, form.cleaned_data[name], getattr(content, name))
        changes[name] = (UUID(value) if value else None) if name == "result_type_id" else value
    return changes if quota.is_whole(form, content, changes) else None


# A row of a list.


def row_fields(
    where: RowList, place: int | None, row: Any, content: VersionContent, offers: Offers
) -> dict[str, forms.Field]:
    """The fields of a row (``row`` None: a new one)."""
    when = (rows.value_of(row, "when") if row is not None and _has_when(where) else None) or {}
    conditions = condition_fields(_usable(where, place, content), when) if _has_when(where) else {}
    if where.name == "fields":
        return {**field_fields(offers, content), **conditions}
    if where.name == "options":
        return {"label": short_text(_("选项"), 100, required=True), **conditions}
    if where.name == STEPS:
        return {"title": short_text(_("页名"), 100, required=True)}
    if where.name == "pieces":
        return _piece_fields(where, content, offers)
    others = [one for one in content.route if row is None or one.key != row.key] if where.part == "route" else []
    fields = {
        name: _order_field(name, str(label), others, row)
        if name in ("after", "lead")
        else _part_field(where.part, name, str(label), offers)
        for name, label in PART_LABELS[where.part].items()
        if name not in ("when", "options", "pieces")
    }
    if where.part == "situations" and row is None:
        fields["first_options"] = LinesField(
            label=_("选项"), required=False, longest=100, most=50, help_text=_("一行一个，至少两个；保存后可以再改")
        )
    return {**fields, **conditions}


def is_rare(where: RowList, name: str) -> bool:
    """Whether a field belongs under “more”."""
    return where.part == "materials" and name in _RARE


def _has_when(where: RowList) -> bool:
    return where.name in ("situations", "options", "materials", "fields")


def _usable(where: RowList, place: int | None, content: VersionContent) -> Sequence[SituationPart]:
    """The questions a condition may use: a question and its options look back only, all else sees every question."""
    if where.name == "situations":
        return content.situations[:place]
    return content.situations[: where.outer] if where.name == "options" else content.situations


_REQUIRED = {
    "legal_bases": {"law"},
    "situations": {"question"},
    "materials": {"name"},
    "fees": {"name", "standard", "basis"},
    "faqs": {"question", "answer"},
    "route": {"name", "department_id", "post_id", "days"},
}


def _part_field(part: str, name: str, label: str, offers: Offers) -> forms.Field:
    pairs: Sequence[tuple[str, str]] = {"department_id": offers.departments, "post_id": offers.posts}.get(name, ())
    if name == "satisfied_by":
        return forms.MultipleChoiceField(
            label=label,
            choices=offers.certificates,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("证照库里有的，申请人不用交；都不选就要上传"),
            error_messages={"invalid_choice": _("请从列出的证照里选。")},
        )
    field = column_field(PARTS[part][0], name, label=label, offers=pairs, hint=str(_HINTS.get((part, name), "")))
    if name in _REQUIRED[part]:
        field.required = True
        field.error_messages["required"] = _("这一项必须填写。")
    return field


def _order_field(name: str, label: str, others: Sequence[StagePart], row: StagePart | None) -> forms.Field:
    """Which other stages this one waits for, or whose joint review it takes part in."""
    messages = {"invalid_choice": _("请从列出的环节里选。")}
    if name == "lead":
        joint = [(one.key, one.name) for one in others if one.kind == StageKind.JOINT and not one.lead]
        gone = [row.lead] if row and row.lead and row.lead not in dict(joint) else []
        return forms.ChoiceField(
            label=label,
            choices=[("", _("不参加")), *joint, *((key, _("已经没有的环节")) for key in gone)],
            required=False,
            help_text=_("参加的和牵头的一起开始，牵头的最后下结论；先加一个种类是“联合审查”的环节"),
            error_messages=messages,
        )
    known = {one.key for one in others}
    gone = [key for key in row.after if key not in known] if row else []
    return forms.MultipleChoiceField(
        label=label,
        choices=[*((one.key, one.name) for one in others), *((key, _("已经没有的环节")) for key in gone)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("都不选：受理后马上开始"),
        error_messages=messages,
    )


def _piece_fields(where: RowList, content: VersionContent, offers: Offers) -> dict[str, forms.Field]:
    """A piece of a material: the certificates it may be are those the material accepts."""
    assert where.outer is not None
    accepted = {str(key) for key in rows.row_at(content.materials, where.outer).satisfied_by}
    return {
        "name": short_text(_("名称"), 100, required=True, hint=_("例如：户口簿首页")),
        "types": forms.MultipleChoiceField(
            label=_("这一部分可以用这些电子证照免交"),
            choices=[(key, name) for key, name in offers.certificates if key in accepted],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("先在材料里选好可以免交的证照，再在这里分给各个部分"),
            error_messages={"invalid_choice": _("请从列出的证照里选。")},
        ),
        "kind": forms.SlugField(
            label=_("材料种类代号"),
            max_length=60,
            required=False,
            help_text=_("别的事项用同一个代号，核验过的就不用再交；只能用字母、数字和连字符"),
            error_messages={
                "invalid": _("只能用字母、数字和连字符。"),
                "max_length": _("最多 %(limit)s 个字。") % {"limit": 60},
            },
        ),
    }


_HINTS = {
    ("materials", "combination"): _("几个部分里有一个就行，或者要交齐；部分在保存以后加"),
    ("legal_bases", "since"): _("例如 2026-01-31"),
    ("fees", "charging"): _(
        "不在网上收的不填。一行一条：时间：受理后；每件：50.00；每单位：10.00，数量：copies，单位：份；"
        "减免：小微企业，收 0%，情形：size=small，依据：文号（或者 证照：证照类型代号）"
    ),
    ("materials", "fresh_days"): _("填了以后，申请人以前交过并核验过的可以再用"),
    ("route", "checklist"): _("现场核查的表单上逐项打勾，一行一项"),
    ("route", "assignment"): _("指定人员的，由部门负责人在办件里指定"),
    ("materials", "defer_days"): _("只有“容缺后补”要填"),
}


def row_values(where: RowList, row: Any, fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """The values of a row as its form shows them; those of a new one when ``row`` is None."""
    if row is None:
        return _new_values(where, fields)
    values = {}
    for name in fields:
        if name.startswith("when__") or name == "first_options":
            continue
        values[name] = shown(name, rows.value_of(row, name))
    if where.name == "fields":
        values["required"] = row.get("required", True)
        values["ask"] = row.get("ask") == "always"
    return {**values, **condition_values(fields, rows.value_of(row, "when") or {} if _has_when(where) else {})}


def _new_values(where: RowList, fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    if where.outer is not None or where.part == STEPS:
        return {"required": True, "type": "text"} if where.name == "fields" else {}
    defaults = {one.name: one.default for one in PARTS[where.part][1].__dataclass_fields__.values()}
    plain = (str, int, bool)
    return {name: shown(name, defaults[name]) for name in fields if isinstance(defaults.get(name), plain)}


def row_after(form: EditForm, where: RowList, row: Any, content: VersionContent, offers: Offers) -> Any:
    """The row with what was changed; None when the form says what is wrong with it."""
    if where.name == "fields":
        return field_after(form, row, content, offers)
    if where.part == "route" and not _check_post(form, offers):
        return None
    if where.part == "legal_bases" and form.cleaned_data["since"] and not is_day(form.cleaned_data["since"]):
        form.add_error("since", _("请按 2026-01-31 这样填写日期。"))
        return None
    is_new = row is None
    if is_new:
        row = _new_row(where, form)
    names = [name for name in form.fields if name != "first_options" and not name.startswith("when__")]
    wanted = names if is_new else [name for name in names if name in form.changed_data]
    values = {name: stored(name, form.cleaned_data[name], rows.value_of(row, name)) for name in wanted}
    if where.part == "route":  # a choice that was not sent stays as it is
        values = {name: value for name, value in values.items() if value or name not in ("kind", "assignment")}
    for name, value in values.items():
        if name in ("department_id", "post_id"):
            values[name] = UUID(value)
        elif name == "satisfied_by":
            values[name] = frozenset(UUID(one) for one in value)
    if _has_when(where):
        values["when"] = condition_of(form.cleaned_data, form.changed_data, rows.value_of(row, "when") or {})
    return rows.with_values(row, values)


def _check_post(form: EditForm, offers: Offers) -> bool:
    department, post = form.cleaned_data["department_id"], form.cleaned_data["post_id"]
    if department in offers.serving.get(post, ()):
        return True
    form.add_error("post_id", _("这个岗位不为所选的部门办事，请换一个岗位或者部门。"))
    return False


def _new_row(where: RowList, form: EditForm) -> Any:
    if where.name == "options":
        return {"value": rows.fresh_key("o"), "label": ""}
    if where.name == "pieces":
        return {"key": rows.fresh_key("p"), "name": ""}
    if where.name == STEPS:
        return {"key": rows.fresh_key("p"), "title": "", "fields": []}
    kind: Any = PARTS[where.part][1]
    own: dict[str, Any] = {
        name: "" for name, one in kind.__dataclass_fields__.items() if name in _REQUIRED[where.part] and name != "days"
    }
    if "days" in _REQUIRED[where.part]:
        own["days"] = 0
    if where.part in _KEYS:
        own["key"] = rows.fresh_key(_KEYS[where.part])
    if where.part == "situations":
        lines = form.cleaned_data.get("first_options") or []
        own["options"] = [{"value": rows.fresh_key("o"), "label": line} for line in dict.fromkeys(lines)]
    return kind(**own)


_KEYS = {"situations": "q", "materials": "m", "route": "r"}
