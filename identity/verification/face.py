"""Comparing a person's face with their document (实人核验), through ``settings.FACE_SOURCE``; empty: there is none.

Level four comes from a configured face service alone. Without one the site says so and offers the counter, where a
clerk compares the person with the document shown, which gives level five. Nothing here pretends to see a face.
"""

from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from identity.models import VerificationRecord
from identity.persons.documents import IdDocument


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """One check: whose face it should be, and the proof that the service's own page or camera handed back."""

    document: IdDocument
    name: str = field(repr=False)
    proof: str = field(repr=False)  # the service's one-time ticket; pictures stay with the service


class FaceSource(Protocol):
    """What a face service must do."""

    name: str  # permanent; stored with each check

    def begin(self, *, document: IdDocument, name: str, return_url: str) -> str:
        """Return the address of the service's own page, which sends the browser back with ``?proof=…``.

        Raises :class:`identity.errors.VerificationUnavailable` when it gives no answer within three seconds.
        """

    def compare(self, check: FaceCheck) -> VerificationRecord.Result:
        """Redeem the proof once: agreed, differs, or unknown (no picture to compare with, or a proof used before).

        A proof made for another document must give ``differs``. Raises
        :class:`identity.errors.VerificationUnavailable`.
        """


def source() -> FaceSource | None:
    """The configured service; None when this city has none."""
    if not settings.FACE_SOURCE:
        return None
    made: FaceSource = import_string(settings.FACE_SOURCE)()
    return made
