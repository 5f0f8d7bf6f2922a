"""By what two registrations of one person are found: name and birth date, as one blind index."""

import datetime as dt

from common import crypto
from identity.rules import name_key


def index(name: str, born: dt.date | None) -> bytes | None:
    """The blind index of name and birth date; None while the birth date is not known."""
    if born is None:
        return None
    return crypto.blind_index(f"{name_key(name)}\x00{born.isoformat()}", purpose="identity.likeness")
