"""DOCX and XLSX files (ECMA-376): opened, judged part by part, and written anew.

Writing the archive again drops whatever stood before, between or behind its parts, so that the file is nothing else.
"""

import io
import re
import zipfile
import zlib

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.errors import UploadDamaged
from services.guides.errors import FileTypeRefused, FileUnsafe

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_TYPES = "[Content_Types].xml"
_MOST_PARTS = 2_000
_MOST_BYTES = 100 * 1024 * 1024  # unpacked
_MOST_RATIO = 200  # text packs well, but not that well
_RATIO_FROM = 1024 * 1024  # bytes from which the ratio counts
_ACTIVE = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml|activeX/|embeddings/|macrosheets/|externalLinks/|attachedToolbars\.bin|"
    r"customUI/|ctrlProps/)|\.(exe|dll|js|vbs|hta|bat|cmd|scr|jar|html?|svg)$",
    re.IGNORECASE,
)
_MACRO_TYPES = (b"macroenabled", b"vbaproject", b"ms-office.activex")
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>", re.IGNORECASE)


def is_archive(content: bytes) -> bool:
    """Whether the content begins as a ZIP archive does."""
    return content.startswith(b"PK\x03\x04")


def clean(content: bytes) -> tuple[bytes, str]:
    """Return the file written anew and its media type.

    Raises :class:`FileTypeRefused`, :class:`FileUnsafe` or :class:`UploadDamaged` (a bomb is damaged, too).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            media_type = _media_type(names)
            _refuse_shape(parts, names)
            return _rewrite(archive, parts), media_type
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise UploadDamaged from error


def _media_type(names: list[str]) -> str:
    found = [media_type for main, media_type in _MAIN.items() if main in names]
    if _TYPES not in names or len(found) != 1:
        raise FileTypeRefused
    return found[0]


def _refuse_shape(parts: list[zipfile.ZipInfo], names: list[str]) -> None:
    if len(parts) > _MOST_PARTS or len(set(names)) != len(names):
        raise UploadDamaged
    if any(name.startswith(("/", "\\")) or ".." in name.split("/") or not name.isprintable() for name in names):
        raise UploadDamaged
    if any(part.flag_bits & 1 for part in parts):  # encrypted
        raise UploadDamaged
    if sum(part.file_size for part in parts) > _MOST_BYTES:
        raise UploadDamaged
    if any(_ACTIVE.search(name) for name in names):
        raise _unsafe(_("宏、控件或者嵌入的其他文件"))


def _rewrite(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bytes:
    target = io.BytesIO()
    total = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in parts:
            if part.is_dir():
                continue
            data = _unpack(archive, part)
            total += len(data)
            if total > _MOST_BYTES:
                raise UploadDamaged
            _judge(part.filename, data)
            entry = zipfile.ZipInfo(part.filename, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return target.getvalue()


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Unpack a part, no further than it says it is: a header that lies is a bomb."""
    with archive.open(part) as stream:
        data = stream.read(part.file_size + 1)
    if len(data) != part.file_size:
        raise UploadDamaged
    if part.file_size > _RATIO_FROM and part.file_size > _MOST_RATIO * max(part.compress_size, 1):
        raise UploadDamaged
    return data


def _judge(name: str, data: bytes) -> None:
    if not name.endswith((".xml", ".rels")):
        return
    if b"\x00" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # other encodings, entity bombs
        raise UploadDamaged
    if name == _TYPES and any(word in data.lower() for word in _MACRO_TYPES):
        raise _unsafe(_("宏"))
    if name.endswith(".rels"):
        for relationship in _RELATIONSHIP.findall(data):
            lowered = relationship.lower()
            is_link = b"/hyperlink" in lowered and (b'"http' in lowered or b'"mailto:' in lowered)
            if b"external" in lowered and not is_link:
                raise _unsafe(_("从别处取内容的链接"))
    if b"DDEAUTO" in data or re.search(rb"<w:instrText[^>]*>\s*DDE\b", data):
        raise _unsafe(_("会运行别的程序的域"))


def _unsafe(what: str | Promise) -> FileUnsafe:
    return FileUnsafe(what=str(what))
