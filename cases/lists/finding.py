"""What words in the search box mean: a number, a code, a name. Personal data is looked up by blind index only."""

import datetime as dt
import re
from uuid import UUID

from django.db.models import Q

from identity.errors import IdNumberInvalid
from identity.models import Person
from identity.organisations.words import named_like
from identity.persons import likeness
from identity.persons.documents import recognise
from services.models import ItemVersion

MOST_PARTIES = 500
_SHORTEST_NUMBER = 6
_NAME_AND_BIRTH = re.compile(r"^(\S.*?)\s+(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?$")


def ranks(text: str) -> list[Q]:
    """Conditions by how well a case fits the words, the best first: its number; its applicant's code or whole name;
    a name with the words in it; an item with the words in its name. Each leaves out what the ones before it have.

    Two queries. A person is found by :func:`person_of` only.
    """
    number = Q(number=text.upper())
    if len(text) >= _SHORTEST_NUMBER:
        number |= Q(number__startswith=text.upper())
    whole, named = _organisations(text)
    versions = ItemVersion.objects.filter(name__icontains=text).values_list("pk", flat=True)[:MOST_PARTIES]
    steps = [number, Q(applicant_id__in=whole), Q(applicant_id__in=named), Q(item_version_id__in=list(versions))]
    found: list[Q] = []
    before = Q()
    for step in steps:
        found.append(step & ~before if before else step)
        before |= step
    return found


def _organisations(text: str) -> tuple[list[UUID], list[UUID]]:
    """Those with this code or whole name, and those with the words in their name (one query)."""
    found = named_like(text, limit=MOST_PARTIES, or_code=text.upper()).values_list("pk", "uscc", "name")
    whole = [pk for pk, code, name in found if text.upper() == code or text == name]
    exact = set(whole)
    return whole, [pk for pk, _code, _name in found if pk not in exact]


def is_personal(text: str) -> bool:
    """Whether the words are a person's document number, or a name with a birth date: never to stand in an address."""
    return _document_index(text) is not None or _likeness(text) is not None


def person_of(text: str) -> UUID | None:
    """The person with this document number, or with exactly this name and birth date; None when there is none or
    the name and date fit several, which only a number tells apart (one query).
    """
    index = _document_index(text)
    wanted = Q(id_number_index=index) if index else Q(likeness_index=_likeness(text))
    found = list(Person.objects.filter(wanted, locked_at__isnull=True).values_list("pk", "party__merged_into")[:2])
    if len({merged or pk for pk, merged in found}) != 1:
        return None
    pk, merged = found[0]
    return merged or pk


def _document_index(text: str) -> bytes | None:
    try:
        return recognise(text).index
    except IdNumberInvalid:
        return None


def _likeness(text: str) -> bytes | None:
    said = _NAME_AND_BIRTH.match(text)
    if said is None:
        return None
    try:
        return likeness.index(said[1], dt.date(int(said[2]), int(said[3]), int(said[4])))
    except ValueError:
        return None
