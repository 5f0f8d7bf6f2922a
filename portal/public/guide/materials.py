"""Materials with what helps to prepare them: files to take home and the small print."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.formatting import code_label
from portal.public.guide.elements import said
from portal.public.guide.links import web_address, words
from portal.public.materials import GuideMaterial
from services.guides.cleaning import ENDINGS
from services.models import MaterialRequirement, VersionFile


@dataclass(frozen=True, slots=True)
class Download:
    """A file with what it is, its type and size."""

    file: VersionFile
    kind: str
    about: str  # PDF，35 KB


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One material of the guide. ``links`` are (kind, address), ``details`` (label, text)."""

    row: GuideMaterial
    downloads: list[Download]
    links: list[tuple[str, str]]
    details: list[tuple[str, str]]


def material_rows(rows: Sequence[GuideMaterial], files: Sequence[VersionFile]) -> list[MaterialRow]:
    """Put the files of a version beside its materials."""
    return [
        MaterialRow(
            row,
            [download(one) for one in files if one.material_key == row.material.key and one.kind != "result"],
            _links(row.material),
            _details(row.material),
        )
        for row in rows
    ]


def download(file: VersionFile) -> Download:
    """Say what a file is."""
    ending = ENDINGS.get(file.media_type, "").upper()
    return Download(file, code_label(file.get_kind_display()), "，".join(filter(None, [ending, size_words(file.size)])))


def size_words(size: int) -> str:
    """35 KB, 1.2 MB."""
    return f"{max(1, round(size / 1024))} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def _links(material: MaterialRequirement) -> list[tuple[str, str]]:
    named = [(_("空白表格"), material.blank_form), (_("示例样表"), material.sample)]
    return [(kind, link) for kind, raw in named if (link := web_address(raw))]


def _details(material: MaterialRequirement) -> list[tuple[str, str]]:
    def label(name: str) -> str:
        text = getattr(material, f"get_{name}_display")()
        return code_label(text) if text else ""

    how_many = [
        _("原件 %(count)s 份") % {"count": material.originals} if material.originals else "",
        _("复印件 %(count)s 份") % {"count": material.copies} if material.copies else "",
    ]
    pairs = [
        (_("份数"), "，".join(filter(None, how_many))),
        (_("形式"), label("material_type")),
        (_("纸质规格"), material.paper_format),
        (_("来源"), label("source_type") if material.source_type == "20" else ""),
        (_("来源说明"), material.source_note),
        (_("谁出具"), material.issuer),
        (_("什么时候出具的有效"), material.issuer_time),
        (_("到哪里开"), material.issuer_place),
        (_("怎么开"), material.issuer_note),
        (_("受理标准"), material.acceptance),
        (_("做什么用"), material.use_note),
        (_("空白表格"), words(material.blank_form)),
        (_("示例样表"), words(material.sample)),
    ]
    return [(name, text) for name, value in pairs if (text := said(value))]
