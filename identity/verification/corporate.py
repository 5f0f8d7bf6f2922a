"""Asking the corporate library what it says of an organisation, through ``settings.CORPORATE_SOURCE``.

``identity.verification.local_corporate.LocalCorporateLibrary`` reads this database's own table. The library of the
province is a class of the same shape (docs/verification-sources.md).
"""

from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from identity.persons.documents import IdDocument


@dataclass(frozen=True, slots=True)
class Entry:
    """What the library says of one organisation, in normal form; ``state`` is an ``Organisation.State``."""

    uscc: str
    name: str
    kind: str
    state: str
    address: str
    representative_name: str = field(repr=False)
    representative: IdDocument = field(repr=False)


class CorporateSource(Protocol):
    """What a corporate library must do."""

    name: str  # permanent; stored with each comparison

    def find(self, uscc: str) -> Entry | None:
        """Return the organisation with this checked code, or None when the library has none.

        It raises :class:`identity.errors.VerificationUnavailable` when it gives no answer within three seconds; the
        caller then changes nothing and counts no attempt.
        """


def source() -> CorporateSource:
    """The configured library."""
    made: CorporateSource = import_string(settings.CORPORATE_SOURCE)()
    return made
