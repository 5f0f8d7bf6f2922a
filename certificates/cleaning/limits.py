"""How much a file may be before it is refused, and the refusal itself."""

MOST_PAGES = 300
MOST_PIXELS = 60_000_000  # one picture, as it stands in memory
MOST_INFLATED = 400 * 1024 * 1024  # bytes all compressed streams of a PDF may unfold to
MOST_OBJECTS = 200_000
DEEPEST = 100


class Refused(Exception):
    """The file is not taken; ``code`` is one of: type, damaged, locked, pages, pixels, bomb."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
