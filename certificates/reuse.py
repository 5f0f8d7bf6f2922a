"""What a party already holds against what is asked for: materials and field values, each with its reasons.

The choice itself is :mod:`certificates.choosing`; here is what it chooses from, in a fixed number of queries.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from certificates.choosing import Requirement, Resolution, decide
from certificates.models import Certificate, Document

# What a choice and its words need, and nothing more: a draft is resolved at every look, and faces are decrypted.
_OF_CERTIFICATES = (
    *("holder", "type", "issuer", "state", "issued_on", "valid_from", "valid_until"),
    *("type__name", "issuer__short_name"),
)
_OF_DOCUMENTS = (
    *("owner", "kind", "name", "grade", "scan", "created_at", "verified_at", "disputed_at", "removed_at", "erased_at"),
    "verified_department__short_name",
)


def resolve(requirements: Sequence[Requirement], *, today: dt.date) -> dict[str, Resolution]:
    """Resolve every requirement, in two queries however many there are: ``{requirement key: resolution}``.

    Nothing is read for who refused it, and of nobody but the holders the requirements name.
    """
    asked = [one for one in requirements if one.holder_id and not one.is_refused]
    certificates, documents = _certificates(asked, today), _documents(asked)
    return {
        one.key: decide(
            one,
            certificates.get(one.holder_id, ()) if one.holder_id else (),
            documents.get(one.holder_id, ()) if one.holder_id else (),
            today=today,
        )
        for one in requirements
    }


def _certificates(asked: Sequence[Requirement], today: dt.date) -> dict[UUID, list[Certificate]]:
    """Of each holder and type the newest valid certificate and the newest that does not count: a fleet is two rows."""
    holders = {one.holder_id for one in asked if one.type_ids}
    type_ids = {type_id for one in asked for type_id in one.type_ids}
    held: dict[UUID, list[Certificate]] = {}
    if not holders or not type_ids:
        return held
    good = ExpressionWrapper(_valid(today), output_field=BooleanField())
    rows = (
        Certificate.objects.filter(holder_id__in=holders, type_id__in=type_ids)
        .annotate(is_good=good)
        .select_related("type", "issuer")
        .only(*_OF_CERTIFICATES)
        .order_by("holder_id", "type_id", "is_good", "-issued_on", "-id")
        .distinct("holder_id", "type_id", "is_good")
    )
    for certificate in rows:
        held.setdefault(certificate.holder_id, []).append(certificate)
    return held


def _documents(asked: Sequence[Requirement]) -> dict[UUID, list[Document]]:
    holders = {one.holder_id for one in asked if one.kinds}
    kinds = {kind for one in asked for kind in one.kinds}
    held: dict[UUID, list[Document]] = {}
    if not holders or not kinds:
        return held
    there = Document.objects.filter(removed_at__isnull=True, erased_at__isnull=True)
    rows = there.filter(owner_id__in=holders, kind__in=kinds).select_related("verified_department")
    for document in rows.only(*_OF_DOCUMENTS).order_by():
        held.setdefault(document.owner_id, []).append(document)
    return held


def _valid(today: dt.date) -> Q:
    ends = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    return Q(state=Certificate.State.VALID, valid_from__lte=today) & ends


def valid_certificates(today: dt.date) -> QuerySet[Certificate]:
    """Certificates valid on ``today``: state and dates; newest first."""
    return Certificate.objects.filter(_valid(today)).select_related("type", "issuer").order_by("-issued_on", "-id")


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
