"""Messages on the terminal, for developers."""

import sys

from common.masking import mask_phone


class ConsoleGateway:
    """Writes messages to standard error; never for production, since codes would stand in the log."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Print one message; the number is masked."""
        sys.stderr.write(f"{mask_phone(phone)}: {text}\n")
