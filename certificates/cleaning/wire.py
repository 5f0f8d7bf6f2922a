"""How a batch goes to the child process and its result comes back: a line of JSON, then the bytes."""

import json
from collections.abc import Sequence

from certificates.cleaning.limits import Refused
from certificates.cleaning.sheets import Clean, Sheet


def pack_batch(sheets: Sequence[Sheet]) -> bytes:
    """Write a batch."""
    head = json.dumps([[len(sheet.content), sheet.turns] for sheet in sheets])
    return b"".join([head.encode(), b"\n", *(sheet.content for sheet in sheets)])


def unpack_batch(data: bytes) -> list[Sheet]:
    """Read a batch."""
    head, _, rest = data.partition(b"\n")
    sheets, start = [], 0
    for length, turns in json.loads(head):
        sheets.append(Sheet(rest[start : start + length], turns))
        start += length
    return sheets


def pack_clean(result: Clean) -> bytes:
    """Write a clean file."""
    return json.dumps([result.media_type, result.pages]).encode() + b"\n" + result.content


def pack_refusal(code: str) -> bytes:
    """Write a refusal."""
    return json.dumps(code).encode() + b"\n"


def unpack_result(data: bytes) -> Clean:
    """Read a result; raises :class:`Refused` for a refusal and for anything that is no result."""
    head, newline, content = data.partition(b"\n")
    if not newline:
        raise Refused("damaged")
    said = json.loads(head)
    if isinstance(said, str):
        raise Refused(said)
    media_type, pages = said
    return Clean(content, media_type, pages)
