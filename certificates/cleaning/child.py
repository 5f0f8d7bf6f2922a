"""The process that opens what strangers send: little memory, little time, no files, no secrets in its environment."""

import resource
import sys

from certificates.cleaning.limits import Refused
from certificates.cleaning.sheets import clean
from certificates.cleaning.wire import pack_clean, pack_refusal, unpack_batch

_MEMORY = 1536 * 1024 * 1024  # bytes of address space; a 60 megapixel photo takes some 600 MB
_SECONDS = 25


def main() -> None:
    """Read a batch from standard input, write the clean file or the refusal to standard output."""
    batch = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = pack_clean(clean(unpack_batch(batch)))
    except Refused as refusal:
        answer = pack_refusal(refusal.code)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
