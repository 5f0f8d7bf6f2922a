"""Item codes taken apart for people: what each group of characters says, and whether it can be; pure.

Composition: ZWFW C0109.1-2018 / GB/T 39554.1-2020; province digits GB/T 2260. Of these codes only the credit code
inside a 31-character code has a check character of its own; the rest is checked by its form and its parts.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.checksums import uscc_check
from common.formatting import code_label
from services.codes import CATALOG_CODE, ItemType, UseLevel, has_subs

_PROVINCES = {
    "00": "国家", "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
    "21": "辽宁", "22": "吉林", "23": "黑龙江", "31": "上海", "32": "江苏", "33": "浙江",
    "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南", "42": "湖北",
    "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川",
    "52": "贵州", "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海",
    "64": "宁夏", "65": "新疆", "66": "新疆生产建设兵团", "71": "台湾", "81": "香港", "82": "澳门",
}  # fmt: skip
_LETTERS = re.compile("[0-9A-HJ-NP-RT-UW-Y]+")


@dataclass(frozen=True, slots=True)
class CodePart:
    """One group of characters: its text, what it is called, what it means, and whether it can be."""

    text: str
    label: str
    meaning: str
    is_good: bool = True


def catalog_parts(code: str) -> list[CodePart]:
    """Take a 12-character 基本编码 apart; a code of another length is one part that cannot be."""
    if len(code) != 12:
        return [
            CodePart(code, _("基本编码"), _("应当是 12 位，这里是 %(count)s 位") % {"count": len(code)}, is_good=False)
        ]
    region, kind, main, sub = code[:2], code[2:4], code[4:9], code[9:]
    kinds = dict(ItemType.choices)
    return [
        CodePart(region, _("行政区划"), _PROVINCES.get(region, _("没有这个省级代码")), region in _PROVINCES),
        CodePart(kind, _("事项类型"), code_label(kinds[kind]) if kind in kinds else _kind(kind), _is_kind(kind)),
        CodePart(
            main,
            _("主项"),
            _("业务指导部门 %(body)s，第 %(number)s 号") % {"body": main[:2], "number": main[2:]}
            if _LETTERS.fullmatch(main)
            else _not_letters(),
            bool(_LETTERS.fullmatch(main)),
        ),
        CodePart(
            sub, _("子项"), _sub(code) if _LETTERS.fullmatch(sub) else _not_letters(), bool(_LETTERS.fullmatch(sub))
        ),
    ]


def _is_kind(kind: str) -> bool:
    return kind.isascii() and kind.isdigit() and kind < "30"


def _kind(kind: str) -> str:
    return _("地方扩展的类型") if _is_kind(kind) else _("没有这个事项类型")


def _not_letters() -> str:
    return _("只能用数字和大写字母，不用 I、O、Z、S、V")


def _sub(code: str) -> str:
    if has_subs(code):
        return _("这个主项有子项，本身不实施")
    return _("没有子项") if code[9:] == "000" else _("第 %(number)s 个子项") % {"number": code[9:]}


def task_parts(code: str) -> list[CodePart]:
    """Take a 31-character 实施编码 apart: credit code with its check character, level, then the 基本编码."""
    if len(code) != 31:
        return [
            CodePart(code, _("实施编码"), _("应当是 31 位，这里是 %(count)s 位") % {"count": len(code)}, is_good=False)
        ]
    body, level, catalog = code[:18], code[18], code[19:]
    levels = dict(UseLevel.choices)
    is_body = _fits(body)
    meaning = _("第 18 位校验通过") if is_body else _("第 18 位校验不通过")
    return [
        CodePart(body, _("实施主体统一社会信用代码"), meaning, is_body),
        CodePart(
            level, _("行使层级"), code_label(levels[level]) if level in levels else _("没有这个层级"), level in levels
        ),
        CodePart(catalog, _("基本编码"), _whole(catalog), bool(CATALOG_CODE.fullmatch(catalog))),
    ]


def _fits(body: str) -> bool:
    try:
        return uscc_check(body[:17]) == body[17]
    except (KeyError, ValueError):
        return False


def _whole(catalog: str) -> str:
    return _("12 位，格式正确") if CATALOG_CODE.fullmatch(catalog) else _("不是 12 位标准格式")


def handle_parts(code: str) -> list[CodePart]:
    """Take a 33-character 业务办理项编码 apart: the 实施编码 and its sequence."""
    if len(code) != 33:
        text = _("应当是 33 位，这里是 %(count)s 位") % {"count": len(code)}
        return [CodePart(code, _("业务办理项编码"), text, is_good=False)]
    number = code[31:]
    is_good = number.isascii() and number.isdigit() and number != "00"
    return [*task_parts(code[:31]), CodePart(number, _("顺序号"), _("01 到 99"), is_good)]


def short_catalog(code: str) -> str:
    """The 10-character form that GB/T 39046-2020 itself declares: without the region."""
    return code[2:]
