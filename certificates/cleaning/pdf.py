"""A PDF without scripts, launches, attachments and whatever starts by itself; its pages, links and fields stay."""

import io
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import takewhile
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
# Filters that make more of what they get, by both of their names: readers take the short ones for streams too.
_FLATE = frozenset(["/FlateDecode", "/Fl"])
_UNFOLDING = _FLATE | {"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}


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
    odd = [one for one in _streams(pdf) if _unfolding(one) and _filters(one) != ["/FlateDecode"]]
    _refuse_mixed(one for one in odd if len(_unfolding(one)) > 1)
    _take(odd, limits.MOST_INFLATED)  # before they are unfolded to be written: a few bytes would keep us for long
    target = io.BytesIO()
    every = pikepdf.StreamDecodeLevel.specialized  # what is not a picture's own is unfolded and packed once
    pdf.save(target, encryption=False, deterministic_id=True, stream_decode_level=every)
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
    """Refuse what a viewer would choke on.

    What was written here has no more than one filter of its own on a stream, below a picture's, whatever came in.
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for stream in _streams(pdf):
            is_picture = str(stream.get("/Subtype", "")) == "/Image"
            if is_picture and int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > limits.MOST_PIXELS:
                raise Refused("pixels")
        _refuse_mixed(_streams(pdf))
        _take(_streams(pdf), limits.MOST_INFLATED)


def _refuse_mixed(streams: Iterable[Any]) -> None:
    """Refuse streams of which nobody can tell here what they would unfold to."""
    if any(len(_unfolding(stream)) > len(_leading(stream)) for stream in streams):
        raise Refused("bomb")


def _streams(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    return (thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream))


def _filters(stream: Any) -> list[str]:
    named = stream.get("/Filter", [])
    return [str(one) for one in named] if isinstance(named, pikepdf.Array) else [str(named)] if named else []


def _unfolding(stream: Any) -> list[str]:
    return [name for name in _filters(stream) if name in _UNFOLDING]


def _leading(stream: Any) -> list[str]:
    """The filters that are taken off first, as long as they are of the kind that is measured here."""
    return list(takewhile(_FLATE.__contains__, _filters(stream)))


def _take(streams: Iterable[Any], most: int) -> None:
    """Unfold streams piece by piece, every layer, keeping nothing; raises :class:`Refused` at more than ``most``."""
    left = [most]
    for stream in streams:
        pieces: Iterator[bytes] = iter([stream.read_raw_bytes()])
        for _layer in _leading(stream):
            pieces = _unfolded(pieces, left)
        deque(pieces, maxlen=0)


def _unfolded(pieces: Iterable[bytes], left: list[int]) -> Iterator[bytes]:
    """One layer less, piece by piece; what comes of it is taken from the budget ``left``."""
    unfold = zlib.decompressobj()
    for packed in pieces:
        rest = packed
        while rest and not unfold.eof:
            try:
                piece = unfold.decompress(rest, _PIECE)
            except zlib.error:
                return  # viewers show what they can of a torn stream
            left[0] -= len(piece)
            if left[0] < 0:
                raise Refused("bomb")
            yield piece
            rest = unfold.unconsumed_tail


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
