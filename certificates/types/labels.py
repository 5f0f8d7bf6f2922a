"""What people call the parts of a certificate type, for conflicts, histories and comparisons."""

from django.utils.translation import gettext_lazy as _

LABELS = {
    "name": _("名称"),
    "sequence": _("类型代码的顺序码"),
    "holder_kind": _("持证主体"),
    "is_single_instance": _("数量"),
    "subject_field": _("按哪一栏分张"),
    "fields": _("照面栏目"),
    "validity": _("有效期规则"),
    "validity_months": _("有效期月数"),
    "number_pattern": _("编号规则"),
    "number_prefix": _("编号字头"),
    "retention": _("保管期限"),
    "template": _("版面"),
    "seal_caption": _("签章名称"),
    "has_sm2_signature": _("国密签名"),
    "body": _("自定版式"),
    "style": _("版式样式"),
    "duties": _("谁可以办"),
    "note": _("这一版的说明"),
}


def part_label(name: str) -> str:
    """What people call a part; a name without a label stays as it is."""
    return str(LABELS.get(name, name))
