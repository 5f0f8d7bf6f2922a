"""Forms about certificates: shape and format only; what is allowed, the actions decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.states import GROUNDS, TABLE, Operation

_STALE = _("页面已经失效，请刷新后再操作。")


class _KeyedForm(forms.Form):
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})


class OperationForm(_KeyedForm):
    """Suspend, lift, cancel, or propose to annul or revoke a certificate."""

    ground = forms.ChoiceField(label=_("法定情形"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        help_text=_("持证人会在“我的证照”里看到"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    legal_basis = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("例如：《中华人民共和国行政许可法》第六十九条")
    )
    decision_number = forms.CharField(label=_("决定书文号"), max_length=60, help_text=_("例如：示市监处罚〔2026〕18号"))


def operation_form(operation: Operation, data: Mapping[str, Any] | None = None, **more: Any) -> OperationForm:
    """The form with what this operation asks for: its legal grounds, and a decision's number where two decide."""
    form = OperationForm(data, **more)
    if operation in GROUNDS:
        choices = list(GROUNDS[operation].items())
        form.fields["ground"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            form.fields["ground"].initial = choices[0][0]
    else:
        del form.fields["ground"]
    form.fields["decision_number"].required = TABLE[operation].is_second
    return form


class ProposalForm(forms.Form):
    """What is done with a waiting proposal."""

    step = forms.ChoiceField(choices=[("approve", ""), ("return", ""), ("withdraw", "")], widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("退回的理由"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CorrectionForm(_KeyedForm):
    """One box for each field of the type; an empty one leaves what is printed."""

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    legal_basis = forms.CharField(label=_("依据"), max_length=200)

    def __init__(self, fields: Sequence[Mapping[str, Any]], shown: Mapping[str, str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        boxes = {}
        for field in fields:
            boxes[f"face_{field['key']}"] = forms.CharField(
                label=field["label"],
                max_length=1000,
                required=False,
                help_text=_("现在是：%(value)s") % {"value": shown.get(field["label"]) or _("（空）")},
            )
        self.fields = {**boxes, **self.fields}

    @property
    def face(self) -> dict[str, str]:
        """The corrected fields of a checked form."""
        values = self.cleaned_data.items()
        return {name.removeprefix("face_"): value for name, value in values if name.startswith("face_") and value}
