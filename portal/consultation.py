"""The form of a question or an answer, and the messages of a thread as both surfaces show them."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.consultation.models import Consultation, ConsultationMessage
from cases.consultation.rules import LONGEST

_KINDS = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The files in the order they were chosen."""
        return files.getlist(name) if isinstance(files, MultiValueDict) else []


class _FilesField(forms.FileField):
    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Check that each is a file; what is in them is judged by their content later."""
        return [super(_FilesField, self).clean(one, initial) for one in data or []]


class MessageForm(forms.Form):
    """A question or an answer, and files with it."""

    text = forms.CharField(
        label=_("您的问题"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("请写内容，最多 1000 字。"),
            "max_length": _("请写内容，最多 1000 字。"),
        },
    )
    attachments = _FilesField(
        label=_("附件"),
        required=False,
        allow_empty_file=True,  # what is wrong with an empty file is said in the words of every upload
        help_text=_("可以不传。拍照或 PDF，最多 5 个，每个不超过 20 MB。"),
        widget=_FilesInput(attrs={"accept": _KINDS, "multiple": True}),
        error_messages={"invalid": _("没有收到文件，请重新选择。")},
    )

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, label: Any = None) -> None:
        super().__init__(data, files, initial={"request_key": uuid4().hex})
        if label:
            self.fields["text"].label = label

    def key(self) -> str:
        """The key of what was sent: the form's with the text and the files. A page taken from the browser's memory
        carries its old key; another text written there is another message."""
        data = self.cleaned_data
        if not data["request_key"]:
            return ""
        marks = [data["request_key"], data["text"], *(f"{one.name}|{one.size}" for one in data["attachments"])]
        return hashlib.sha256("|".join(marks).encode(errors="replace")).hexdigest()

    def add_refusals(self, fields: Mapping[str, Any], text: str) -> None:
        """Put what an action refused beside its field; what is about no field is about the files."""
        if not fields:
            self.add_error("attachments", text)
        for field, message in fields.items():
            self.add_error(field if field in self.fields else None, str(message))


STATES = (
    pgettext_lazy("code", "待答复"),
    pgettext_lazy("code", "已答复"),
    pgettext_lazy("code", "已结束"),
)  # in English
_TONES = {Consultation.State.WAITING: "amber", Consultation.State.ANSWERED: "jade", Consultation.State.CLOSED: "plain"}


def tone_of(thread: Consultation | None) -> str:
    """The colour word of a thread's state."""
    return _TONES[Consultation.State(thread.state)] if thread else "plain"


def messages_of(thread: Consultation | None) -> list[ConsultationMessage]:
    """The messages of a thread that was read with them, the oldest first."""
    return list(thread.messages.all()) if thread else []
