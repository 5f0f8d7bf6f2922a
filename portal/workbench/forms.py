"""Forms of the workbench: shape and format only; what is allowed, the actions decide."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import SecondOfficerMissing
from cases.faces import unanswered
from cases.models import Branch, Case, SpecialProcedure
from certificates.models import Certificate
from certificates.queries import WAITING
from common.formatting import code_label

# They have steps of their own, which stop the clock too.
_WITH_PAGES = frozenset({SpecialProcedure.Kind.HEARING, SpecialProcedure.Kind.EXPERT_REVIEW})
_STALE = _("页面已经失效，请刷新后再操作。")


def _lines(label: str | Any, limit: int, *, required: bool = True, help_text: str | Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明，不能空着。")},
    )


def _named(choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """The choices of a code set under their names in the page's language."""
    return [(str(value), code_label(name)) for value, name in choices]


def _search_box(label: str | Any, limit: int) -> forms.CharField:
    """A box whose label is also its placeholder: the lists show it without a line of its own."""
    box = forms.TextInput(attrs={"placeholder": label, "type": "search"})
    return forms.CharField(label=label, max_length=limit, required=False, widget=box)


class ItemFilterForm(forms.Form):
    """The filters of the item list."""

    SCOPES = (("managed", _("我管理的")), ("all", _("全部")))

    scope = forms.ChoiceField(required=False, choices=SCOPES, widget=forms.HiddenInput)
    text = _search_box(_("事项名称、部门或编码"), 60)


class WordFilterForm(forms.Form):
    """The filter of the synonyms."""

    text = _search_box(_("群众说法、正式说法或拼音首字母"), 60)


class SynonymForm(forms.Form):
    """What people say and what it stands for, a line each; the ``term`` of one that exists stays as it is."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    term = forms.CharField(
        label=_("群众说法"),
        max_length=60,
        help_text=_("大家会怎么搜，例如：开饭馆"),
        error_messages={"required": _("请填写群众说法。")},
    )
    stands_for = forms.CharField(
        label=_("正式说法"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("事项名称里的词，每行一个，例如：食品经营许可"),
        error_messages={"required": _("请至少填一个正式说法。")},
    )

    def __init__(self, *args: Any, term: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if term:
            del self.fields["term"]
        else:
            del self.fields["seen"]

    def lines(self) -> list[str]:
        """The official words of a form that is valid."""
        return str(self.cleaned_data["stands_for"]).splitlines()


class CertificateFilterForm(forms.Form):
    """The filters of the certificate list."""

    text = _search_box(_("完整编号、标识、信用代码或证照名称"), 160)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=lambda: [
            ("", _("全部状态")),
            *_named(Certificate.State.choices),
            (WAITING, _("有待审核的撤销、吊销")),
        ],
    )
    ends = forms.ChoiceField(
        label=_("到期"),
        required=False,
        choices=[("", _("不限到期日")), ("30", _("30 天内到期")), ("60", _("60 天内到期")), ("90", _("90 天内到期"))],
    )


class UnmaskForm(forms.Form):
    """Why somebody needs to see the whole personal data."""

    reason = forms.CharField(
        label=_("查看理由"), max_length=200, help_text=_("会记入查看记录，申请人能看到是谁、为什么看。")
    )


class DisputeForm(forms.Form):
    """Why a copy that somebody verified is not like its original, and which copy that is."""

    document = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _STALE, "invalid": _STALE})
    reason = forms.CharField(
        label=_("哪里不一致"),
        min_length=5,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例如：租期和窗口看到的原件不同。原来核验的岗位会看到。"),
        error_messages={
            "required": _("请写明哪里不一致。"),
            "min_length": _("请写得具体些，至少 5 个字。"),
            "max_length": _("最多写 300 个字。"),
        },
    )


class FlagForm(forms.Form):
    """What came of looking into a proof that changed."""

    note = forms.CharField(
        label=_("核实结果"),
        min_length=5,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("怎么核实的，对这个办件有没有影响。"),
        error_messages={
            "required": _("请写明核实结果。"),
            "min_length": _("请写得具体些，至少 5 个字。"),
            "max_length": _("最多写 300 个字。"),
        },
    )


class StepForm(forms.Form):
    """What every action on a case carries: the key of this rendered form and the version it was made for."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    version = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages={"required": _STALE, "invalid": _STALE, "min_value": _STALE, "max_value": _STALE},
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case


class AcceptForm(StepForm):
    """受理."""


class CorrectionForm(StepForm):
    """One box for each material and one for the form itself: the law allows one notice with everything in it."""

    general = _lines(_("表单和其他"), 500, required=False, help_text=_("申请表哪里要改、还缺什么"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.materials = {f"material_{row.pk}": row for row in case.materials.all()}
        for name, row in self.materials.items():
            self.fields[name] = _lines(row.name, 500, required=False, help_text=code_label(row.get_way_display()))
        self.order_fields([*self.materials, "general"])

    def corrections(self) -> Mapping[UUID, str]:
        """What is asked for, by material."""
        return {row.pk: self.cleaned_data[name] for name, row in self.materials.items()}


class CorrectionAgainForm(CorrectionForm):
    """What the one notice left out, and why it did."""

    reason = _lines(_("第一次为什么没有说全"), 500, help_text=_("会写在办理经过里，申请人看得到"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["reason"])


class RefuseAcceptanceForm(StepForm):
    """不予受理."""

    reason = _lines(_("不予受理的理由和依据"), 2000, help_text=_("写明不属于本机关职权的哪一项，引用条款"))
    competent_body = forms.CharField(
        label=_("应当向哪个机关申请"), max_length=100, required=False, help_text=_("知道的话写上，申请人可以直接去办")
    )


class ReasonForm(StepForm):
    """An action that needs nothing but its reasons."""

    reason = _lines(_("理由和依据"), 2000)


class RefuseForm(StepForm):
    """不予许可."""

    reason = _lines(_("不予的理由和依据"), 2000, help_text=_("写明不符合哪一项条件、依据哪一条；会原样印在决定书上"))


class ReviewForm(StepForm):
    """One department's opinion."""

    branch = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _STALE, "invalid": _STALE})
    result = forms.ChoiceField(
        label=_("审查意见"),
        choices=[("agree", _("同意")), ("oppose", _("不同意"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择同意或者不同意。")},
    )
    opinion = _lines(_("说明"), 1000, required=False, help_text=_("不同意的，要写理由和依据"))
    second_officer = forms.CharField(
        label=_("另一名核查人员"),
        max_length=60,
        help_text=_("实质审查由两名以上工作人员进行"),
        error_messages={"required": SecondOfficerMissing.message},
    )

    def __init__(self, *args: Any, case: Case, branch: Branch | None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if branch is not None:
            self.fields["branch"].initial = branch.pk
        self.fields["second_officer"].required = branch is not None and branch.stage.is_substantive
        # A branch that somebody else has closed meanwhile still shows all that was typed about it.
        if not self.fields["second_officer"].required and not self.data.get("second_officer"):
            del self.fields["second_officer"]


class StartSpecialForm(StepForm):
    """特别程序: the clock stops."""

    kind = forms.ChoiceField(
        label=_("程序"),
        choices=lambda: _named(one for one in SpecialProcedure.Kind.choices if one[0] not in _WITH_PAGES),
    )
    days_needed = forms.IntegerField(
        label=_("需要多少个工作日"), min_value=1, max_value=365, help_text=_("会告知申请人，不计入办理期限")
    )
    legal_basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如：××法第××条"))
    reason = _lines(_("理由"), 2000)


class EndSpecialForm(StepForm):
    """The procedure's result."""

    result = _lines(_("结果"), 2000, help_text=_("例如：检验合格，报告编号××"))


class ExtendForm(StepForm):
    """延长期限."""

    days = forms.TypedChoiceField(
        label=_("延长"),
        choices=[
            ("10", _("10 个工作日")),
            ("15", _("15 个工作日（联合办理、集中办理、统一办理，经本级人民政府负责人批准）")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择延长多少天。")},
    )
    legal_basis = forms.CharField(label=_("依据"), max_length=200, initial="《中华人民共和国行政许可法》第四十二条")
    reason = _lines(_("理由"), 2000, help_text=_("会告知申请人"))


class ApproveForm(StepForm):
    """准予; asks for what the result shows and only the department knows (a grade, an amount)."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        kind = case.item_version.result_type
        self.face_fields = {f"face_{field['key']}": field for field in unanswered(case, kind)} if kind else {}
        for name, field in self.face_fields.items():
            self.fields[name] = forms.CharField(
                label=field["label"], max_length=200, required=False, help_text=_("会印在证照上；没有就空着")
            )

    def face(self) -> Mapping[str, str]:
        """The values filled in, by the type's field keys."""
        return {field["key"]: self.cleaned_data[name] for name, field in self.face_fields.items()}
