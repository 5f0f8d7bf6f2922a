"""A PDF without scripts, launches, attachments and whatever starts by itself; its pages, links and fields stay."""

import io
import zlib
from typing import Any

import pikepdf

from certificates.cleaning import limits
from certificates.cleaning.limits import Refused

_ROOT_KEYS = ("/OpenAction", "/AA", "/Collection", "/AF", "/Metadata")
_NAME_TREES = ("/JavaScript", "/EmbeddedFiles", "/AlternatePresentations")
_ACTIONS_OUT = frozenset(
    [
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition"),
        *("/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Trans", "/Hide", "/Thread"),
    ]
)
_ANNOTATIONS_OUT = frozenset(["/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"])
_PIECE = 1024 * 1024


def open_pdf(content: bytes) -> pikepdf.Pdf:
    """Open a PDF that needs no password. Raises :class:`Refused`, or whatever the parser stumbles over."""
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise Refused("locked") from error
    if len(pdf.objects) > limits.MOST_OBJECTS or len(pdf.pages) > limits.MOST_PAGES:
        raise Refused("pages")
    if len(pdf.pages) == 0:
        raise Refused("damaged")
    return pdf


def clean_pdf(content: bytes) -> tuple[bytes, int]:
    """Return the PDF as written here and its number of pages. Raises :class:`Refused`."""
    with open_pdf(content) as pdf:
        disarm(pdf)
        return write(pdf), len(pdf.pages)


def write(pdf: pikepdf.Pdf) -> bytes:
    """Write a PDF; what nothing refers to any more, or what stood around it in the file, is not written.

    Raises :class:`Refused` when it would unfold to more than a viewer bears.
    """
    target = io.BytesIO()
    pdf.save(target, encryption=False, deterministic_id=True)
    _measure(target.getvalue())
    return target.getvalue()


def disarm(pdf: pikepdf.Pdf) -> None:
    """Take out whatever could act."""
    _drop(pdf.Root, _ROOT_KEYS)
    _drop(pdf.Root.get("/Names"), _NAME_TREES)
    _drop(pdf.Root.get("/AcroForm"), ("/XFA", "/CO"))
    for page in pdf.pages:
        _clean_annotations(page.obj)
    for thing in pdf.objects:
        _disarm(thing, 0)


def _drop(thing: Any, keys: tuple[str, ...]) -> None:
    for key in keys:
        if thing is not None and key in thing:
            del thing[key]


def _clean_annotations(page: Any) -> None:
    if "/Annots" in page:
        kept = [one for one in page.Annots if str(one.get("/Subtype", "")) not in _ANNOTATIONS_OUT]
        page.Annots = pikepdf.Array(kept)


def _measure(content: bytes) -> None:
    """Unfold every stream piece by piece, keeping nothing; refuse what a viewer would choke on.

    What was written here has no more than one filter of its own on a stream, whatever came in.
    """
    left = limits.MOST_INFLATED
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for thing in pdf.objects:
            if not isinstance(thing, pikepdf.Stream):
                continue
            is_picture = str(thing.get("/Subtype", "")) == "/Image"
            if is_picture and int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)) > limits.MOST_PIXELS:
                raise Refused("pixels")
            left -= _unfolded(thing, left)


def _unfolded(stream: Any, most: int) -> int:
    """How many bytes a stream unfolds to; raises :class:`Refused` at more than ``most``."""
    if "/FlateDecode" not in str(stream.get("/Filter", "")):
        return 0
    rest, total = stream.read_raw_bytes(), 0
    unfold = zlib.decompressobj()
    while rest and not unfold.eof:
        try:
            piece = unfold.decompress(rest, _PIECE)
        except zlib.error:
            break  # viewers show what they can of a torn stream
        total += len(piece)
        if total > most:
            raise Refused("bomb")
        rest = unfold.unconsumed_tail
    return total


def _disarm(thing: Any, depth: int) -> None:
    """Make every action below this object do nothing, wherever it hangs: page, field, bookmark or link."""
    if depth > limits.DEEPEST:
        raise Refused("damaged")
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
