"""People of the demonstration city who are in the register twice, and the nightly search that notices."""

from identity.actions import open_account, register_person
from identity.actor import Actor
from identity.models import Region
from identity.persons import documents
from identity.persons.finding import find_person
from identity.persons.search_actions import report_duplicates
from portal.demo import timeline
from portal.demo.people import id_number_of, let_in
from portal.demo.reading import Row, cast_rows

_FIRST_MONTHS_AGO, _AGAIN_MONTHS_AGO = 10, 2


def load(actor: Actor) -> int:
    """Register everybody of the file by both numbers and search once; returns how many were new."""
    new = sum(_register(actor, row) for row in cast_rows("registered_twice"))
    if new:
        report_duplicates(actor)
    return new


def _register(actor: Actor, row: Row) -> bool:
    first, again = id_number_of(row), id_number_of(row | {"serial": row["new_serial"]})
    if find_person(documents.recognise(first)):
        return False
    about = {"name": row["name"], "address": row["address"], "region": Region.objects.get(code=row["region"])}
    with timeline.on(timeline.months_ago(_FIRST_MONTHS_AGO)):
        person = register_person(actor, id_number=first, phone=row["phone"], assurance_level=2, **about)
        let_in(open_account(actor, person=person, password=None))
    with timeline.on(timeline.months_ago(_AGAIN_MONTHS_AGO)):
        register_person(actor, id_number=again, **about)
    return True
