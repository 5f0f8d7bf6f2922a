"""Forms about halls, windows and the files of a guide: shape and format only; what is allowed, the actions decide."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from identity.halls.actions import HallDetails
from identity.halls.rules import format_spans, special_day_lines
from identity.models import Department, Hall, Region
from portal.workbench.item_forms import RevisionForm
from services.models import VersionFile

_DAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
_ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,application/pdf,image/jpeg,image/png"


class HallForm(RevisionForm):
    """A hall: where it is, and when somebody is there."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    department: forms.ModelChoiceField = forms.ModelChoiceField(label=_("由哪个部门维护"), queryset=None)
    region: forms.ModelChoiceField = forms.ModelChoiceField(label=_("在哪个地区"), queryset=None)
    name = forms.CharField(label=_("名称"), max_length=100)
    address = forms.CharField(label=_("地址"), max_length=200)
    directions = forms.CharField(
        label=_("怎么走"), max_length=200, required=False, help_text=_("公交站、停车、无障碍入口")
    )
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    latitude = forms.DecimalField(
        label=_("纬度"), max_digits=8, decimal_places=6, required=False, help_text=_("WGS 84，例如 30.572800")
    )
    longitude = forms.DecimalField(label=_("经度"), max_digits=9, decimal_places=6, required=False)
    special_days = forms.CharField(
        label=_("单独安排的日子"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("一行一天：2026-12-31 9:00-12:00 说明，或者 2026-12-31 休息 说明。法定节假日自动休息，不用写。"),
    )

    def __init__(self, *args: Any, departments: QuerySet[Department], regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].required = False
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        for number, label in enumerate(_DAYS, 1):
            self.fields[f"day_{number}"] = forms.CharField(
                label=label,
                max_length=80,
                required=False,
                help_text=_("9:00-12:00，13:00-17:00；休息的空着") if number == 1 else "",
            )
        week = [f"day_{number}" for number in range(1, 8)]
        self.order_fields(
            ["department", "region", "name", "address", "directions", "phone", *week, "special_days", "latitude"]
        )

    def clean_special_days(self) -> tuple[tuple[dt.date, str, str], ...]:
        """Read a line for each day: the date, the hours or 休息, a note."""
        found = []
        for line in self.cleaned_data["special_days"].splitlines():
            if not line.strip():
                continue
            day, _space, rest = line.strip().partition(" ")
            hours, _space, note = rest.strip().partition(" ")
            try:
                found.append((dt.date.fromisoformat(day), hours or "休息", note))
            except ValueError as error:
                raise forms.ValidationError(
                    _("“%(line)s”看不懂：先写日期 2026-12-31，再写时间或者休息。"), params={"line": line[:40]}
                ) from error
        return tuple(found)

    def details(self) -> HallDetails:
        """What was typed, for the action."""
        sent = self.cleaned_data
        hours = {number: sent[f"day_{number}"] for number in range(1, 8)}
        names = ("department", "region", "name", "address", "directions", "phone", "latitude", "longitude")
        return HallDetails(hours=hours, special_days=sent["special_days"], **{name: sent[name] for name in names})


def hall_initial(hall: Hall) -> dict[str, Any]:
    """A stored hall as the form shows it."""
    names = ("name", "address", "directions", "phone", "latitude", "longitude", "revision")
    first: dict[str, Any] = {name: getattr(hall, name) for name in names}
    first |= {"department": hall.department_id, "region": hall.region_id}
    first["special_days"] = special_day_lines(hall.special_days)
    return first | {f"day_{day}": format_spans(spans) for day, spans in hall.hours.items()}


class WindowsForm(forms.Form):
    """In which halls an item is done: a tick and the window for each hall of the city."""

    def __init__(self, *args: Any, halls: list[Hall], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.halls = halls
        for hall in halls:
            self.fields[f"hall_{hall.pk}"] = forms.BooleanField(label=hall.name, required=False, help_text=hall.address)
            self.fields[f"window_{hall.pk}"] = forms.CharField(
                label=_("%(name)s的窗口") % {"name": hall.name}, max_length=100, required=False
            )

    def windows(self) -> list[tuple[Any, str]]:
        """The ticked halls with their windows."""
        sent = self.cleaned_data
        return [(hall.pk, sent[f"window_{hall.pk}"]) for hall in self.halls if sent[f"hall_{hall.pk}"]]


class GuideFileForm(RevisionForm):
    """One file for one place of a draft."""

    kind = forms.ChoiceField(choices=VersionFile.Kind.choices, widget=forms.HiddenInput)
    material_key = forms.SlugField(max_length=60, required=False, widget=forms.HiddenInput)
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("文件叫什么"), max_length=120, required=False, help_text=_("空着就用文件名"))
    file = forms.FileField(
        label=_("选择文件"),
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
        help_text=_("PDF、JPG、PNG、DOCX 或 XLSX，不超过 20 MB；会去掉脚本、附件和拍摄信息"),
        error_messages={"required": _("请先选择文件。"), "empty": _("文件是空的，请重新选择。")},
    )
