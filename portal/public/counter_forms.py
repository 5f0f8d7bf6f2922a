"""Forms of the hall: shape and format only; what is possible, the actions decide."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.counter.errors import TicketInvalid
from cases.counter.models import HallCounter, PriorityGroup
from cases.counter.slots import Slot
from cases.counter.ticket_actions import Wanted
from common.errors import DomainError
from common.formatting import code_label
from services.models import ServiceItem

_ASK = _("不清楚，先问一问")
_BODY = 4096  # bytes of a device's request
_WORD = 40


def about_choices(items: list[ServiceItem]) -> list[Any]:
    """What one may come for: a question, a department's other matters, or one of its items, by department."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in items:
        name = item.department.short_name if item.department else ""
        rows = groups.setdefault(name, [(f"department:{item.department_id}", _other(name))])
        rows.append((f"item:{item.pk}", item.current.name if item.current else item.name))
    return [("", _ASK), *((name, rows[1:] + rows[:1]) for name, rows in groups.items())]


def _other(name: str) -> str:
    return str(_("%(name)s的其他事") % {"name": name})


def about_of(value: str) -> dict[str, Any]:
    """The chosen matter as the action takes it."""
    kind, _colon, key = value.partition(":")
    return {f"{kind}_id": UUID(key)} if key else {}


class KioskForm(forms.Form):
    """A ticket: how one is known, what for, and whether one is called before others.

    One field takes all three numbers: a card reader that types into it needs nothing chosen before.
    """

    value = forms.CharField(
        label=_("身份证号、手机号或者预约码"),
        max_length=30,
        help_text=_("有读卡器的，把身份证放上去就行。号码只用来排队，到期删除"),
        error_messages={"required": _("请输入号码。")},
    )
    about = forms.ChoiceField(label=_("办什么"), required=False, help_text=_("有预约的按预约的事项"))
    group = forms.ChoiceField(label=_("优先"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, counter: HallCounter, items: list[ServiceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = about_choices(items)  # type: ignore[attr-defined]
        if not self.is_bound:  # a card reader types here; after a mistake the list of mistakes has the focus
            self.fields["value"].widget.attrs["autofocus"] = True
        names = {value: code_label(label) for value, label in PriorityGroup.choices}
        groups = [(value, names[value]) for value in counter.priority_groups]
        if groups:
            self.fields["group"].choices = [("", _("不需要")), *groups]  # type: ignore[attr-defined]
        else:
            del self.fields["group"]

    def wanted(self) -> Wanted:
        """What was typed, for the action."""
        sent = self.cleaned_data
        return Wanted.known_by(sent["value"], group=sent.get("group", ""), **about_of(sent["about"]))

    def refuse(self, error: DomainError) -> int:
        """Put a refusal at its field; returns the status of the page."""
        for name, text in (error.fields or {"value": error.text}).items():
            self.add_error(name if name in self.fields else "value", f"{text}{error.what_to_do}")
        return error.http_status


def wanted_of(body: bytes) -> Wanted:
    """What a device asks for in JSON; raises :class:`TicketInvalid` with the field that is wrong."""
    try:
        sent = json.loads(body[:_BODY])
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise TicketInvalid(fields={"value": _("请求要是 JSON 对象。")})
    words = {name: sent.get(name) or "" for name in ("value", "item", "department", "group")}
    for name, word in words.items():
        if not isinstance(word, str) or len(word) > _WORD or not word.isprintable():
            raise TicketInvalid(fields={name: _("请写成不超过 40 个字的文字。")})
    ids = {f"{name}_id": _id(name, words[name]) for name in ("item", "department")}
    return Wanted.known_by(words["value"], group=words["group"], **ids)


def _id(name: str, word: str) -> UUID | None:
    try:
        return UUID(word) if word else None
    except ValueError:
        raise TicketInvalid(fields={name: _("编号不对。")}) from None


class SlotForm(forms.Form):
    """One slot of the day that is shown."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    slot = forms.ChoiceField(
        label=_("时间"), widget=forms.RadioSelect, error_messages={"required": _("请选一个时间。")}
    )

    def __init__(self, *args: Any, slots: list[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(slot.key, _slot_words(slot)) for slot in slots if slot.left]
        self.fields["slot"].choices = rows  # type: ignore[attr-defined]
        self.fields["slot"].error_messages["invalid_choice"] = _("这个时间刚刚约满了，请另选一个。")

    def chosen(self) -> tuple[UUID, dt.datetime]:
        """The plan and the time."""
        plan, _bar, at = self.cleaned_data["slot"].partition("|")
        return UUID(plan), timezone.make_aware(dt.datetime.fromisoformat(at))


def _slot_words(slot: Slot) -> str:
    values = {"from": f"{slot.starts_at:%H:%M}", "to": f"{slot.ends_at:%H:%M}", "left": slot.left}
    return str(_("%(from)s—%(to)s，还有 %(left)s 个号") % values)
