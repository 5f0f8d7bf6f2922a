"""Django template → HTML → PDF (WeasyPrint), with metadata and attachments added by pikepdf before any signing."""

import io
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pikepdf
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pikepdf.models.metadata import encode_pdf_date
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from common.printing.errors import CharacterMissing, ResourceRefused
from common.printing.fonts import FontSet, ensure_fonts

STYLE_SHEET = "documents/documents.css"
# Metadata names of GB/T 36903-2018 (ZZMC, ZZBS …) get a namespace of their own in the XMP packet.
XMP_NAMESPACE = "tag:onestop,2026:elic-metadata#"
XMP_PREFIX = "elic"
CREATOR = "OneStop 一站通"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# WeasyPrint shares one Pango font map within the process, which is not safe to use from two threads.
_rendering = threading.Lock()


@dataclass(frozen=True)
class FileAttachment:
    """A file to embed: `name` as shown, `content`, and what it is."""

    name: str
    content: bytes
    description: str = ""
    mime_type: str = "application/octet-stream"


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    author: str,
    xmp: Mapping[str, str] | None = None,
    attachments: Sequence[FileAttachment] = (),
    backdrop: bytes | None = None,
) -> bytes:
    """Print `template` with `context` and return an unsigned PDF file.

    `xmp` maps metadata tags (letters, digits, underscore) to values; they go into the XMP packet under
    ``XMP_NAMESPACE``. `backdrop`, from render_backdrop, is laid under the first page. Nothing is fetched from
    the network. Raises CharacterMissing when a character has no glyph in any registered font, ResourceRefused
    when the template refers to anything outside the document.
    """
    raw = _print(template, context, tags=True)
    return _finish(raw, title=title, author=author, xmp=xmp or {}, attachments=attachments, backdrop=backdrop)


def render_backdrop(template: str, context: Mapping[str, Any]) -> bytes:
    """Print a page to be laid under others: decoration only, without structure and metadata. Raises as render_pdf."""
    return _print(template, context, tags=False)


def count_pages(template: str, context: Mapping[str, Any]) -> int:
    """Lay `template` out and tell how many pages it takes, without drawing them. Raises as render_pdf."""
    html = _html(template, context)
    with _rendering, _closed() as setup:
        document = HTML(string=html, base_url="document:", url_fetcher=setup.fetcher).render(
            font_config=setup.font_config, stylesheets=[setup.style_sheet]
        )
        return len(document.pages)


def _html(template: str, context: Mapping[str, Any]) -> str:
    # A public body writes in standard Chinese (国家通用语言文字法, art. 9), whoever asked for the document.
    with translation.override("zh-hans"):
        html = CONTROL.sub("", render_to_string(template, dict(context)))
    fonts = ensure_fonts()
    if missing := fonts.missing(html):
        raise CharacterMissing(characters="、".join(f"{char}（U+{ord(char):04X}）" for char in missing))
    return html


def _print(template: str, context: Mapping[str, Any], *, tags: bool) -> bytes:
    html = _html(template, context)
    with _rendering, _closed() as setup:
        raw: bytes = HTML(string=html, base_url="document:", url_fetcher=setup.fetcher).write_pdf(
            font_config=setup.font_config, stylesheets=[setup.style_sheet], pdf_tags=tags
        )
    return raw


@contextmanager
def _closed() -> Iterator["_PrintSetup"]:
    """What one rendering needs; anything outside the document that it asked for makes it fail."""
    setup = _print_setup(ensure_fonts())
    setup.fetcher.refused.clear()
    try:
        yield setup
    except _Refused as refused:
        raise ResourceRefused(url=refused.url) from refused
    # Inside a drawing WeasyPrint swallows every exception and leaves the drawing out.
    if setup.fetcher.refused:
        raise ResourceRefused(url=setup.fetcher.refused[0])


class _Refused(FatalURLFetchingError):
    """Stops a rendering at once; WeasyPrint would print the page without the resource otherwise."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url[:200]


class _ClosedFetcher(URLFetcher):
    """Gives out ``data:`` and the registered font files, refuses everything else."""

    def __init__(self, files: Sequence[Path]) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)
        self._files = frozenset(files)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        allowed = parts.scheme == "data" or (
            parts.scheme == "file" and not parts.netloc and Path(unquote(parts.path)) in self._files
        )
        if not allowed:
            self.refused.append(url[:200])
            raise _Refused(url)
        return super().fetch(url, headers)


@dataclass(frozen=True)
class _PrintSetup:
    font_config: FontConfiguration
    style_sheet: CSS
    fetcher: _ClosedFetcher


@lru_cache(maxsize=1)
def _print_setup(fonts: FontSet) -> _PrintSetup:
    """Fonts and style sheet, loaded once per process: loading 26 MB of fonts costs more than a page."""
    font_config = FontConfiguration()
    fetcher = _ClosedFetcher(fonts.files)
    sheet = _font_faces(fonts) + render_to_string(STYLE_SHEET)
    style_sheet = CSS(string=sheet, font_config=font_config, url_fetcher=fetcher)
    return _PrintSetup(font_config, style_sheet, fetcher)


def _font_faces(fonts: FontSet) -> str:
    """Declare the files under the family names that the style sheet (as variables) and the drawings use."""
    extra = [(f"OneStop Extra {number}", path) for number, path in enumerate(fonts.extra, start=1)]
    families = [("OneStop Serif", fonts.serif), ("OneStop Sans", fonts.sans), *extra]
    faces = [f'@font-face {{ font-family: "{name}"; src: url("{path.as_uri()}") }}' for name, path in families]
    serif, sans, *rest = (f'"{name}"' for name, _ in families)
    chain = f":root {{ --serif: {', '.join([serif, sans, *rest])}; --sans: {', '.join([sans, serif, *rest])} }}"
    return "\n".join([*faces, chain, ""])


def _finish(
    raw: bytes,
    *,
    title: str,
    author: str,
    xmp: Mapping[str, str],
    attachments: Sequence[FileAttachment],
    backdrop: bytes | None,
) -> bytes:
    """Add metadata and attachments and pack the objects: everything that must happen before signing."""
    target = io.BytesIO()
    now = encode_pdf_date(timezone.now())
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        if backdrop:
            with pikepdf.open(io.BytesIO(backdrop)) as below:
                pdf.pages[0].add_underlay(below.pages[0], None)
        with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
            meta.register_xml_namespace(XMP_NAMESPACE, XMP_PREFIX)
            meta["dc:title"] = title
            meta["dc:creator"] = [author]
            meta["xmp:CreatorTool"] = CREATOR
            for tag, value in xmp.items():
                meta[f"{{{XMP_NAMESPACE}}}{tag}"] = CONTROL.sub("", value)
        for item in attachments:
            spec = pikepdf.AttachedFileSpec(
                pdf,
                item.content,
                filename=item.name,
                description=item.description,
                mime_type=item.mime_type,
                creation_date=now,
                mod_date=now,
            )
            spec.relationship = pikepdf.Name.Data
            pdf.attachments[item.name] = spec
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return target.getvalue()
