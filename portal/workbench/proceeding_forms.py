"""Forms of hearings and expert reviews."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Expert, Hearing, HearingParticipant
from cases.proceedings.errors import ExpertsMissing, ParticipantsMissing
from cases.proceedings.expert_actions import Judgement
from cases.proceedings.hearing_actions import Plan
from cases.proceedings.lines import Named, read_experts, read_participants
from cases.proceedings.queries import earliest_day, hearing_of
from cases.proceedings.record_actions import Record
from common.formatting import code_label, format_date
from portal.workbench.forms import StepForm

_WRITE = _("请写明，不能空着。")
_CHOOSE = _("请选一个。")


def _lines(label: Any, limit: int, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _WRITE},
    )


class TellHearingForm(StepForm):
    """告知听证权利."""

    reason = _lines(_("直接涉及什么重大利益"), 2000, help_text=_("会印在告知书上"))
    parties = _lines(
        _("利害关系人"), 2000, required=False, help_text=_("每行一个，会印在告知书上；告知书另外送达给他们")
    )


class ScheduleHearingForm(StepForm):
    """安排听证: when, where, under whom."""

    held_on = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填日期。"), "invalid": _("请按 2026-01-31 这样填写日期。")},
    )
    begins = forms.TimeField(
        label=_("开始时间"),
        initial=dt.time(9),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("请填时间。"), "invalid": _("请按 09:00 这样填写时间。")},
    )
    place = forms.CharField(label=_("地点"), max_length=200, error_messages={"required": _WRITE})
    chair = forms.CharField(
        label=_("主持人"),
        max_length=60,
        help_text=_("审查这个申请的工作人员以外的人（行政许可法第四十八条）"),
        error_messages={"required": _WRITE},
    )
    is_public = forms.TypedChoiceField(
        label=_("方式"),
        choices=[("1", _("公开举行")), ("0", _("不公开举行"))],
        initial="1",
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE},
    )
    closed_reason = _lines(
        _("不公开的理由"), 500, rows=2, required=False, help_text=_("涉及国家秘密、商业秘密或者个人隐私的才可以不公开")
    )
    asked_on = forms.DateField(
        label=_("书面申请的收到日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("申请人书面要求听证的填；行政机关依职权举行的空着"),
        error_messages={"invalid": _("请按 2026-01-31 这样填写日期。")},
    )
    days_needed = forms.IntegerField(
        label=_("听证一共需要多少个工作日"),
        min_value=1,
        max_value=365,
        initial=20,
        help_text=_("会告知申请人，不计入办理期限"),
        error_messages={"required": _WRITE},
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        standing = hearing_of(case)
        hearing = standing.hearing if standing else None
        first = earliest_day(case, timezone.localdate())
        if first:
            self.fields["held_on"].help_text = _("通知要提前七日，最早 %(day)s") % {"day": format_date(first)}
        if standing and standing.hold_until and hearing and hearing.state == Hearing.State.ASKED:
            text = _("；申请人已经要求，应当在 %(day)s 以前举行") % {"day": format_date(standing.hold_until)}
            self.fields["held_on"].help_text = f"{self.fields['held_on'].help_text}{text}"
        if hearing is None or hearing.state != Hearing.State.TOLD:
            del self.fields["asked_on"]
        if hearing is not None and hearing.state == Hearing.State.SCHEDULED:
            del self.fields["days_needed"]

    def plan(self) -> Plan:
        """The plan of a valid form."""
        sent = self.cleaned_data
        return Plan(
            starts_at=timezone.make_aware(dt.datetime.combine(sent["held_on"], sent["begins"])),
            place=sent["place"],
            chair=sent["chair"],
            days_needed=sent.get("days_needed") or 1,
            is_public=sent["is_public"],
            closed_reason=sent["closed_reason"],
            asked_on=sent.get("asked_on"),
        )


class RecordHearingForm(StepForm):
    """听证笔录: who took part, and what they said."""

    participants = _lines(
        _("主持人以外的参加人"),
        4000,
        rows=6,
        help_text=_("每行一个：身份、空格、姓名。身份写记录员、审查人员、申请人、利害关系人或者其他参加人"),
    )
    record = _lines(_("笔录"), 20_000, rows=14, help_text=_("按发言的先后写；参加人确认以前可以改"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        standing = hearing_of(case)
        rows = list(standing.hearing.participants.all()) if standing else []
        chair = HearingParticipant.Role.CHAIR
        if rows and standing:
            lines = [f"{row.get_role_display()} {row.name}" for row in rows if row.role != chair]
            self.fields["record"].initial = standing.hearing.record
        else:
            lines = [f"{HearingParticipant.Role.APPLICANT.label} {case.applicant.name}"]
        self.fields["participants"].initial = "\n".join(lines)

    def clean_participants(self) -> list[tuple[str, str]]:
        """The lines as (role, name)."""
        found = read_participants(self.cleaned_data["participants"])
        if found is None:
            raise forms.ValidationError(ParticipantsMissing.message)
        return found

    def written(self) -> Record:
        """The record of a valid form."""
        return Record(self.cleaned_data["record"], self.cleaned_data["participants"])


class StartExpertsForm(StepForm):
    """组织专家评审."""

    question = _lines(_("请专家评审什么"), 2000)
    experts = _lines(_("专家"), 3000, rows=5, help_text=_("每行一个：姓名，单位，专业"))
    days_needed = forms.IntegerField(
        label=_("需要多少个工作日"),
        min_value=1,
        max_value=365,
        initial=15,
        help_text=_("会告知申请人，不计入办理期限"),
        error_messages={"required": _WRITE},
    )
    legal_basis = forms.CharField(
        label=_("依据"),
        max_length=200,
        initial="《中华人民共和国行政许可法》第四十五条",
        help_text=_("有专门规定的写专门规定"),
    )

    def clean_experts(self) -> list[Named]:
        """The experts named."""
        return _experts(self.cleaned_data["experts"])


def _experts(text: str) -> list[Named]:
    found = read_experts(text)
    if not found:
        raise forms.ValidationError(ExpertsMissing.message)
    return found


class AddExpertsForm(forms.Form):
    """Further experts, in place of those who stepped back."""

    experts = _lines(_("专家"), 3000, rows=3, help_text=_("每行一个：姓名，单位，专业"))

    def clean_experts(self) -> list[Named]:
        """The experts named."""
        return _experts(self.cleaned_data["experts"])


class JudgementForm(forms.Form):
    """What an expert declares and judges."""

    conflict = forms.ChoiceField(
        label=_("和申请人有没有利害关系"),
        choices=lambda: [(str(value), code_label(name)) for value, name in Expert.Conflict.choices if value],
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    conflict_note = forms.CharField(
        label=_("有什么利害关系"), max_length=500, required=False, help_text=_("有利害关系的写；回避的专家不提意见")
    )
    stance = forms.ChoiceField(
        label=_("评审意见"),
        required=False,
        choices=lambda: [(str(value), code_label(name)) for value, name in Expert.Stance.choices],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _CHOOSE},
    )
    opinion = _lines(_("理由和建议"), 4000, rows=5, required=False)

    def given(self) -> Judgement:
        """What was declared and judged, of a valid form."""
        sent = self.cleaned_data
        return Judgement(sent["conflict"], sent["conflict_note"], sent["stance"], sent["opinion"])


class SignatureForm(forms.Form):
    """Whether somebody signed the printed record."""

    has_signed = forms.TypedChoiceField(
        label=_("看过笔录以后"),
        choices=[("1", _("已经签名或者盖章")), ("0", _("拒绝签名"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    note = forms.CharField(
        label=_("拒绝的理由"), max_length=500, required=False, help_text=_("拒绝签名的，主持人在笔录里注明")
    )
