"""Prints a certificate's face as an unsigned PDF that carries its metadata (GB/T 36903-2018).

Official documents are in Chinese whatever language the reader's pages are in (国家通用语言文字法, art. 9), so
their words do not go through gettext.
"""

import json
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.safestring import mark_safe

from certificates.face import HOLDER_CODE_TYPES, Face
from certificates.layout import LOOKS, fit
from certificates.layouts.printing import own_part
from common.printing.guilloche import guilloche_svg
from common.printing.pdf import FileAttachment, render_backdrop, render_pdf
from common.printing.qr import qr_svg
from common.printing.seal import seal_svg

TEMPLATE = "documents/certificate.html"
BACKDROP = "documents/backdrop.html"
METADATA_FILE = "certificate-metadata.json"
DATE = "%Y-%m-%d"


def render_face(face: Face) -> bytes:
    """Return the unsigned PDF of `face`: one page, metadata as XMP properties and as a JSON attachment.

    Raises ValueError for a template that does not exist, CharacterMissing when a name cannot be printed.
    """
    if face.template not in LOOKS:
        raise ValueError(f"There is no certificate template {face.template!r}.")
    tags = metadata(face)
    fields = [{"name": label, "value": value} for label, value in face.rows]
    document = json.dumps({**tags, "KZ": fields}, ensure_ascii=False, indent=1).encode()
    return render_pdf(
        TEMPLATE,
        _context(face),
        title=f"{face.type_name} {face.number}",
        author=face.issuer_name,
        xmp=tags,
        backdrop=_backdrop(face.template, f"{face.type_code}{face.issuer_code}", face.issuer_name, face.seal_caption),
        attachments=[FileAttachment(METADATA_FILE, document, "电子证照元数据 GB/T 36903-2018", "application/json")],
    )


def metadata(face: Face) -> dict[str, str]:
    """The face's metadata elements under the tags of GB/T 36903-2018; optional ones only when they are known."""
    tags = {
        "ZZMC": face.type_name,
        "ZZLXDM": face.type_code,
        "ZZBH": face.number,
        "ZZBS": face.identifier,
        "ZZBFJG": face.issuer_name,
        "ZZBFJGDM": face.issuer_code,
        "ZZBFRQ": face.issued_on.strftime(DATE),
        "CZZT": face.holder_name,
        "CZZTDM": face.holder_code,
        "CZZTDMLX": HOLDER_CODE_TYPES.get(face.holder_code_type, ""),
        "CZZTDMLXDM": face.holder_code_type,
        "ZZYXQQSRQ": face.valid_from.strftime(DATE),
        "ZZYXQJZRQ": face.valid_until.strftime(DATE) if face.valid_until else "长期",
        "ZZQZMC": f"{face.issuer_name}{face.seal_caption}",
    }
    return {tag: value for tag, value in tags.items() if value}


def _context(face: Face) -> dict[str, Any]:
    look = LOOKS[face.template]
    own = own_part(face)
    if own:
        return {
            "face": face,
            "watermark": face.watermark,
            "look": look,
            "own": own,
            "qr_svg": mark_safe(qr_svg(face.qr_text or face.verify_url, level="l")),
        }
    fitted = fit(look, _fixed_rows(face), face.rows, elsewhere="见附页")
    holder, code, validity = _fixed_rows(face)
    return {
        "face": face,
        "watermark": face.watermark,
        "look": look,
        "setting": fitted.setting,
        "rows": (holder, code, *fitted.rows, validity),
        "annex": fitted.annex,
        "qr_svg": mark_safe(qr_svg(face.qr_text or face.verify_url, level="l")),
    }


@lru_cache(maxsize=64)
def _backdrop(template: str, seed: str, issuer_name: str, seal_caption: str) -> bytes:
    """Pattern, frame and seal: the same for every certificate of one type and issuer, and half of the work."""
    look = LOOKS[template]
    width, height = look.page
    pattern = guilloche_svg(seed, width=width, height=height, colour=look.pattern_colour)
    context = {
        "template": template,
        "corners": ("tl", "tr", "bl", "br"),
        "guilloche_svg": mark_safe(pattern),
        "seal_svg": mark_safe(seal_svg(issuer_name, caption=seal_caption)),
    }
    return render_backdrop(BACKDROP, context)


def _fixed_rows(face: Face) -> tuple[tuple[str, str], ...]:
    """The rows every face has: holder, holder's code, validity."""
    is_organisation = face.holder_code_type in {"001", "099"}
    holder = "单位名称" if is_organisation else "姓名" if face.holder_code_type else "持证主体"
    code = HOLDER_CODE_TYPES.get(face.holder_code_type) or "持证主体代码"
    until = _day(face.valid_until) if face.valid_until else "长期"
    return (
        (holder, face.holder_name),
        (code, face.holder_code),
        ("有效期", f"{_day(face.valid_from)} 至 {until}"),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
