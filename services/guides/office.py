"""DOCX and XLSX files (ECMA-376): opened, judged part by part, and written anew.

Writing the archive again drops whatever stood before, between or behind its parts, so that the file is nothing else.
What a part says is read as XML, the way an office program reads it: a word written as character references, or in a
place where a search through the bytes does not look, is the same word.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

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
_XML_STARTS = (b"<", b"\xff\xfe", b"\xfe\xff")  # whatever a part is called: its type may stand in the list of types
_CODE = 200  # characters of a field's code that are looked at
_ACTIVE = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml|activeX/|embeddings/|macrosheets/|externalLinks/|attachedToolbars\.bin|"
    r"customUI/|ctrlProps/)|\.(exe|dll|js|vbs|hta|bat|cmd|scr|jar|html?|svg)$",
    re.IGNORECASE,
)
_MACRO_TYPES = ("macroenabled", "vbaproject", "ms-office.activex")
_HYPERLINK = "/relationships/hyperlink"  # the end of its type, in ECMA-376 and in ISO/IEC 29500 strict
_LINKS = ("http://", "https://", "mailto:")
_FETCHING = re.compile(r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\b", re.IGNORECASE)


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
    if len(parts) > _MOST_PARTS or len({name.lower() for name in names}) != len(names):
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
    lowered = name.lower()  # names of parts are the same in capitals (ECMA-376 part 2, 6.2.2.3)
    if not (lowered.endswith((".xml", ".rels")) or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_XML_STARTS)):
        return
    judge: Callable[[str, dict[str, str]], None] = _no_judgement
    if lowered == _TYPES.lower():
        judge = _judge_type
    elif lowered.endswith(".rels"):
        judge = _judge_relationship
    _Part(judge).read(data)


def _no_judgement(tag: str, attributes: dict[str, str]) -> None:
    """Elsewhere only fields count."""


def _judge_type(tag: str, attributes: dict[str, str]) -> None:
    told = attributes.get("ContentType", "").lower()
    if any(word in told for word in _MACRO_TYPES):
        raise _unsafe(_("宏"))


def _judge_relationship(tag: str, attributes: dict[str, str]) -> None:
    if attributes.get("TargetMode", "").strip().lower() != "external":
        return
    is_link = attributes.get("Type", "").lower().endswith(_HYPERLINK)
    if not (is_link and attributes.get("Target", "").strip().lower().startswith(_LINKS)):
        raise _unsafe(_("从别处取内容的链接"))


class _Part:
    """One XML part: no document type (entities), and no field that fetches something or runs another program."""

    def __init__(self, judge: Callable[[str, dict[str, str]], None]) -> None:
        self._judge = judge
        self._is_code = False
        self._code = ""

    def read(self, data: bytes) -> None:
        """Raises :class:`FileUnsafe` or :class:`UploadDamaged`."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError) as error:
            raise UploadDamaged from error

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        self._judge(name, plain)
        self._is_code = name == "instrText"
        if name == "fldChar":  # a field's code may be cut into any number of pieces
            self._code = ""
        elif name == "fldSimple":
            _judge_field(plain.get("instr", ""))

    def _text(self, text: str) -> None:
        if self._is_code and len(self._code) < _CODE:
            self._code += text
            _judge_field(self._code)

    def _end(self, tag: str) -> None:
        self._is_code = False


def _judge_field(code: str) -> None:
    if _FETCHING.match(code):
        raise _unsafe(_("会运行别的程序的域"))


def _refuse(*_told: object) -> None:
    raise UploadDamaged


def _unsafe(what: str | Promise) -> FileUnsafe:
    return FileUnsafe(what=str(what))
