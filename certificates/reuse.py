"""What a party already holds against what is asked for: materials and field values, each with its reasons.

The choice itself is :mod:`certificates.choosing`; here is what it chooses from, in a fixed number of queries.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from certificates.choosing import Requirement, Resolution, decide
from certificates.held import Held, held_by
from certificates.models import Certificate


def resolve(requirements: Sequence[Requirement], *, today: dt.date) -> dict[str, Resolution]:
    """Resolve every requirement, in one query however many there are: ``{requirement key: resolution}``.

    Nothing is read for who refused it, and of nobody but the holders the requirements name.
    """
    asked = [one for one in requirements if one.holder_id and not one.is_refused]
    by_type, by_kind = [one for one in asked if one.type_ids], [one for one in asked if one.kinds]
    held = held_by(
        holders=_holders(by_type),
        type_ids={pk for one in by_type for pk in one.type_ids},
        owners=_holders(by_kind),
        kinds={kind for one in by_kind for kind in one.kinds},
        today=today,
    )
    nothing = Held()
    theirs = [(one, held.get(one.holder_id, nothing) if one.holder_id else nothing) for one in requirements]
    return {one.key: decide(one, own.certificates, own.documents, today=today) for one, own in theirs}


def _holders(asked: Sequence[Requirement]) -> set[UUID]:
    return {one.holder_id for one in asked if one.holder_id}


def valid_certificates(today: dt.date) -> QuerySet[Certificate]:
    """Certificates valid on ``today``: state and dates; newest first."""
    ends = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    valid = Certificate.objects.filter(ends, state=Certificate.State.VALID, valid_from__lte=today)
    return valid.select_related("type", "issuer").order_by("-issued_on", "-id")


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value that a certificate answers for a data element."""

    value: str
    certificate_id: UUID
    source: str  # e.g. 营业执照，2026-11-20


_SPEAKERS = 200
_SPOKEN = ("holder", "face", "issued_on", "type__key", "type__name", "type__fields")


def is_about_person(element: str) -> bool:
    """Tell whether a data element is about the person who acts, not about what they act for."""
    return element.startswith(("person.", "contact."))


def element_values(
    holder_id: UUID, *, agent_id: UUID | None, today: dt.date, authorities: Mapping[str, str]
) -> dict[str, HeldValue]:
    """Answer data elements from the valid certificates of an applicant and of who acts for it, in one query.

    The agent's certificates answer for that person alone: an organisation's premises are never those of its
    representative. A fleet's papers say little about its owner: the newest 200 certificates speak.

    ``authorities`` maps an element to the key of the type whose word counts most; other certificates that repeat
    the value (a trade licence repeats the shop's name) answer only where that one is not held, newest first.
    """
    rows = valid_certificates(today).filter(holder_id__in={holder_id, agent_id} - {None})
    rows = rows.select_related(None).select_related("type").only(*_SPOKEN)
    values: dict[str, HeldValue] = {}
    spoken: set[str] = set()  # elements whose own authority has spoken
    for certificate in rows[:_SPEAKERS]:
        source = f"{certificate.type.name}，{certificate.issued_on.isoformat()}"
        for spec in certificate.type.fields:
            element, value = spec.get("element"), certificate.face.get(spec["key"])
            if not element or not value or (certificate.holder_id != holder_id and not is_about_person(element)):
                continue
            is_authority = authorities.get(element) == certificate.type.key
            if element not in values or (is_authority and element not in spoken):
                values[element] = HeldValue(str(value), certificate.pk, source)
            if is_authority:
                spoken.add(element)
    return values
