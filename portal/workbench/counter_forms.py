"""Forms of a hall's counter: shape and format only; what is allowed, the actions decide."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.counter.models import CounterWindow, HallCounter, PriorityGroup, SlotPlan
from cases.counter.setup_actions import LIMITS, CounterSettings, PlanDetails, WindowDetails
from cases.counter.ticket_actions import Wanted
from common.formatting import code_label
from identity.halls.rules import format_spans
from identity.models import Department, Post
from services.models import ServiceItem

_DAYS = ((1, _("周一")), (2, _("周二")), (3, _("周三")), (4, _("周四")), (5, _("周五")), (6, _("周六")), (7, _("周日")))
_ASK = _("不清楚，先问一问")


def _groups() -> list[tuple[str, str]]:
    return [(value, code_label(label)) for value, label in PriorityGroup.choices]


def _whole(label: Any, name: str, help_text: Any = "") -> forms.IntegerField:
    least, most = LIMITS[name]
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text)


class SettingsForm(forms.Form):
    """How the hall gives tickets and appointments."""

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    is_open = forms.BooleanField(label=_("开通取号和预约"), required=False)
    days_ahead = _whole(_("可以提前几天预约"), "days_ahead")
    late_minutes = _whole(
        _("时段过后几分钟算迟到"), "late_minutes", _("迟到的预约没有优先，从取号时起和现场取号的人一起排")
    )
    no_show_limit = _whole(_("90 天内几次没有来就停约"), "no_show_limit", _("填 0 就不停约；窗口照常办"))
    block_days = _whole(_("停约几天"), "block_days")
    minutes_each = _whole(_("一个号大约办几分钟"), "minutes_each", _("用来估计要等多久"))
    keep_days = _whole(_("号上的手机号、证件号保留几天"), "keep_days", _("到期自动删除，只留号码和时间"))
    priority_groups = forms.MultipleChoiceField(
        label=_("谁可以优先"), required=False, widget=forms.CheckboxSelectMultiple, choices=_groups
    )

    def settings(self) -> CounterSettings:
        """What was typed, for the action."""
        return CounterSettings(**{name: value for name, value in self.cleaned_data.items() if name != "revision"})


def settings_initial(counter: HallCounter | None) -> dict[str, Any]:
    """Stored settings as the form shows them; the usual ones for a hall without."""
    shown = counter or HallCounter(revision=0, priority_groups=list(PriorityGroup.values))
    return {name: getattr(shown, name) for name in SettingsForm.base_fields}


class WindowForm(forms.Form):
    """A window: who sits there, and what it serves."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    number = forms.CharField(label=_("窗口号"), max_length=8)
    name = forms.CharField(label=_("名称"), max_length=40, initial=_("综合窗口"))
    post: forms.ModelChoiceField = forms.ModelChoiceField(label=_("哪个岗位坐"), queryset=None)
    departments: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=_("办哪些部门的事"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("部门和事项都不选，就什么都办"),
    )
    items: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=_("另外还办哪些事项"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        posts: QuerySet[Post],
        departments: QuerySet[Department],
        items: QuerySet[ServiceItem],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["post"].label_from_instance = (  # type: ignore[attr-defined]
            lambda post: f"{post.department.short_name} · {post.name}"
        )
        self.fields["departments"].queryset = departments  # type: ignore[attr-defined]
        self.fields["departments"].label_from_instance = lambda one: one.short_name  # type: ignore[attr-defined]
        self.fields["items"].queryset = items  # type: ignore[attr-defined]
        self.fields["items"].label_from_instance = lambda one: one.name  # type: ignore[attr-defined]

    def details(self) -> WindowDetails:
        """What was typed, for the action."""
        sent = self.cleaned_data
        return WindowDetails(
            **{name: sent[name] for name in ("number", "name", "post", "is_active")},
            departments=list(sent["departments"]),
            items=list(sent["items"]),
        )


def window_initial(window: CounterWindow) -> dict[str, Any]:
    """A stored window as the form shows it."""
    first = {name: getattr(window, name) for name in ("number", "name", "is_active", "revision")}
    return first | {
        "post": window.post_id,
        "departments": list(window.departments.all()),
        "items": list(window.items.all()),
    }


class PlanForm(forms.Form):
    """Slots that can be booked."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("星期几"),
        coerce=int,
        choices=_DAYS,
        widget=forms.CheckboxSelectMultiple,
        initial=[1, 2, 3, 4, 5],
        help_text=_("法定节假日和大厅休息的日子自动不放号"),
        error_messages={"required": _("请选至少一天。")},
    )
    spans = forms.CharField(
        label=_("几点到几点"), max_length=80, help_text=_("9:00-12:00，13:00-17:00；大厅开门的时间里才放号")
    )
    minutes = forms.IntegerField(label=_("每个时段几分钟"), min_value=5, max_value=240, initial=30)
    quota = forms.IntegerField(label=_("每个时段几个号"), min_value=1, max_value=500)
    department: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("只给哪个部门的事项"), queryset=None, required=False, empty_label=_("所有部门")
    )
    item: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("只给哪个事项"), queryset=None, required=False, empty_label=_("所有事项")
    )
    valid_from = forms.DateField(label=_("从哪天起"), widget=forms.DateInput, initial=timezone.localdate)
    valid_to = forms.DateField(label=_("到哪天止"), widget=forms.DateInput, required=False, help_text=_("一直放的空着"))
    is_active = forms.BooleanField(
        label=_("放号"), required=False, initial=True, help_text=_("停放以后，已经约好的照样有效")
    )

    def __init__(
        self, *args: Any, departments: QuerySet[Department], items: QuerySet[ServiceItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        self.fields["department"].label_from_instance = lambda one: one.short_name  # type: ignore[attr-defined]
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda one: one.name  # type: ignore[attr-defined]

    def details(self) -> PlanDetails:
        """What was typed, for the action."""
        sent = self.cleaned_data
        return PlanDetails(**{name: value for name, value in sent.items() if name not in {"request_key", "revision"}})


def plan_initial(plan: SlotPlan) -> dict[str, Any]:
    """A stored plan as the form shows it."""
    names = ("weekdays", "minutes", "quota", "valid_from", "valid_to", "is_active", "revision")
    first = {name: getattr(plan, name) for name in names}
    return first | {"spans": format_spans(plan.spans), "department": plan.department_id, "item": plan.item_id}


class ClosingForm(forms.Form):
    """Close the hall on a day."""

    day = forms.DateField(label=_("哪天"), widget=forms.DateInput, initial=timezone.localdate)
    reason = forms.CharField(
        label=_("原因"), max_length=100, help_text=_("会显示在大屏、号和预约上，例如：停电，今天提前停止服务")
    )


class CounterTicketForm(forms.Form):
    """A ticket from the clerk: nothing has to be known of the person, but an appointment is found by its number."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    value = forms.CharField(
        label=_("身份证号、手机号或者预约码"),
        required=False,
        max_length=30,
        help_text=_("可以用读卡器；有预约的一定要填，不然会算没有来"),
    )
    about = forms.ChoiceField(label=_("办什么"), required=False)
    group = forms.ChoiceField(label=_("优先"), required=False)

    def __init__(self, *args: Any, counter: HallCounter, items: list[ServiceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(_groups())
        rows = [(str(item.pk), item.current.name if item.current else item.name) for item in items]
        self.fields["about"].choices = [("", _ASK), *rows]  # type: ignore[attr-defined]
        groups = [(value, names[value]) for value in counter.priority_groups]
        self.fields["group"].choices = [("", _("不需要")), *groups]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What was chosen, for the action."""
        sent = self.cleaned_data
        item_id = UUID(sent["about"]) if sent["about"] else None
        return Wanted.known_by(sent["value"], item_id=item_id, group=sent["group"])
