"""Forms about staff, posts and places: shape and format only; what is allowed, the actions decide."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, Invalid
from common.formatting import code_label
from identity.models import Account, Department, Post, PostHolding, Region
from portal.workbench.forms import _search_box


def refuse(form: forms.Form, error: DomainError, *, elsewhere: Mapping[str, str] | None = None) -> None:
    """Put a refusal into the form: at its fields where it names them (or those ``elsewhere`` says), else above."""
    names = {name: (elsewhere or {}).get(name, name) for name in error.fields}
    known = {names[name]: str(text) for name, text in error.fields.items() if names[name] in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, error.text if isinstance(error, Invalid) else f"{error.text}{error.what_to_do}")


def _text(label: Any, limit: int, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, help_text=help_text, required=required)


def _roles() -> list[tuple[str, str]]:
    return [(value, code_label(label)) for value, label in PostHolding.Role.choices]


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(),
        error_messages={"invalid": _("日期写成 2026-01-31 这样。")},
    )


class PostChoice(forms.ModelChoiceField):
    """A post, shown with its department."""

    def label_from_instance(self, obj: Any) -> str:
        """Department and post."""
        return f"{obj.department.short_name} · {obj.name}"


class PersonChoice(forms.ModelChoiceField):
    """A member of staff, shown with the number."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and number."""
        return f"{obj.staff_name}（{obj.username}）"


class StaffFilterForm(forms.Form):
    """The filters of the list of staff; a value that is none of the choices counts as not given."""

    STATES = (("", _("全部状态")), ("active", _("在岗")), ("without", _("没有岗位")), ("closed", _("已停用")))

    text = _search_box(_("姓名或工号"), 60)
    department: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("部门"), queryset=None, required=False, empty_label=_("全部部门")
    )
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class GivePostForm(forms.Form):
    """A post and a role, from a day on, perhaps to a day."""

    post = PostChoice(label=_("岗位"), queryset=None)
    role = forms.ChoiceField(label=_("角色"), choices=_roles)
    starts_on = _day(_("从哪天起"), required=False, help_text=_("空着就是今天"))
    ends_on = _day(_("到哪天止"), required=False, help_text=_("空着就是一直"))

    def __init__(self, *args: Any, posts: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]


class NewStaffForm(GivePostForm):
    """A new member of staff with the first post."""

    staff_number = _text(_("工号"), 32, _("登录用，3 到 32 个字母、数字"))
    name = _text(_("姓名"), 60)
    field_order = ("staff_number", "name", "post", "role", "starts_on", "ends_on")


class RenameForm(forms.Form):
    """A corrected name."""

    name = _text(_("姓名"), 60)


class EndPostForm(forms.Form):
    """Which of the holdings ends, and why."""

    holding = forms.ChoiceField(label=_("结束哪个岗位"), widget=forms.RadioSelect)
    why = _text(_("原因"), 200)

    def __init__(self, *args: Any, holdings: Iterable[PostHolding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holding"].choices = [  # type: ignore[attr-defined]
            (str(row.pk), holding_label(row)) for row in holdings
        ]


class SubstituteForm(EndPostForm):
    """Who stands in, in which post, from when to when."""

    holding = forms.ChoiceField(label=_("哪个岗位"), widget=forms.RadioSelect)
    why = None  # type: ignore[assignment]
    substitute = _text(_("代理人的工号"), 32)
    starts_on = _day(_("从哪天起"))
    ends_on = _day(_("到哪天止"))


class OwnSubstituteForm(SubstituteForm):
    """The same, among colleagues."""

    substitute = PersonChoice(label=_("请谁代理"), queryset=None)  # type: ignore[assignment]
    field_order = ("holding", "substitute", "starts_on", "ends_on")

    def __init__(self, *args: Any, colleagues: QuerySet[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["substitute"].queryset = colleagues  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = _text(_("原因"), 200, _("会记入这个人的记录"))


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the form."""


class HandOverForm(forms.Form):
    """Where the open reviews of one post go: all of them, or those ticked."""

    post = PostChoice(label=_("移交给"), queryset=None)
    branches = forms.MultipleChoiceField(label=_("移交哪些"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, targets: QuerySet[Post], branches: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = targets  # type: ignore[attr-defined]
        self.fields["branches"].choices = branches  # type: ignore[attr-defined]
        self.fields["branches"].initial = [key for key, _label in branches]


class RegionForm(forms.Form):
    """A region."""

    code = _text(_("行政区划代码"), 12, _("县级以上 6 位，乡级 9 位，村级 12 位"))
    name = _text(_("名称"), 60)
    level = forms.TypedChoiceField(
        label=_("级别"), coerce=int, choices=lambda: [(str(v), code_label(n)) for v, n in Region.Level.choices]
    )
    parent: forms.ModelChoiceField = forms.ModelChoiceField(label=_("上级地区"), queryset=None)

    def __init__(self, *args: Any, regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = regions  # type: ignore[attr-defined]


class DepartmentForm(forms.Form):
    """A department."""

    uscc = _text(_("统一社会信用代码"), 18)
    name = _text(_("名称"), 100)
    short_name = _text(_("简称"), 50)
    region: forms.ModelChoiceField = forms.ModelChoiceField(label=_("地区"), queryset=None)

    def __init__(self, *args: Any, regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


class PostForm(forms.Form):
    """A post, and the departments it acts for."""

    department: forms.ModelChoiceField = forms.ModelChoiceField(label=_("部门"), queryset=None)
    name = _text(_("岗位名称"), 50)
    serves: forms.ModelChoiceField = forms.ModelMultipleChoiceField(
        label=_("服务的部门"),
        queryset=None,
        required=False,
        help_text=_("综合窗口可以替几个部门收件；一个也不选就是本部门"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("department", "serves"):
            self.fields[name].queryset = departments  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """A spreadsheet."""

    sheet = forms.FileField(
        label=_("表格文件"),
        help_text=_("XLSX 或 CSV，最大 10 MB"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )


def holding_label(row: PostHolding) -> str:
    """A holding in words: department, post, role, and whom it stands in for."""
    label = f"{row.post.department.short_name} · {row.post.name} · {code_label(row.get_role_display())}"
    if row.substitute_for is None:
        return label
    return f"{label}（{_('代%(name)s') % {'name': row.substitute_for.account.staff_name}}）"


def today() -> str:
    """Today, for the first day of an absence."""
    return timezone.localdate().isoformat()
