"""Forms of the registry of old apps: shape and format only; what is allowed, the actions decide."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.models import Department
from portal.workbench.forms import _lines, _named, _search_box
from portal.workbench.item_forms import RevisionForm
from services.legacy.queries import AppFilter
from services.legacy.rules import DAYS, USUAL_DAYS, AppFacts, FunctionFacts
from services.legacy.states import Decision, PlanAction
from services.models import LegacyApp

_NUMBER = {"invalid": _("请填整数。"), "min_value": _("不能小于 0。")}


def _text(label: Any, limit: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=required, help_text=help_text)


def _count(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, help_text=help_text, error_messages=_NUMBER)


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请按 2026-01-31 这样填写日期。")},
    )


class LegacyFilterForm(forms.Form):
    """The filters of the list, all in the address; a wrong value is left out."""

    VIEWS = (("", _("全部应用")), ("idle", _("没人用的")), ("shell", _("空壳的")))

    view = forms.ChoiceField(label=_("范围"), required=False, choices=VIEWS, widget=forms.HiddenInput)
    text = _search_box(_("应用或功能名称"), 60)
    department = forms.ChoiceField(label=_("部门"), required=False)
    kind = forms.ChoiceField(
        label=_("类型"), required=False, choices=lambda: [("", _("全部类型")), *_named(LegacyApp.Kind.choices)]
    )
    decision = forms.ChoiceField(
        label=_("计划"),
        required=False,
        choices=lambda: [("", _("全部计划")), ("none", _("还没有计划")), *_named(Decision.choices)],
    )
    status = forms.ChoiceField(
        label=_("状态"), required=False, choices=lambda: [("", _("全部状态")), *_named(LegacyApp.Status.choices)]
    )
    days = forms.IntegerField(
        label=_("多少天没用"), required=False, min_value=DAYS.start, max_value=DAYS.stop - 1, initial=USUAL_DAYS
    )

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("全部部门")), *departments]  # type: ignore[attr-defined]

    def wanted(self) -> AppFilter:
        """What the address asks for."""
        self.is_valid()
        given = self.cleaned_data
        return AppFilter(
            text=given.get("text", ""),
            department=UUID(given["department"]) if given.get("department") else None,
            kind=given.get("kind", ""),
            status=given.get("status", ""),
            decision=given.get("decision", ""),
            view=given.get("view", ""),
            days=given.get("days") or USUAL_DAYS,
        )


class AppForm(forms.Form):
    """What is registered about an app."""

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = _text(_("名称"), 100)
    department: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("主管部门"), queryset=None, error_messages={"invalid_choice": _("请选您管理的部门。")}
    )
    kind = forms.ChoiceField(label=_("类型"), choices=lambda: _named(LegacyApp.Kind.choices))
    platform = _text(_("平台"), 100, required=False, help_text=_("例如：微信、支付宝、Android、iOS、Windows"))
    address = _text(_("网址"), 300, required=False)
    sign_in = forms.ChoiceField(label=_("怎么登录"), choices=lambda: _named(LegacyApp.SignIn.choices))
    status = forms.ChoiceField(label=_("状态"), choices=lambda: _named(LegacyApp.Status.choices))
    users_total = _count(_("用户总数"), _("不知道就空着"))
    users_monthly = _count(_("月活跃用户"), _("最近一个月用过的人数"))
    figures_on = _day(_("用户数据是哪天的"), required=True)
    released_on = _day(_("最近一次发布"))
    last_used_on = _day(_("最近一天有人用"), help_text=_("查得到就填，用来找没人用的应用"))

    def __init__(self, sent: Any, *, departments: QuerySet[Department], app: LegacyApp | None = None) -> None:
        super().__init__(sent, initial=app_initial(app) if app else {"figures_on": timezone.localdate()})
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def facts(self) -> AppFacts:
        """What the form says."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("revision", "department")}
        return AppFacts(department_id=self.cleaned_data["department"].pk, **given)


def app_initial(app: LegacyApp) -> dict[str, Any]:
    """What the form shows of an app."""
    names = [name for name in AppFacts.__dataclass_fields__ if name != "department_id"]
    return {name: getattr(app, name) for name in names} | {"department": app.department_id, "revision": app.revision}


class FunctionForm(forms.Form):
    """What is registered about a function."""

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = _text(_("功能名称"), 100)
    description = _lines(_("能做什么"), 500, required=False)
    address = _text(_("网址"), 300, required=False)
    uses = _count(_("使用次数"), _("不知道就空着"))
    uses_days = forms.IntegerField(
        label=_("是多少天里的"), min_value=1, max_value=DAYS.stop - 1, initial=30, error_messages=_NUMBER
    )
    last_used_on = _day(_("最近一天有人用"))
    is_link_only = forms.BooleanField(label=_("只跳到别处，自己不办事"), required=False)

    def facts(self) -> FunctionFacts:
        """What the form says."""
        return FunctionFacts(**{name: value for name, value in self.cleaned_data.items() if name != "revision"})


class FunctionStepForm(RevisionForm):
    """One step on a function's items: which one, or why there is none."""

    item = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = _lines(_("为什么没有事项能办"), 500)

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if action != "unmappable":
            del self.fields["reason"]


class LinkForm(forms.Form):
    """An old address."""

    address = _text(_("旧网址"), 400, help_text=_("例如：m.example.cn/food/apply.html"))


class PlanForm(forms.Form):
    """Propose what becomes of an app."""

    decision = forms.ChoiceField(
        label=_("怎么处理"),
        choices=lambda: _named(Decision.choices),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选并入、保留或者关停。")},
    )
    reason = _lines(_("理由"), 1000)
    owner = _text(_("责任人工号"), 150, help_text=_("由谁落实，例如：scjg01"))
    due_on = _day(_("哪天以前完成"), required=True)

    def __init__(self, sent: Any) -> None:
        super().__init__(sent, initial={"due_on": timezone.localdate() + dt.timedelta(days=90)})


class PlanStepForm(RevisionForm):
    """One step on a plan."""

    note = _lines(_("说明"), 1000, required=False)

    def __init__(self, *args: Any, action: PlanAction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if action in (PlanAction.REFUSE, PlanAction.WITHDRAW):
            self.fields["note"].required = True
            self.fields["note"].label = _("理由")
        elif action == PlanAction.FINISH:
            del self.fields["note"]


class OverlapForm(forms.Form):
    """What the picture shows."""

    department = forms.ChoiceField(label=_("部门"), required=False)
    all = forms.BooleanField(label=_("也画只有一个应用能办的事项"), required=False)

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("全部部门")), *departments]  # type: ignore[attr-defined]
