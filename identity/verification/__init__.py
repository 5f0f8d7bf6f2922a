"""Comparing a person's real name with a register, through the source that ``settings.VERIFICATION_SOURCE`` names.

``identity.verification.local.LocalRegister`` compares with this database's own population register. Another
source (the population library of the province) is a class of the same shape. The corporate library and the face
check have modules of their own here; docs/verification-sources.md says how to connect a real one.
"""

from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from identity.models import VerificationRecord
from identity.persons.documents import index_of

FACTS = ("id_number", "name", "phone")  # three facts, the ID number mandatory (DB61/T 1127-2018)
Result = VerificationRecord.Result


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody claims, in normal form (:mod:`identity.rules`); not shown where the object is printed."""

    id_number: str = field(repr=False)
    name: str = field(repr=False)
    phone: str = field(repr=False)
    kind: str = "111"  # of the document, identity.persons.documents.Kind
    issuer: str = "CHN"  # country or region of the document

    @property
    def index(self) -> bytes:
        """The blind index of the document."""
        return index_of(self.kind, self.id_number, self.issuer)


class Source(Protocol):
    """What a source must do."""

    name: str  # permanent; stored with each comparison

    def compare(self, facts: Facts) -> VerificationRecord.Result:
        """Compare all three facts at once and answer agreed, differs or unknown (no such document here).

        It must not say which fact differs. It raises :class:`identity.errors.VerificationUnavailable` when
        it gives no answer within three seconds; the caller then changes nothing and counts no attempt.
        """


def source() -> Source:
    """The configured source."""
    made: Source = import_string(settings.VERIFICATION_SOURCE)()
    return made
