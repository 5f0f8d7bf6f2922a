"""A file that goes to everybody: opened as what it is, rid of what could act, and written anew.

The common check of uploads (:func:`certificates.uploads.check`) comes first for PDF and pictures. What is stored is
what was written here, never the bytes that came in: nothing hides behind the end of a picture or before a PDF.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import pikepdf
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from certificates import uploads
from certificates.errors import UploadDamaged, UploadTooLarge, UploadTypeRefused
from services.guides import office
from services.guides.errors import FileTypeRefused

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", office.DOCX: "docx", office.XLSX: "xlsx"}
_ROOT_KEYS = ("/OpenAction", "/AA", "/Collection", "/AF", "/Metadata")
_NAME_TREES = ("/JavaScript", "/EmbeddedFiles", "/AlternatePresentations")
_ACTIONS_OUT = frozenset(
    [
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition"),
        *("/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Trans", "/Hide", "/Thread"),
    ]
)
_ANNOTATIONS_OUT = frozenset(["/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"])
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Content that was written here; ``name`` is without its ending."""

    content: bytes
    media_type: str
    sha256: str
    name: str


def clean(upload: UploadedFile) -> CleanFile:
    """Check and clean an upload.

    Raises ``UploadEmpty``, ``UploadTooLarge``, ``UploadDamaged``, :class:`FileTypeRefused` or :class:`FileUnsafe`.
    """
    uploads.require_size(upload)
    start = upload.read(8)
    upload.seek(0)
    if office.is_archive(start):
        content, media_type = office.clean(upload.read())
    else:
        content, media_type = _plain(upload)
    if len(content) > uploads.most_bytes():  # a picture may grow when it is drawn again
        raise UploadTooLarge(size=_megabytes(len(content)), limit=_megabytes(uploads.most_bytes()))
    name = uploads.plain_name(upload.name or "")
    stem, dot, _ending = name.rpartition(".")
    return CleanFile(content, media_type, hashlib.sha256(content).hexdigest(), stem if dot and stem else name)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f}"


def _plain(upload: UploadedFile) -> tuple[bytes, str]:
    try:
        checked = uploads.check(upload)
    except UploadTypeRefused as error:
        raise FileTypeRefused from error
    try:
        if checked.media_type == "application/pdf":
            return _clean_pdf(checked.content), checked.media_type
        return _redraw(checked.content, checked.media_type), checked.media_type
    except Exception as error:  # a parser of hostile content raises whatever it stumbles over
        raise UploadDamaged from error


def _clean_pdf(content: bytes) -> bytes:
    """Leave pages, links and form fields; take scripts, attachments, launches and whatever starts by itself."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        _drop(root, _ROOT_KEYS)
        _drop(root.get("/Names"), _NAME_TREES)
        _drop(root.get("/AcroForm"), ("/XFA", "/CO"))
        for page in pdf.pages:
            _clean_annotations(page.obj)
        for thing in pdf.objects:
            _disarm(thing, 0)
        target = io.BytesIO()
        pdf.save(target, encryption=False, deterministic_id=True)  # what nothing refers to any more is not written
        return target.getvalue()


def _drop(thing: Any, keys: tuple[str, ...]) -> None:
    for key in keys:
        if thing is not None and key in thing:
            del thing[key]


def _clean_annotations(page: Any) -> None:
    if "/Annots" in page:
        kept = [one for one in page.Annots if str(one.get("/Subtype", "")) not in _ANNOTATIONS_OUT]
        page.Annots = pikepdf.Array(kept)


def _disarm(thing: Any, depth: int) -> None:
    """Make every action below this object do nothing, wherever it hangs: page, field, bookmark or link."""
    if depth > _DEEPEST:
        raise UploadDamaged
    if isinstance(thing, pikepdf.Array):
        for one in thing:
            _step_in(one, depth)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        _drop(thing, ("/AA", "/JS", "/AF"))
        if str(thing.get("/S", "")) in _ACTIONS_OUT or not _is_plain_link(thing):
            _drop(thing, ("/F", "/Win", "/Mac", "/Unix", "/D", "/URI", "/Next"))
            thing.S, thing.N = pikepdf.Name.Named, pikepdf.Name("/NOP")
        for key in list(thing.keys()):
            _step_in(thing[key], depth)


def _step_in(thing: Any, depth: int) -> None:
    """Go on into what stands inside; indirect objects have their own turn."""
    if isinstance(thing, pikepdf.Object) and not thing.is_indirect:
        _disarm(thing, depth + 1)


def _is_plain_link(thing: Any) -> bool:
    if str(thing.get("/S", "")) != "/URI":
        return True
    return str(thing.get("/URI", "")).lower().startswith(("https://", "http://", "mailto:", "tel:"))


def _redraw(content: bytes, media_type: str) -> bytes:
    """Draw the picture again: where it was taken, by whom, and anything behind its end stay outside."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        picture = ImageOps.exif_transpose(opened)
        target = io.BytesIO()
        if media_type == "image/jpeg":
            picture.convert("RGB").save(target, "JPEG", quality=88, optimize=True)
        else:
            shown = picture if picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else picture.convert("RGB")
            bare = Image.new(shown.mode, shown.size)
            if shown.mode == "P":
                shown = shown.convert("RGBA")
                bare = Image.new("RGBA", shown.size)
            bare.paste(shown)
            bare.save(target, "PNG", optimize=True)
        return target.getvalue()
