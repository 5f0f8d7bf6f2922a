"""Does the implementation still say what the directory says? Pure."""

from collections.abc import Iterator

from services.lint.findings import Finding
from services.lint.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Yield how the item has come away from its directory entry."""
    directory = subject.directory
    if directory is None:
        yield Finding("directory.missing", "directory")
        return
    if directory.has_subs:
        yield Finding("directory.has_subs", "directory")
    if directory.is_cancelled:
        yield Finding("directory.cancelled", "directory")
    if directory.differing:
        yield Finding("directory.differs", "directory", {"fields": "、".join(directory.differing)})
    if directory.own != directory.newest and directory.outdated:
        params = {"number": directory.newest, "own": directory.own, "fields": "、".join(directory.outdated)}
        yield Finding("directory.outdated", "directory", params)
    if directory.levels and not set(subject.content.use_level.split("^")) <= set(directory.levels):
        yield Finding("directory.level", "use_level", {"level": subject.content.use_level})
