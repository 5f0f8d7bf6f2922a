"""Forms of 征求意见: asking departments from a case, and answering as one of them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Branch, Case, CaseMaterial, OpinionAsked
from cases.opinions.asking import Question
from cases.opinions.rules import LONGEST_ANSWER, LONGEST_QUESTION, MOST_ASKED, MOST_DAYS
from common.formatting import code_label
from identity.models import Post, PostHolding
from portal.consultation import MessageForm
from portal.workbench.forms import StepForm
from portal.workbench.pages import new_request_key
from services.forms import visible_steps

_STALE = _("页面已经失效，请刷新后再操作。")
_CHOOSE = _("请从列出的里面选。")


class AskOpinionForm(StepForm):
    """征求意见: whom, what, until when, and what of the case they see for it."""

    branch = forms.UUIDField(required=False, widget=forms.HiddenInput, error_messages={"invalid": _STALE})
    question = forms.CharField(
        label=_("要问什么"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写清楚要对方判断的事；对方看不到办件的其他内容"),
        error_messages={"required": _("请写清楚要问什么。"), "max_length": _("最多写 1000 个字。")},
    )
    days = forms.IntegerField(
        label=_("几个工作日内答复"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=5,
        help_text=_("办件的时限不因此停下"),
        error_messages={"required": _("请填 1 到 30。"), "invalid": _("请填 1 到 30。")},
    )
    fields_shown = forms.MultipleChoiceField(
        label=_("给对方看的填写内容"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选判断需要的。选了的，对方看到全文，每次查看都记入申请人的查看记录"),
        error_messages={"invalid_choice": _CHOOSE},
    )
    papers = forms.MultipleChoiceField(
        label=_("给对方看的材料"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _CHOOSE},
    )

    def __init__(
        self,
        *args: Any,
        case: Case,
        branch: Branch | None,
        posts: Sequence[Post],
        materials: Sequence[CaseMaterial],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["branch"].initial = branch.pk if branch else None
        groups = _by_department(posts)
        self.asked = [f"ask_{place}" for place in range(1, MOST_ASKED + 1)]
        for place, name in enumerate(self.asked, start=1):
            self.fields[name] = forms.ChoiceField(
                label=_("征求哪个部门") if place == 1 else _("还征求哪个部门"),
                required=place == 1,
                choices=[("", "—"), *groups],
                error_messages={"required": _("请选部门和岗位。"), "invalid_choice": _CHOOSE},
            )
        known = [spec for step in visible_steps(case.item_version, case.situation) for spec in step.fields]
        shown = [(spec.key, spec.label) for spec in known if spec.key in case.answers and spec.type != "file"]
        self.fields["fields_shown"].choices = shown  # type: ignore[attr-defined]
        self.fields["papers"].choices = [(str(one.pk), one.name) for one in materials]  # type: ignore[attr-defined]
        if not materials:
            del self.fields["papers"]
        self.order_fields(["branch", *self.asked, "question", "days", "fields_shown", "papers"])

    def chosen(self) -> Question:
        """The question of a valid form."""
        sent = self.cleaned_data
        return Question(
            text=sent["question"],
            post_ids=[UUID(sent[name]) for name in self.asked if sent[name]],
            days=sent["days"],
            fields=sent["fields_shown"],
            material_ids=[UUID(one) for one in sent.get("papers", ())],
        )


def _by_department(posts: Iterable[Post]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for post in posts:
        groups.setdefault(post.department.name, []).append(
            (str(post.pk), f"{post.department.short_name} · {post.name}")
        )
    return list(groups.items())


class AnswerForm(MessageForm):
    """The answer of a department: its position, words, files."""

    stance = forms.ChoiceField(
        label=_("意见"),
        choices=lambda: [(str(value), code_label(name)) for value, name in OpinionAsked.Stance.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选同意、不同意、无意见或者建议。"), "invalid_choice": _CHOOSE},
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, version: int | None = None) -> None:
        super().__init__(data, files, label=_("理由和内容"))
        self.fields["version"].initial = version
        self.fields["version"].error_messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), _STALE)
        text = self.fields["text"]
        text.required, text.help_text = False, _("不同意和建议的要写；同意、无意见的可以不写")
        text.max_length = LONGEST_ANSWER  # type: ignore[attr-defined]
        self.order_fields(["stance", "text", "attachments"])


class KeyedForm(forms.Form):
    """A small step on a question: the version of what the page showed."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput, initial=new_request_key)


def reason_box(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """A box for a reason."""
    return forms.CharField(
        label=label,
        max_length=1000,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。"), "max_length": _("最多写 1000 个字。")},
    )


class WithdrawForm(KeyedForm):
    """撤回."""

    reason = reason_box(_("为什么撤回"), _("对方看得到；撤回以后对方不再看到任何内容"))


class WithoutForm(KeyedForm):
    """不再等."""

    reason = reason_box(_("为什么不再等"), _("会记入办件，归档时一起封存"))


class RemindForm(KeyedForm):
    """催办."""


class ReliefForm(KeyedForm):
    """申请免答."""

    reason = reason_box(_("为什么不用本部门答复"), _("例如：不是本部门的职责。对方同意以前，仍要按期答复"))


class SettleReliefForm(KeyedForm):
    """Whether the answer is needed all the same."""

    is_granted = forms.TypedChoiceField(
        label=_("对方申请免答"),
        choices=[("1", _("同意，不用答了")), ("0", _("还是要答复"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    reason = reason_box(_("说明"), _("还要对方答复的，写明为什么"), required=False)


class PassOnForm(KeyedForm):
    """转给同事."""

    colleague = forms.TypedChoiceField(
        label=_("转给谁"),
        coerce=UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    reason = reason_box(_("为什么转"))

    def __init__(self, *args: Any, colleagues: Sequence[PostHolding] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["colleague"]
        field.choices = [(str(one.pk), f"{one.post.name} · {one.account.staff_name}") for one in colleagues]  # type: ignore[attr-defined]
        if not colleagues:
            field.help_text = _("本部门现在没有别人能答复。")
