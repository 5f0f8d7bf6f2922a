"""行为能力: who may apply and give mandates alone, as one rule (民法典第十七条至第二十四条)."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from common.written import Given, written
from identity.actor import Actor
from identity.mandates.errors import NeedsGuardian
from identity.models import CapacityRecord, Person
from identity.rules import years_between

Grade = CapacityRecord.Grade
FULL_AGE = 18  # 第十七条、第十八条
WORKING_AGE = 16  # 第十八条第二款: living on one's own income
LIMITED_AGE = 8  # 第十九条、第二十条
STRICTEST_FIRST = [Grade.NONE, Grade.LIMITED, Grade.FULL]


def grade_by_age(born: dt.date | None, day: dt.date) -> CapacityRecord.Grade:
    """What the age alone gives on ``day``: none under eight, limited under eighteen, full from then on.

    Nobody is taken for a minor without a birth date.
    """
    if born is None:
        return Grade.FULL
    age = years_between(born, day)
    if age < LIMITED_AGE:
        return Grade.NONE
    return Grade.LIMITED if age < FULL_AGE else Grade.FULL


def grade_with(born: dt.date | None, recorded: str, day: dt.date) -> CapacityRecord.Grade:
    """The capacity on ``day`` by age and by what is recorded (empty: nothing).

    Own income raises from sixteen on; a ruling only lowers.
    """
    by_age = grade_by_age(born, day)
    if not recorded:
        return by_age
    if recorded == Grade.FULL:
        return Grade.FULL if born is None or years_between(born, day) >= WORKING_AGE else by_age
    return min(by_age, Grade(recorded), key=STRICTEST_FIRST.index)


def open_records(person_id: UUID) -> QuerySet[CapacityRecord]:
    """What is recorded of a person now: one row at most."""
    return CapacityRecord.objects.filter(person_id=person_id, ended_at__isnull=True)


def grade_of(person: Person) -> CapacityRecord.Grade:
    """A person's capacity today (one query)."""
    recorded = open_records(person.pk).values_list("grade", flat=True).first() or ""
    return grade_with(person.born, recorded, timezone.localdate())


def require(actor: Actor, *, open_from_age: int | None = None) -> None:
    """Refuse what the law lets this person not do alone; the message says who can: the guardian (one query).

    ``open_from_age``: the law opens this very act, for themselves, to people of limited capacity from that age on
    (e.g. 居民身份证法第七条). Staff and the site itself pass. Raises :class:`NeedsGuardian`.
    """
    if not actor.is_citizen or actor.person_id is None:
        return
    person = _judged.get(actor.person_id)
    grade = grade_with(person.born, person.recorded or "", timezone.localdate())
    if grade == Grade.FULL:
        return
    age = years_between(person.born, timezone.localdate()) if person.born else FULL_AGE
    is_own = actor.principal_id == actor.person_id
    if is_own and grade == Grade.LIMITED and open_from_age is not None and open_from_age <= age < FULL_AGE:
        return
    raise NeedsGuardian(reason=_reason(age))


@written
def _judged(person_id: Given) -> QuerySet[Any]:
    recorded = CapacityRecord.objects.filter(person_id=person_id, ended_at__isnull=True).values("grade")[:1]
    people = Person.objects.only("document_kind", "issuer", "id_number", "birth_date").order_by()
    return people.annotate(recorded=Subquery(recorded)).filter(pk=person_id)


def _reason(age: int) -> str:
    if age < LIMITED_AGE:
        return _("未满八周岁")
    if age < FULL_AGE:
        return _("未满十八周岁")
    return _("法院认定不能独立办理")
