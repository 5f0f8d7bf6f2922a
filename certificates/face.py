"""What a certificate's face (照面) shows, and the words of the watermark; no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from certificates.layouts.language import NO_LAYOUT, Layout

# Codes and names of 持证主体代码类型, GB/T 36903-2018 appendix A.
HOLDER_CODE_TYPES = {
    "001": "统一社会信用代码",
    "099": "其他法人或其他组织有效证件代码",
    "111": "公民身份号码",
    "114": "解放军军官证",
    "115": "武警警官证",
    "118": "解放军士兵证",
    "119": "武警士兵证",
    "120": "解放军文职人员证",
    "122": "武警文职人员证",
    "411": "外交护照",
    "412": "公务护照",
    "413": "公务普通护照",
    "414": "普通护照",
    "511": "台湾居民来往大陆通行证",
    "516": "港澳居民来往内地通行证",
    "999": "其他自然人有效证件代码",
}


@dataclass(frozen=True, kw_only=True)
class Face:
    """Everything printed on one certificate.

    `identifier` is the 证照标识 of GB/T 36904-2018; `holder_code_type` a key of HOLDER_CODE_TYPES or "" when
    unknown; `valid_until` None means 长期; `rows` are the type's own fields as (label, value); `template` is
    licence, card or proof; `watermark` is printed across the page when not empty; `qr_text` is what the QR code
    carries where that is not `verify_url`, the address printed beside it. A type's own `layout` takes the place of the
    table of rows and prints `values` (of the fields, by key); it is not used where they do not fit.
    """

    type_name: str
    type_code: str
    number: str
    identifier: str
    holder_name: str
    holder_code: str
    holder_code_type: str = ""
    issuer_name: str
    issuer_code: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    rows: tuple[tuple[str, str], ...]
    verify_url: str
    qr_text: str = ""
    template: str
    watermark: str = ""
    seal_caption: str
    layout: Layout = NO_LAYOUT
    values: Mapping[str, str] = field(default_factory=dict)


def watermark_text(*, provider: str, valid_until: date | None, purpose: str = "办理政务服务事项") -> str:
    """The watermark of a grade A certificate (国办函〔2016〕108号, 统一电子证照库); without an end it is 长期有效."""
    until = (
        "长期有效" if valid_until is None else f"有效期至{valid_until.year}年{valid_until.month}月{valid_until.day}日"
    )
    return f"此件由{provider}提供，仅供{purpose}时使用，{until}"
