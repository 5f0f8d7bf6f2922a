"""Stored files of a case, read in one way."""

from django.db.models.fields.files import FieldFile

from cases.errors import FileGone


def content_of(file: FieldFile) -> bytes:
    """The bytes of a stored file; raises :class:`FileGone` for one that was destroyed with its case's archive."""
    try:
        with file.open() as stored:
            return bytes(stored.read())
    except FileNotFoundError as error:
        raise FileGone from error
