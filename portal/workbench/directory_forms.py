"""Forms of the directory (基本目录) and of new items: shape and format only; what is allowed, the actions decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from common.formatting import code_label
from identity.models import Department
from portal.workbench.forms import _search_box
from services import codes
from services.descriptions import LegalBasisPart
from services.editing.directory import EntryContent
from services.models import DirectoryVersion
from services.states import Standing

BASIS_KINDS = ("法律", "行政法规", "国务院决定", "地方性法规", "部门规章", "政府规章", "规范性文件")
_MOST_BASES = 50


def _named(choices: Any) -> list[tuple[str, str]]:
    return [(str(value), code_label(label)) for value, label in choices]


def _boxes(label: Any, choices: Any, help_text: Any = "", *, required: bool = True) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=lambda: _named(choices),
        required=required,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )


def _text(label: Any, limit: int, help_text: Any = "", *, required: bool = False, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=limit, help_text=help_text, required=required, widget=widget)


class NamedChoice(forms.ModelChoiceField):
    """A department, shown with its region."""

    def label_from_instance(self, obj: Any) -> str:
        """Region and department."""
        return f"{obj.region.name} · {obj.name}"


class EntryFilterForm(forms.Form):
    """The filters of the list; a value that is none of the choices counts as not given."""

    text = _search_box(_("名称或编码开头"), 60)
    item_type = forms.ChoiceField(
        label=_("事项类型"),
        required=False,
        choices=lambda: [("", _("全部类型")), *_named(codes.ItemType.choices)],
    )
    department: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("业务指导部门"), queryset=None, required=False, empty_label=_("全部部门")
    )
    industry = forms.RegexField(
        "^[0-9A-HJ-NP-RT-UW-Y]{2}$",
        label=_("中央指导部门代码"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("指导部门代码 2 位"), "maxlength": "2"}),
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=lambda: [
            ("", _("全部状态")),
            *_named(Standing.choices[1:]),
            ("bare", _("还没有要素")),
            ("review", _("等审核")),
        ],
    )

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class EntryForm(forms.Form):
    """The basic elements of an entry; its legal bases are in :data:`BasisFormSet`."""

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = _text(_("事项名称"), 1000, required=True)
    use_levels = _boxes(_("行使层级"), codes.UseLevel.choices, _("哪几级可以行使；不在这里的层级不能新增事项"))
    audience = _boxes(_("服务对象"), codes.Audience.choices, _("都不选就由实施部门自己定"), required=False)
    division = _text(_("权限划分"), 1000, _("各级之间怎么分"), rows=3)
    power_content = _text(_("行使内容"), 20_000, rows=4)
    note = _text(_("这一版的说明"), 500, _("改了什么、为什么，审核的人会看到"), rows=3)

    def content(self, bases: tuple[LegalBasisPart, ...]) -> EntryContent:
        """What is to be saved."""
        given = {name: value for name, value in self.cleaned_data.items() if name in EntryContent.__dataclass_fields__}
        for name in ("use_levels", "audience"):
            given[name] = tuple(given[name])
        return EntryContent(**given, legal_bases=bases)

    @staticmethod
    def values(version: DirectoryVersion) -> dict[str, Any]:
        """The starting values for a version."""
        names = ("name", "use_levels", "audience", "division", "power_content", "note")
        return {name: getattr(version, name) for name in names}


class NewEntryForm(EntryForm):
    """A new entry: how its code is made, then its elements."""

    field_order = ("item_type", "level", "guiding", "main", "local_code", "department")

    item_type = forms.ChoiceField(
        label=_("事项类型"), choices=lambda: _named(codes.ItemType.choices), initial=codes.ItemType.LICENCE
    )
    level = forms.ChoiceField(
        label=_("目录层级"),
        choices=(("own", _("本省目录")), ("state", _("国家目录"))),
        help_text=_("国家目录的编码以 00 开头"),
        initial="own",
    )
    guiding = forms.CharField(
        label=_("中央指导部门代码"),
        max_length=2,
        required=False,
        help_text=_("2 位；主项后 3 位接着已有的往下编，用过的不再用"),
    )
    main = forms.CharField(
        label=_("主项编码"), max_length=5, required=False, help_text=_("上级已经编好的填 5 位，没有的空着")
    )
    local_code = _text(_("地方基本编码"), 50, _("原来的编码，留着对照"))
    department = NamedChoice(
        label=_("业务指导部门"),
        queryset=None,
        required=False,
        empty_label=_("没有"),
        help_text=_("由它的管理员维护和审核"),
    )

    def __init__(self, *args: Any, departments: QuerySet[Department], is_part: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        if is_part:  # a 子项 takes everything else from its 主项
            for name in ("item_type", "level", "guiding", "main"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """One of the two ways to the 主项 is needed."""
        given = super().clean() or {}
        if "guiding" in self.fields and not given.get("main"):
            if not given.get("guiding") and "guiding" not in self.errors:
                self.add_error("guiding", _("请填中央指导部门代码，或者填写主项编码。"))
            elif given.get("guiding") and len(given["guiding"]) != 2:
                self.add_error("guiding", _("应当是 2 位。"))
        return given


class KeepingForm(forms.Form):
    """What is kept beside the elements."""

    local_code = _text(_("地方基本编码"), 50)
    department = NamedChoice(label=_("业务指导部门"), queryset=None, required=False, empty_label=_("没有"))

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class BasisForm(forms.Form):
    """One 设定依据 (law, number, article, gist, issuer, since, kind, as nationally). Empty rows drop out."""

    law = _text(_("法律法规名称"), 200, _("不用写书名号"))
    kind = forms.ChoiceField(
        label=_("种类"),
        required=False,
        choices=lambda: [("", _("没有选")), *((one, code_label(one)) for one in BASIS_KINDS)],
    )
    article = _text(_("条款号"), 100, _("第几条第几款第几项"))
    number = _text(_("文号"), 100)
    issuer = _text(_("颁布机关"), 100)
    since = forms.DateField(
        label=_("实施日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请按 2026-01-31 这样填写日期。")},
    )
    gist = _text(_("条款内容"), 1000, rows=3)

    def __init__(self, *args: Any, kinds: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        more = [(one, one) for one in kinds if one and one not in BASIS_KINDS]  # imported kinds of another list stay
        self.fields["kind"].choices = [*self.fields["kind"].choices, *more]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever fills in anything names the law."""
        given = super().clean() or {}
        if any(value for name, value in given.items() if name != "DELETE") and not given.get("law"):
            self.add_error("law", _("请写法律法规名称。"))
        return given


class _Bases(BaseFormSet):
    def parts(self) -> tuple[LegalBasisPart, ...]:
        """The bases that are to be kept, in their order."""
        rows = (form.cleaned_data for form in self.forms if form.is_valid() and form not in self.deleted_forms)
        return tuple(
            LegalBasisPart(law=row["law"], **{name: _said(row.get(name)) for name in _BASIS_NAMES})
            for row in rows
            if row.get("law")
        )


def _said(value: Any) -> Any:
    return value if isinstance(value, str) else value.isoformat() if value else ""


_BASIS_NAMES: tuple[Any, ...] = ("kind", "article", "number", "issuer", "since", "gist")
BasisFormSet = formset_factory(
    BasisForm,
    formset=_Bases,
    extra=1,
    can_delete=True,
    max_num=_MOST_BASES,
    absolute_max=_MOST_BASES,
    validate_max=True,
)


class StandingForm(forms.Form):
    """Why an entry is paused, resumed or cancelled."""

    reason = _text(_("理由"), 500, _("审核的人和实施部门会看到"), required=True, rows=3)


class NewItemForm(forms.Form):
    """Which body takes an entry into its list, at which level."""

    department = NamedChoice(label=_("实施部门"), queryset=None, empty_label=_("请选择"))
    use_level = forms.ChoiceField(
        label=_("行使层级"),
        required=False,
        choices=lambda: [("", _("按部门所在地区")), *_named(codes.UseLevel.choices)],
    )
    local_code = _text(_("地方实施编码"), 100, _("原来系统里的编码，留着对照；没有的空着"))

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class HandlingForm(forms.Form):
    """A new 业务办理项 under an item."""

    name = _text(_("业务办理项名称"), 200, _("例如：食品经营许可（延续）"), required=True)


class PickForm(forms.Form):
    """The search of a picker."""

    text = _search_box(_("名称或编码"), 60)
