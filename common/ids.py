"""Row identifiers: UUID version 7 (RFC 9562 §5.7), time-ordered and not guessable."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    rand_a = random_bits >> 68  # 12 bits
    rand_b = random_bits & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return UUID(int=value)


def uuid7_series() -> str:
    """Return the first 24 characters of a series of UUIDv7 of this moment, for statements that make many.

    What follows is the caller's own counter of 12 hexadecimal digits, which orders them (RFC 9562 §6.2 method 1).
    """
    return str(uuid7())[:24]
