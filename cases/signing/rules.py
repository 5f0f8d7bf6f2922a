"""The canonical form of what is signed, and the words of the declaration. Pure but for reading loaded rows."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseMaterial

FORMAT = 1
# A legal text: frozen as it was shown, in Chinese (行政许可法第三十一条: the applicant answers for the material).
DECLARATION = (
    "本人（本单位）已核对以上内容，保证填写的内容和提交的材料真实，对申请材料实质内容的真实性负责。"
    "隐瞒有关情况或者提供虚假材料的，愿意承担《中华人民共和国行政许可法》第七十八条、第七十九条规定的法律责任："
    "不予受理或者不予许可、警告；已经取得许可的，撤销许可并依法处罚。"
    "本人同意以勾选和身份核验的方式在线签署本声明。"
)
METHOD_NAMES: dict[str, str | Promise] = {
    "": _("登录状态"),
    "password": _("密码"),
    "code": _("本人手机验证码"),
    "mfa": _("动态验证码或通行密钥"),
    "upstream": _("上级身份认证平台"),
    "joint": _("联办件提交时签署"),
    "counter_display": _("窗口核验证件，本人在客屏上确认"),
    "counter_paper": _("窗口核验证件，本人在纸质件上签字"),
}


def asks_fresh_proof(level: int) -> bool:
    """Whether an item of this real-name level has its declaration signed with a fresh proof of identity."""
    return level >= settings.SIGN_AFRESH_FROM_LEVEL


def method_name(method: str) -> str:
    """How somebody proved who they are, in words; the provider's own name for one not known here."""
    return str(METHOD_NAMES.get(method, method))


def content_of(case: Case, rows: Iterable[CaseMaterial]) -> dict[str, Any]:
    """What of a case is signed: the item, the situation, every answer with its source, every material with its hash."""
    return {
        "format": FORMAT,
        "number": case.number or "",
        "item": case.item.code,
        "item_version": case.item_version.version,
        "situation": case.situation,
        "answers": {key: {"value": one["value"], "source": one["source"]} for key, one in case.answers.items()},
        "materials": {_place(row): _material(row) for row in rows},
    }


def _place(row: CaseMaterial) -> str:
    return f"{row.requirement.key}#{row.piece}" if row.piece else row.requirement.key


def _material(row: CaseMaterial) -> dict[str, str]:
    return {
        "name": row.name,
        "way": row.way,
        "certificate": row.certificate.number if row.certificate else "",
        "document": str(row.document_id or ""),
        "sha256": row.document.sha256 if row.document else "",
    }


def canonical(content: Mapping[str, Any]) -> bytes:
    """One byte form for one content: UTF-8 JSON, keys in order, no blanks (after RFC 8785)."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode()


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()
