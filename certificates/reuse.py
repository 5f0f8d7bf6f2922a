"""What a party already holds against what is asked for: materials and field values, each with its reasons.

The choice itself is :mod:`certificates.choosing`; here is what it chooses from, in a fixed number of queries.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BinaryField, ExpressionWrapper, F, Q, QuerySet, TextField

from certificates.choosing import Requirement, Resolution, decide
from certificates.held import Held, held_by
from certificates.models import Certificate
from common.fields import EncryptedJSONField
from common.written import Given, written


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


def valid_certificates(today: dt.date | Given) -> QuerySet[Certificate]:
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
_FACE: EncryptedJSONField = Certificate._meta.get_field("face")
# Both as they are stored: most certificates repeat what another said, and are not opened for it.
_STORED = {
    "speaks_as": F("type__key"),
    "called": F("type__name"),
    "says": ExpressionWrapper(F("type__fields"), output_field=TextField()),
    "sealed": ExpressionWrapper(F("face"), output_field=BinaryField()),
}


def is_about_person(element: str) -> bool:
    """Tell whether a data element is about the person who acts, not about what they act for."""
    return element.startswith(("person.", "contact."))


@written
def _speaking(holders: Given, today: Given) -> QuerySet[Certificate, tuple[Any, ...]]:
    held = valid_certificates(today).filter(holder__among=holders).select_related(None).annotate(**_STORED)
    return held.values_list("pk", "holder_id", "type_id", "issued_on", *_STORED)[:_SPEAKERS]


def element_values(
    holder_id: UUID, *, agent_id: UUID | None, today: dt.date, authorities: Mapping[str, str]
) -> dict[str, HeldValue]:
    """Answer data elements from the valid certificates of an applicant and of who acts for it, in one query.

    The agent's certificates answer for that person alone: an organisation's premises are never those of its
    representative. A fleet's papers say little about its owner: the newest 200 certificates speak.

    ``authorities`` maps an element to the key of the type whose word counts most; other certificates that repeat
    the value (a trade licence repeats the shop's name) answer only where that one is not held, newest first.
    """
    rows = _speaking(list({holder_id, agent_id} - {None}), today)
    values: dict[str, HeldValue] = {}
    spoken: set[str] = set()  # elements whose own authority has spoken
    fields: dict[UUID, list[tuple[str, str]]] = {}
    for certificate_id, owner_id, type_id, issued_on, key, name, stored_fields, stored_face in rows:
        if type_id not in fields:
            fields[type_id] = [(one["key"], one["element"]) for one in json.loads(stored_fields) if one.get("element")]
        own_word = {element for _field, element in fields[type_id] if authorities.get(element) == key}
        is_own = owner_id == holder_id
        asked = [(field, element) for field, element in fields[type_id] if is_own or is_about_person(element)]
        known = set(values) - (own_word - spoken)
        if all(element in known for _field, element in asked):
            continue  # what is encrypted stays so where others have said it all
        face = _FACE.from_db_value(stored_face, None, None)
        for field, element in asked:
            if element not in known and (value := face.get(field)):
                values[element] = HeldValue(str(value), certificate_id, f"{name}，{issued_on.isoformat()}")
                known.add(element)
                spoken |= {element} & own_word
    return values
