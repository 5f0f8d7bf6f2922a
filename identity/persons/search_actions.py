"""The nightly search for persons who are registered twice."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count

from identity.actor import Actor
from identity.models import Person
from identity.persons import likeness
from identity.persons.merge_actions import report_pair

_BATCH = 500
_MOST_ALIKE = 20  # more people of one name and birth date than that are no sign of anything


@transaction.atomic
def index_people(actor: Actor, *, after: UUID | None = None) -> UUID | None:
    """Give the next persons the index of name and birth date who have none yet (registered before there was one).

    Returns where to go on, None at the end. Rows that are in use are left for the next night.
    """
    rows = Person.objects.filter(likeness_index__isnull=True, party__merged_into__isnull=True)
    rows = rows.filter(pk__gt=after) if after else rows
    people = list(rows.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))[:_BATCH])
    for person in people:
        person.likeness_index = likeness.index(person.name, person.born)
    Person.objects.bulk_update(people, ["likeness_index"])
    return people[-1].pk if len(people) == _BATCH else None


def report_duplicates(actor: Actor) -> int:
    """Report pairs of one name and birth date who share a phone or a region; returns how many pairs were found."""
    current = Person.objects.filter(
        likeness_index__isnull=False, party__merged_into__isnull=True, locked_at__isnull=True
    )
    groups = current.values("likeness_index").annotate(n=Count("pk")).filter(n__gt=1, n__lte=_MOST_ALIKE)
    found = 0
    for group in groups.order_by("likeness_index").iterator():
        people = list(current.filter(likeness_index=group["likeness_index"]).order_by("pk"))
        for place, one in enumerate(people):
            for other in people[place + 1 :]:
                signs = _signs(one, other)
                if signs:
                    report_pair(actor, first_id=one.pk, second_id=other.pk, signs=signs)
                    found += 1
    return found


def _signs(one: Person, other: Person) -> list[str]:
    phone = ["phone"] if one.phone and one.phone == other.phone else []
    return phone + (["region"] if one.region_id and one.region_id == other.region_id else [])
