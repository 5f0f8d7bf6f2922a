"""The demonstration city's people and organisations, with their sign-ins. Loading twice changes nothing."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from common.checksums import id_number_check
from identity.actions import open_account, register_organisation, register_person
from identity.actor import Actor
from identity.models import Account, Organisation, Party, Person, Region
from identity.queries import actor_for, find_person_by_id_number
from identity.rules import make_uscc
from identity.verification.local import save_record
from identity.verification.local_corporate import save_corporate_record
from portal.demo import timeline
from portal.demo.reading import Row, cast_rows

PASSWORD = "Onestop-2026"  # noqa: S105 printed on the screen of every demonstration, worth nothing elsewhere
_FOUNDED_MONTHS_AGO = 14


@dataclass(frozen=True, slots=True)
class Cast:
    """Persons and organisations by their key in the content files."""

    persons: dict[str, Person]
    organisations: dict[str, Organisation]

    def party(self, key: str) -> Party:
        """The person or organisation with this key."""
        return self.persons[key].party if key in self.persons else self.organisations[key].party

    def actor(self, key: str) -> Actor:
        """Who acts for this person or organisation: themselves, or the legal representative."""
        if key in self.persons:
            return actor_for(self.persons[key].account)
        organisation = self.organisations[key]
        return actor_for(organisation.legal_representative.account, principal_id=organisation.pk)


def load(actor: Actor) -> Cast:
    """Register everybody of the cast who is not there yet, as of a year ago, and return all of them."""
    regions = {region.code: region for region in Region.objects.all()}
    for row in [*cast_rows("persons"), *cast_rows("population")]:
        save_record(actor, id_number=id_number_of(row), name=row["name"], phone=row["phone"] or "")
    with timeline.on(timeline.months_ago(_FOUNDED_MONTHS_AGO)):
        persons = {row["key"]: _person(actor, row, regions[row["region"]]) for row in cast_rows("persons")}
        organisations = {
            row["key"]: _organisation(actor, row, persons[row["representative"]], regions[row["region"]])
            for row in cast_rows("organisations")
        }
    return Cast(persons, organisations)


def id_number_of(row: Row) -> str:
    """Compose a person's ID number from region, birth date and serial; the check character is computed."""
    first17 = f"{row['region']}{row['born']:%Y%m%d}{row['serial']}"
    return first17 + id_number_check(first17)


def uscc_of(row: Row) -> str:
    """Compose an organisation's credit code from prefix, region and body."""
    return make_uscc(prefix=row["prefix"], region=row["region"], body=row["body"])


def let_in(account: Account) -> Account:
    """Give an account the demonstration's password. It is hashed once for all: hashing is slow on purpose."""
    account.password = _hashed_password()
    account.save(update_fields=["password"])
    return account


@cache
def _hashed_password() -> str:
    return make_password(PASSWORD)


def _person(actor: Actor, row: Row, region: Region) -> Person:
    number = id_number_of(row)
    person = find_person_by_id_number(number) or register_person(
        actor,
        name=row["name"],
        id_number=number,
        phone=row["phone"] or "",
        address=row["address"],
        assurance_level=row["level"],
        region=region,
    )
    if row["phone"] and not Account.objects.filter(person=person).exists():
        let_in(open_account(actor, person=person, password=None))
    return person


def _organisation(actor: Actor, row: Row, representative: Person, region: Region) -> Organisation:
    uscc = uscc_of(row)
    save_corporate_record(
        actor,
        uscc=uscc,
        name=row["name"],
        kind=row["kind"],
        address=row["address"],
        representative_name=representative.name,
        representative=representative.document,
    )
    return Organisation.objects.filter(uscc=uscc).first() or register_organisation(
        actor,
        uscc=uscc,
        name=row["name"],
        kind=row["kind"],
        address=row["address"],
        legal_representative=representative,
        region=region,
    )
