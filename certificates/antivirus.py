"""Asking clamd whether content is clean, over its own protocol (INSTREAM); no scanner configured: nothing is asked.

``settings.CLAMD_URL`` is ``tcp://host:3310`` or ``unix:/run/clamav/clamd.ctl``.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

_log = logging.getLogger("onestop.antivirus")
_PIECE = 64 * 1024
_SECONDS = 15
_LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """The scanner did not answer, or not what its protocol says: the content is neither clean nor infected."""


def is_configured() -> bool:
    """Whether there is a scanner to ask."""
    return bool(settings.CLAMD_URL)


def find_virus(content: bytes) -> str:
    """Return the name of what the scanner found, empty for clean content. Raises :class:`ScannerDown`."""
    try:
        with _connect() as line:
            answer = _ask(line, content)
    except OSError as error:
        _log.warning("clamd did not answer: %s", error)
        raise ScannerDown from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")[:100] or "unknown"
    _log.warning("clamd answered %r", answer[:200])  # such as INSTREAM size limit exceeded
    raise ScannerDown


def _connect() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_SECONDS)
        try:
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((address.hostname or "", address.port or 3310), timeout=_SECONDS)


def _ask(line: socket.socket, content: bytes) -> str:
    line.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), _PIECE):
        piece = content[start : start + _PIECE]
        line.sendall(struct.pack("!I", len(piece)) + piece)
    line.sendall(struct.pack("!I", 0))
    answer = b""
    while len(answer) < _LONGEST_ANSWER and not answer.endswith(b"\0"):
        part = line.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0\n").decode(errors="replace")
