"""The English catalogue without the system's gettext: extract, merge, check and compile with Babel.

The source language is Simplified Chinese, so a msgid is the Chinese text itself.
"""

import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_strings
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SKIPPED_FOLDERS = {"migrations", "tests", "__pycache__"}
TEMPLATE_ENDINGS = {".html", ".txt"}
# No dates and no tool's version: they would change with every run and hide the real difference.
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def extract(base_dir: Path, folders: Iterable[Path]) -> Catalog:
    """Collect the marked strings of Python files and templates under ``folders`` (inside ``base_dir``)."""
    catalog = Catalog(locale="en")
    for path in _sources(folders):
        place = path.relative_to(base_dir).as_posix()
        for line, msgid, comments, context in _messages(path):
            catalog.add(msgid, locations=[(place, line)], auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    """Read a catalogue; one that does not exist yet is empty."""
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def merge(found: Catalog, known: Catalog) -> Catalog:
    """Return the strings found in the source with the translations known for exactly the same strings."""
    for message in _entries(found):
        earlier = known.get(message.id, message.context)
        if earlier is not None:
            message.string = earlier.string
            message.user_comments = earlier.user_comments
    return found


def render(catalog: Catalog) -> str:
    """Return the file's text: sorted, with file names but no line numbers, so that changes stay small."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalog,
        width=110,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    return HEADER + buffer.getvalue().decode().strip() + "\n"


def problems(catalog: Catalog) -> list[str]:
    """Name each entry without an English text, or whose placeholders differ from the source."""
    found = []
    for message in _entries(catalog):
        strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if not all(strings):
            found.append(f"no English text: {_label(message)}")
        elif errors := message.check(catalog):
            found.append(f"{errors[0]}: {_label(message)}")
    return found


def compile_catalogue(path: Path) -> bool:
    """Write the ``.mo`` file beside a ``.po`` file when that is newer; say whether it was written."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return False
    draft = target.with_suffix(f".{os.getpid()}.draft")
    with draft.open("wb") as file:
        write_mo(file, read(path))
    draft.replace(target)
    return True


def _sources(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            is_template = path.suffix in TEMPLATE_ENDINGS and "templates" in path.parts
            if (path.suffix == ".py" or is_template) and not SKIPPED_FOLDERS & set(path.parts):
                yield path


def _messages(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """Yield line, msgid (a pair when there is a plural), translators' comments and context."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django turns a template into lines with gettext calls; without indentation they read as Python.
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    yield from extract_strings("python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})


def _entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _label(message: Message) -> str:
    msgid = message.id if isinstance(message.id, str) else message.id[0]
    places = ", ".join(sorted({place for place, _ in message.locations}))
    return f"“{msgid}” ({places})"
