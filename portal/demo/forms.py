"""Blank forms and samples for a few items of the demonstration, drawn when it is loaded."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from identity.actor import Actor
from portal.demo.sample_pdf import drawing_font
from services.guides import actions
from services.guides.queries import files_of
from services.models import ItemVersion, VersionFile

WITH_FORMS = frozenset(["outdoor-ad", "food-business", "marriage-registration"])  # by their key in the content files
_PAGE = (827, 1169)  # A4 at 100 dots an inch
_BLANK = (
    "姓名或单位名称：",
    "证件号码：",
    "联系电话：",
    "内容：",
    "",
    "",
    "签名或盖章：                年    月    日",
)
_FILLED = (
    "姓名或单位名称：某某餐饮店",
    "证件号码：（按证件填写）",
    "联系电话：0000-0000000",
    "内容：与实际情况一致",
    "",
    "",
    "签名：张某某    2026 年 1 月 5 日",
)


def add_files(actor: Actor, draft: ItemVersion) -> ItemVersion:
    """Give a draft's own-made materials a blank form, the first one a sample picture too; returns it as it is now."""
    own = [row for row in draft.materials.filter(source_type="10").order_by("order") if not row.satisfied_by.exists()]
    if files_of(draft) or not own:
        return draft
    for number, material in enumerate(own[:2]):
        pdf = _paper(material.name, _BLANK, "PDF")
        _add(actor, draft, VersionFile.Kind.BLANK, material.key, f"{material.name}（空白）", "form.pdf", pdf)
        if number == 0:
            picture = _paper(material.name, _FILLED, "PNG", mark="样表，仅供参考")
            _add(
                actor, draft, VersionFile.Kind.SAMPLE, material.key, f"{material.name}（填好的样子）", "s.png", picture
            )
    return ItemVersion.objects.get(pk=draft.pk)


def _add(actor: Actor, draft: ItemVersion, kind: str, key: str, name: str, file_name: str, content: bytes) -> None:
    draft.refresh_from_db(fields=["revision", "state"])
    upload = SimpleUploadedFile(file_name, content)
    actions.add_file(
        actor,
        version_id=draft.pk,
        kind=kind,
        material_key=key,
        name=name,
        upload=upload,
        expected_revision=draft.revision,
    )


def _paper(title: str, lines: tuple[str, ...], kind: str, mark: str = "") -> bytes:
    page = Image.new("RGB", _PAGE, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((50, 50, _PAGE[0] - 50, _PAGE[1] - 50), outline="#8a93a3", width=2)
    draw.text((_PAGE[0] / 2, 150), title, font=drawing_font(32), fill="#16202e", anchor="mm")
    for number, line in enumerate(lines):
        draw.text((100, 260 + number * 90), line, font=drawing_font(24), fill="#16202e")
        draw.line((100, 300 + number * 90, _PAGE[0] - 100, 300 + number * 90), fill="#c3ccd9", width=2)
    if mark:
        draw.text((_PAGE[0] / 2, _PAGE[1] - 120), mark, font=drawing_font(28), fill="#b3261e", anchor="mm")
    file = io.BytesIO()
    page.save(file, kind, **({"resolution": 100, "title": title} if kind == "PDF" else {}))
    return file.getvalue()
