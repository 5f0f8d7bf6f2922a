"""A copy of somebody's data as a ZIP file: a page to read, a JSON file for each chapter, and the files themselves."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone, translation

from identity.models import Party
from identity.privacy.hooks import CopiedFile, Part, parts_of

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')  # what some file system refuses, and every way out of a folder
_LONGEST = 80


def write(party: Party, target: IO[bytes]) -> None:
    """Write the whole copy into an open binary file. Files are read one at a time."""
    with translation.override("zh-hans"), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = parts_of(party)
        files = list(_named(parts))
        context = {"party": party, "parts": parts, "files": [name for name, _file in files], "made_at": timezone.now()}
        archive.writestr("请先看这里.html", render_to_string("documents/copy.html", context))
        archive.writestr("copy.css", render_to_string("documents/copy.css"))
        for part in parts:
            archive.writestr(f"数据/{part.key}.json", _json(part))
        for name, file in files:
            archive.writestr(name, file.read())


def _json(part: Part) -> str:
    content = {"名称": part.title, "内容": part.rows}
    return json.dumps(content, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)


def _named(parts: list[Part]) -> Iterator[tuple[str, CopiedFile]]:
    """Each file with a name of its own; people give several files one name."""
    taken: set[str] = set()
    for part in parts:
        for file in part.files:
            folder, plain = PurePosixPath("文件", _safe(file.folder)), PurePosixPath(_safe(file.name))
            path, number = folder / plain, 1
            while str(path).lower() in taken:
                number += 1
                path = folder / f"{plain.stem}（{number}）{plain.suffix}"
            taken.add(str(path).lower())
            yield str(path), file


def _safe(name: str) -> str:
    """A name every system takes; its end is kept, where the type stands."""
    cleaned = _UNSAFE.sub("_", name).strip(" .")
    return cleaned[-_LONGEST:].strip(" .") or "_"
