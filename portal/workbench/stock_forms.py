"""The form of an upload of existing stock."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from certificates.models import CertificateType
from identity.models import Department
from portal.workbench.directory_forms import NamedChoice


class StockForm(forms.Form):
    """Whose certificates of which type, and the file."""

    issuer = NamedChoice(label=_("发证部门"), queryset=None, empty_label=None)
    type: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("证照类型"),
        queryset=None,
        empty_label=_("请选择"),
        help_text=_("只列出本部门定义或者受托签发的；别的来源不能作为 A 级证照入库"),
    )
    sheet = forms.FileField(
        label=_("导出的文件"),
        help_text=_("CSV 或者 XLSX，最大 20 MB；更大的由管理员用命令导入"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )

    def __init__(
        self, *args: Any, issuers: QuerySet[Department], types: QuerySet[CertificateType], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["issuer"].queryset = issuers  # type: ignore[attr-defined]
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
