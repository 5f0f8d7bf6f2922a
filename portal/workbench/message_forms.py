"""Forms about message templates and the delivery of notices: shape only; what is allowed, the actions decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.serving.models import NoticeService
from common.formatting import code_label
from identity.messaging.kinds import Words


class TemplateForm(forms.Form):
    """The words of one event in one language. Lengths and places are the action's to judge."""

    version = forms.IntegerField(min_value=0, max_value=10**6, widget=forms.HiddenInput)
    title = forms.CharField(label=_("标题"), max_length=300, help_text=_("不放占位符，最多 60 个字。"))
    body = forms.CharField(label=_("站内消息"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    brief = forms.CharField(
        label=_("短信和邮件"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会离开本站，只能用办件编号和日期：不放事项、姓名、证照名称、号码和网址。最多 140 个字。"),
    )

    def words(self) -> Words:
        """What was typed."""
        return Words(self.cleaned_data["title"], self.cleaned_data["body"], self.cleaned_data["brief"])


def _day(label: object) -> forms.DateField:
    errors = {"invalid": _("日期写成 2026-01-31 这样。"), "required": _("请填日期。")}
    return forms.DateField(label=label, widget=forms.DateInput(), error_messages=errors)  # type: ignore[arg-type]


class PaperForm(forms.Form):
    """Who signed for the paper, and when."""

    signer = forms.CharField(label=_("签收人姓名"), max_length=60, error_messages={"required": _("请填签收人的姓名。")})
    signer_kind = forms.ChoiceField(
        label=_("签收人是"),
        choices=lambda: [(value, code_label(label)) for value, label in NoticeService.Signer.choices],
        error_messages={"required": _("请选择签收人是谁。"), "invalid_choice": _("请选择签收人是谁。")},
    )
    delivered_on = _day(_("签收日期"))


class PostForm(forms.Form):
    """The number of the postal item, and when it left."""

    tracking = forms.CharField(label=_("邮件号"), max_length=80, error_messages={"required": _("请填邮件号。")})
    posted_on = _day(_("寄出日期"))


class ReceiptForm(forms.Form):
    """What the return receipt says."""

    delivered_on = _day(_("回执上的签收日期"))


class ReturnForm(forms.Form):
    """Why the post brought it back."""

    reason = forms.CharField(label=_("退回原因"), max_length=500, error_messages={"required": _("请写明退回的原因。")})


class PublishForm(forms.Form):
    """Why no other way is left."""

    reason = forms.CharField(
        label=_("为什么用其他方式无法送达"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("记入案卷，不公开。例如：电话三次无人接听，邮件以“查无此人”退回。"),
        error_messages={"required": _("请写明原因。")},
    )


STEP_FORMS: dict[str, type[forms.Form]] = {
    "paper": PaperForm,
    "post": PostForm,
    "receipt": ReceiptForm,
    "return": ReturnForm,
    "publish": PublishForm,
}
