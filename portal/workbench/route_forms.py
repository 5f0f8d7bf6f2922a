"""Forms of what officers do within a review route; which choices there are, the queries say."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.errors import SecondOfficerMissing
from cases.models import Branch, Case
from cases.routes.visits import RESULTS
from identity.models import Post
from portal.workbench.forms import StepForm
from portal.workbench.pages import new_request_key

_STALE = _("页面已经失效，请刷新后再操作。")
_CHOOSE = _("请从列出的里面选一个。")
_PICTURES = "image/jpeg,image/png"


def _reason(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=1000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。"), "max_length": _("最多写 1000 个字。")},
    )


class _BranchForm(StepForm):
    """A step of one branch: which one, the page said."""

    branch = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _STALE, "invalid": _STALE})

    def __init__(self, *args: Any, case: Case, branch: Branch | None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if branch is not None:
            self.fields["branch"].initial = branch.pk


class ClaimForm(_BranchForm):
    """领办."""


class TransferForm(_BranchForm):
    """转办: to which post, and why."""

    post = forms.TypedChoiceField(
        label=_("转给哪个岗位"),
        coerce=UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    reason = _reason(_("为什么转"))

    def __init__(self, *args: Any, posts: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [(str(one.pk), one.name) for one in posts]  # type: ignore[attr-defined]
        if not posts:
            self.fields["post"].help_text = _("本部门现在没有别的岗位可以审查。")


class ReturnForm(StepForm):
    """退回: which stage, and what is wrong with it."""

    target = forms.TypedChoiceField(
        label=_("退回哪个环节"),
        coerce=UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    reason = _reason(_("要重新审查什么"), _("对方会看到；申请人看不到"))

    def __init__(self, *args: Any, targets: Sequence[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [(str(one.pk), one.stage.name) for one in targets]  # type: ignore[attr-defined]


class AssignForm(StepForm):
    """指定办理人: a stage and somebody of its post."""

    assignee = forms.ChoiceField(
        label=_("环节和办理人"),
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )

    def __init__(self, *args: Any, offers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = list(offers)  # type: ignore[attr-defined]

    def chosen(self) -> tuple[UUID, UUID]:
        """(branch, account) of a valid form."""
        branch, _colon, account = self.cleaned_data["assignee"].partition(":")
        return UUID(branch), UUID(account)


class RecuseForm(StepForm):
    """回避: what the interest is."""

    reason = _reason(_("有什么利害关系"), _("只有本部门和监督人员会看到"))


class _PhotosInput(forms.FileInput):
    """A box that takes several pictures, straight from a phone's camera."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The files in the order they were chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.FileField):
    """No, one or more pictures; the clean value is a list."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Check that each is a file; what is in them is told from their content."""
        single = super().clean
        return [single(one, initial) for one in data or []]


class RecordVisitForm(_BranchForm):
    """现场核查记录: short, and in the order in which it is filled in on the spot."""

    visited_on = forms.DateField(
        label=_("核查日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填核查日期。"), "invalid": _("请按 2026-01-31 这样填写日期。")},
    )
    present = forms.CharField(
        label=_("在场人员"),
        max_length=200,
        help_text=_("被核查单位在场的人，例如：店长王某"),
        error_messages={"required": _("请填在场人员。")},
    )
    second_officer = forms.CharField(
        label=_("另一名核查人员"),
        max_length=60,
        help_text=_("现场核查由两名以上工作人员进行"),
        error_messages={"required": SecondOfficerMissing.message},
    )
    photos = PhotosField(
        label=_("照片"),
        required=False,
        allow_empty_file=True,
        help_text=_("可以不拍，最多 12 张；照片里的拍摄地点等信息会去掉"),
        widget=_PhotosInput(attrs={"accept": _PICTURES, "multiple": True}),
    )
    finding = forms.CharField(
        label=_("核查情况和结论"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写核查情况和结论。")},
    )

    def __init__(self, *args: Any, branch: Branch | None, **kwargs: Any) -> None:
        super().__init__(*args, branch=branch, **kwargs)
        self.fields["visited_on"].initial = timezone.localdate
        lines = branch.stage.checklist if branch else []
        self.lines = {f"check_{place}": place for place in range(len(lines))}
        for name, place in self.lines.items():
            self.fields[name] = forms.ChoiceField(
                label=lines[place],
                choices=[(key, _label(key)) for key in RESULTS],
                widget=forms.RadioSelect,
                error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
            )
        self.order_fields(["visited_on", "present", "second_officer", *self.lines, "photos", "finding"])

    def checks(self) -> Mapping[int, str]:
        """The results of the checklist by the place of their lines."""
        return {place: self.cleaned_data[name] for name, place in self.lines.items()}


def _label(key: str) -> Any:
    return {"met": _("符合"), "unmet": _("不符合"), "none": _("不涉及")}[key]


class CommentForm(forms.Form):
    """A remark for the other departments."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("给其他部门留言"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("办理这个办件的各部门都能看到，申请人看不到；不要写和办件无关的个人信息。"),
        error_messages={"required": _("请写内容（最多 1000 个字）。"), "max_length": _("最多写 1000 个字。")},
    )


def remark_form(data: Mapping[str, Any] | None = None) -> CommentForm:
    """The form for a remark; its fields have ids of their own, for other forms of the page carry a key too."""
    return CommentForm(data, initial={"request_key": new_request_key()}, auto_id="comment_%s")
