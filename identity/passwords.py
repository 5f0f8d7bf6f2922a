"""How passwords are kept, and which are refused because thieves know them."""

import hashlib
import logging
import os
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_logger = logging.getLogger("onestop.passwords")
_HASH_LENGTH = 40  # hexadecimal characters of SHA-1


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id, no weaker than OWASP's Password Storage Cheat Sheet asks (19 MiB, two passes, one lane).

    64 MiB rather than 19: a sign-in still costs a tenth of a second and one core, a thief three times the memory.
    """

    time_cost = 2
    memory_cost = 64 * 1024  # KiB
    parallelism = 1

    def must_update(self, encoded: str) -> bool:
        """Write a hash anew when it is weaker in any way; one made with more memory or passes stays."""
        found = self.decode(encoded)
        wanted = self.params()
        return bool(
            found["variety"] != "argon2id"
            or found["version"] < wanted.version
            or found["memory_cost"] < self.memory_cost
            or found["time_cost"] < self.time_cost
            or found["params"].hash_len < wanted.hash_len
        )


class BreachedPasswordValidator:
    """Refuses passwords in the list of stolen ones that ``settings.BREACHED_PASSWORDS_FILE`` names; none: no check.

    The file has one SHA-1 in hexadecimal on each line, ordered by hash, optionally with ``:count`` behind it, as
    "Have I Been Pwned" publishes it. It is searched where it lies: about 40 short reads in 40 GB, and no memory.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that is in the list."""
        path = settings.BREACHED_PASSWORDS_FILE
        if not path:
            return
        try:
            stolen = is_listed(Path(path), password)
        except OSError:  # the other rules still hold; nobody should be unable to change a password because of it
            _logger.exception("the list of stolen passwords cannot be read")
            return
        if stolen:
            text = _("这个密码在别的网站泄露过，已经被人收集。请换一个只在这里用的密码。")
            raise ValidationError(text, code="password_breached")

    def get_help_text(self) -> str:
        """Say it before it is typed."""
        return _("不能用在别的网站泄露过的密码。")


def is_listed(path: Path, password: str) -> bool:
    """Search an ordered list of SHA-1 hashes on disk; raises OSError when it cannot be read."""
    wanted = hashlib.sha1(password.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)  # the hash, if there, begins a line at low or later, before high
        while low < high:
            middle = (low + high) // 2
            start, found = _line_from(file, middle)
            if start >= high or found > wanted:
                high = middle
            elif found < wanted:
                low = start + 1
            else:
                return True
    return False


def _line_from(file: BinaryIO, position: int) -> tuple[int, bytes]:
    """The start and the hash of the first line that begins at ``position`` or later."""
    if position:
        file.seek(position - 1)
        file.readline()
    else:
        file.seek(0)
    return file.tell(), file.readline()[:_HASH_LENGTH].upper()
