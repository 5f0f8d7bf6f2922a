"""Shapes of what citizens fill in, besides the pages of an item's form (:mod:`portal.public.answer_forms`)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.rules import is_case_number
from certificates.filecheck import LONGEST
from common.errors import DomainError
from identity.rules import normal_phone
from portal.public.account_forms import PhoneForm
from services.models import Situation
from services.rules import applies, options_for


class SituationForm(forms.Form):
    """The guiding questions that apply after the answers given so far."""

    def __init__(self, questions: Sequence[Situation], *, chosen: Mapping[str, str], data: Any = None) -> None:
        super().__init__(data, initial=dict(chosen))
        for question in open_questions(questions, chosen):
            choices = [(option["value"], option["label"]) for option in options_for(question, chosen)]
            self.fields[question.key] = forms.ChoiceField(
                label=question.question,
                help_text=question.help,
                choices=choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("请选一项。"), "invalid_choice": _("请从列出的选项里选一个。")},
            )


def open_questions(questions: Iterable[Situation], chosen: Mapping[str, str]) -> list[Situation]:
    """List the questions that apply after ``chosen``."""
    return [question for question in questions if applies(question.when, chosen)]


class UploadForm(forms.Form):
    """One file. Whether it is good is judged by its content, in the locker's room."""

    file = forms.FileField(
        label=_("选择文件"),
        help_text=_("拍照或 PDF，不超过 20 MB。"),
        allow_empty_file=True,  # the locker says in its own words what is wrong with an empty file
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}),
        error_messages={"required": _("请先选一个文件。"), "invalid": _("没有收到文件，请重新选择。")},
    )


class _FilesInput(forms.FileInput):
    """A box that takes several files; without any it gives nothing, as other boxes do."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The files in the order they were chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """One or more files; the clean value is a list."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Check that each is a file; what is in them is the locker's to judge."""
        given = data if isinstance(data, list) else [data] if data else []
        if not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        single = super().clean
        return [single(one, initial) for one in given]


class PagesForm(forms.Form):
    """The pages of one material: a PDF, or photos that become one."""

    file = FilesField(
        label=_("选择文件"),
        help_text=_("拍照或 PDF，不超过 20 MB。有几页的，一次选好几张照片，按选的顺序合成一份。"),
        allow_empty_file=True,  # the locker says in its own words what is wrong with an empty file
        widget=_FilesInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png", "multiple": True}
        ),
        error_messages={"required": _("请先选一个文件。"), "invalid": _("没有收到文件，请重新选择。")},
    )


class SheetsForm(PagesForm):
    """Pages to put down; more can follow."""

    file = FilesField(
        label=_("选照片或 PDF"),
        help_text=_("可以一次选几张，也可以分几次选。"),
        allow_empty_file=True,
        widget=_FilesInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png", "multiple": True}
        ),
        error_messages={"required": _("请先选一个文件。"), "invalid": _("没有收到文件，请重新选择。")},
    )


class PhotoForm(forms.Form):
    """One shot of the phone's camera; the next one follows on the same page."""

    file = forms.FileField(
        label=_("用手机拍一页"),
        help_text=_("拍好一页放一页，接着拍下一页。"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/*", "capture": "environment"}),
    )


class MaterialForm(PagesForm):
    """The pages of a material of a case; where any of several is enough, which of them it is."""

    field_order = ("alternative", "file")

    def __init__(self, alternatives: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if alternatives:
            self.fields["alternative"] = forms.ChoiceField(
                label=_("您交的是哪一种"),
                choices=[("", _("请选择")), *alternatives],
                error_messages={
                    "required": _("请选您交的是哪一种。"),
                    "invalid_choice": _("请从列出的几种里选一种。"),
                },
            )
            self.order_fields(self.field_order)


class LockerFilter(forms.Form):
    """Which documents the locker shows."""

    kind = forms.ChoiceField(label=_("材料"), required=False)
    grade = forms.ChoiceField(
        label=_("可信等级"),
        required=False,
        choices=[("", _("全部")), ("B", _("已与原件核对")), ("C", _("本人上传")), ("D", _("本人制作"))],
    )

    def __init__(self, kinds: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("全部")), *kinds]


class KindForm(forms.Form):
    """What a document is."""

    kind = forms.ChoiceField(
        label=_("这是什么材料"),
        help_text=_("按办事需要的材料分类，以后办事会自动找到它。"),
        error_messages={"required": _("请选这份文件是什么材料。"), "invalid_choice": _("请从列出的材料里选一个。")},
    )

    def __init__(self, kinds: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("请选择")), *kinds]


class DocumentForm(KindForm, PagesForm):
    """A file for the locker, and what it is."""

    field_order = ("kind", "file")


class WithdrawForm(forms.Form):
    """Why an application is withdrawn; the applicant need not say."""

    reason = forms.CharField(
        label=_("撤回的原因"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("原因最多写 500 个字。")},
    )


class LookupForm(forms.Form):
    """One number to look up, on pages that need no sign-in; subclasses say which."""

    number = forms.CharField(
        max_length=200,
        error_messages={
            "required": _("请填编号。"),
            "max_length": _("编号没有这么长，请对照证照或回执重新填写。"),
            "null_characters_not_allowed": _("编号里有不能识别的字符，请重新填写。"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        """Return the number without the blanks that people put between groups of digits."""
        return "".join(self.cleaned_data["number"].split())


class VerifyForm(LookupForm):
    """A certificate's number."""

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.fields["number"].label = _("证照编号")
        self.fields["number"].help_text = _("印在证照上的编号或证照标识；也可以直接扫证照上的二维码。")


class VerifyFileForm(forms.Form):
    """A certificate's PDF file."""

    file = forms.FileField(
        label=_("证照文件（PDF）"),
        help_text=_("把别人发给您的证照文件选进来或拖到这里，不超过 5 MB。只核验，不保存。"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": _("请先选一个文件。"), "invalid": _("没有收到文件，请重新选择。")},
    )

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large to be a certificate before anything reads it."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LONGEST:
            raise forms.ValidationError(_("文件超过 5 MB，不会是电子证照文件。"), code="certificates.file_too_large")
        return file


class ProgressForm(LookupForm):
    """A case number, whose check digit must fit."""

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.fields["number"].label = _("办件编号")
        self.fields["number"].help_text = _("收件回执上的 21 位数字。")

    def clean_number(self) -> str:
        """Return the number; refuse what cannot be one, so that slips are told from unknown cases."""
        number = super().clean_number()
        if not is_case_number(number):
            raise forms.ValidationError(_("办件编号是 21 位数字，请对照收件回执逐位核对。"))
        return number


class ProgressPhoneForm(ProgressForm):
    """A case number and a phone of the case."""

    def __init__(self, data: Mapping[str, str] | None = None, *, initial: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.initial = dict(initial or {})
        self.fields["phone"] = PhoneForm.base_fields["phone"]
        self.fields["phone"].help_text = _("办件时用的手机号，验证码会发到这个号码。")

    def clean_phone(self) -> str:
        """Return 11 digits."""
        try:
            return normal_phone(self.cleaned_data["phone"])
        except DomainError as error:
            raise forms.ValidationError(str(error.fields.get("phone", error.text))) from error
