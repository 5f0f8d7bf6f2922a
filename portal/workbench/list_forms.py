"""The filter of the worklists, and the small forms beside them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.lists.actions import LONGEST_NAME
from cases.lists.assigning import BY_LOAD
from cases.lists.choices import Choices
from cases.lists.exporting import FORMATS
from cases.lists.filters import MOST_LETTERS, MOST_QUERY
from cases.lists.messages import MESSAGES
from cases.lists.models import BulkJob
from cases.lists.saved import may_run
from cases.states import State
from common.formatting import code_label
from identity.actor import Actor

TASKS = (("mine", _("等我办")), ("open", _("在办")), ("all", _("全部")))
_LAMPS = (("over", _("已超期")), ("soon", _("三个工作日内到期")), ("later", _("还早")), ("paused", _("暂停计时")))
_RENEWALS = (("running", _("到期前要决定的")), ("deemed", _("视为准予延续的")))
_SORTS = (
    ("urgent", _("按承诺到期")),
    ("statute", _("按法定到期")),
    ("newest", _("最新的在前")),
    ("oldest", _("最早的在前")),
    ("best", _("按相关程度")),
)


def _choice(label: Any, first: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=lambda: [("", first), *choices()])


def _day(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class WorklistForm(forms.Form):
    """What :mod:`cases.lists.filters` understands, as fields; it reads them and leaves out what is none."""

    task = forms.CharField(required=False, widget=forms.HiddenInput)
    applicant = forms.CharField(required=False, widget=forms.HiddenInput)
    more = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("编号、证件号、事项或单位"),
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs={"placeholder": _("编号、证件号、事项或单位"), "type": "search"}),
    )
    state = _choice(
        _("状态"),
        _("全部状态"),
        lambda: [(str(value), code_label(name)) for value, name in State.choices if value != State.DRAFT],
    )
    promise = _choice(_("承诺时限"), _("时限不限"), lambda: _LAMPS)
    sort = _choice(_("排序"), _("默认顺序"), lambda: _SORTS)
    statute = _choice(_("法定时限"), _("不限"), lambda: _LAMPS)
    renewal = _choice(_("许可延续"), _("不限"), lambda: _RENEWALS)
    since = _day(_("收到日期从"))
    until = _day(_("收到日期到"))
    item = _choice(_("事项"), _("全部事项"), list)
    department = _choice(_("部门"), _("全部部门"), list)
    region = _choice(_("地区"), _("全部地区"), list)
    post = _choice(_("审查岗位"), _("全部岗位"), list)

    FIRST = ("text", "state", "promise", "sort")
    MORE = ("statute", "renewal", "since", "until", "item", "department", "region", "post")

    def offer(self, choices: Choices) -> None:
        """Offer the items, departments, regions and posts that there are."""
        for name in ("item", "department", "region", "post"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            first = next(iter(field.widget.choices))
            field.choices = [first, *getattr(choices, name)]

    def hide_more(self) -> None:
        """Carry the rarer conditions along unseen."""
        for name in self.MORE:
            self.fields[name].widget = forms.HiddenInput()


class ViewForm(forms.Form):
    """The name of a view; ``query`` is what it shows."""

    name = forms.CharField(label=_("名字"), max_length=LONGEST_NAME)
    query = forms.CharField(required=False, max_length=MOST_QUERY, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(label=_("给本岗位所有人用"), required=False)

    def __init__(self, *args: Any, may_share: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]


class BulkForm(forms.Form):
    """What is done to which cases."""

    SCOPES = (("chosen", _("勾选的办件")), ("all", _("符合条件的全部")))

    act = forms.ChoiceField(label=_("批量"))
    scope = forms.ChoiceField(label=_("范围"), choices=SCOPES)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["act"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(_acts(actor))


class AssigneeForm(forms.Form):
    """To whom the reviews of many cases go."""

    detail = forms.ChoiceField(label=_("指定给谁"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, offers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(BY_LOAD, _("按工作量分派（只分还没有人办的）")), *offers]
        self.fields["detail"].choices = choices  # type: ignore[attr-defined]
        self.fields["detail"].initial = BY_LOAD


def _acts(actor: Actor) -> Iterable[tuple[str, str]]:
    if may_run(actor, BulkJob.Kind.ACCEPT):
        yield "accept:", str(_("受理"))
    if may_run(actor, BulkJob.Kind.NOTIFY):
        for key, message in MESSAGES.items():
            yield f"notify:{key}", str(_("发短信：%(label)s") % {"label": message.label})
    if may_run(actor, BulkJob.Kind.ASSIGN):
        yield "assign:", str(_("指定办理人"))
    if may_run(actor, BulkJob.Kind.EXPORT):
        for form in FORMATS:
            yield f"export:{form}", str(_("导出 %(form)s（个人信息遮盖）") % {"form": form.upper()})
