"""Wards and their guardians."""

import datetime as dt

from django.utils import timezone

from common.checksums import id_number_check
from identity import actions as identity
from identity.actor import SYSTEM
from identity.mandates import guardianship_actions as guardians
from identity.mandates.guardianship_actions import Guardianship
from identity.mandates.rules import years_later
from identity.models import Mandate, Person
from tests.factories.cast import Cast


def number_of_age(age: int, *, serial: str = "11", days: int = 0) -> str:
    """The ID number of somebody who has been ``age`` for ``days`` days today."""
    born = years_later(timezone.localdate(), -age) - dt.timedelta(days=days)
    first17 = f"519902{born:%Y%m%d}1{serial}"
    return first17 + id_number_check(first17)


def a_ward(age: int = 10, name: str = "李小满", *, serial: str = "11", phone: str = "", days: int = 0) -> Person:
    """A registered person of that age."""
    number = number_of_age(age, serial=serial, days=days)
    return identity.register_person(SYSTEM, name=name, id_number=number, phone=phone, assurance_level=4)


def some_facts(guardian: Person, **fields: str) -> Guardianship:
    """Papers that show this guardian: a household register unless said otherwise."""
    return Guardianship(
        guardian_name=guardian.name, guardian_id_number=guardian.id_number, **{"proof": "household", **fields}
    )


def a_guardian(cast: Cast, ward: Person, guardian: Person | None = None, **fields: str) -> Mandate:
    """Li is the ward's guardian unless said otherwise, recorded by the clerk."""
    facts = some_facts(guardian or cast.li, **fields)
    return guardians.record_guardian(cast.clerk, ward=ward, facts=facts, original_id="scan")
