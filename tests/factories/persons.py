"""Persons who were registered twice, organisations in the library, and who looks after them."""

from common.checksums import id_number_check
from identity import actions as identity
from identity.actor import SYSTEM, Actor
from identity.models import CorporateRecord, Person, PostHolding
from identity.verification.local_corporate import save_corporate_record
from tests.factories.cast import Cast, a_member_of_staff
from tests.factories.catalogue import a_post, a_region


def a_number(serial: str, *, born: str = "19800101", prefix: str = "519902") -> str:
    """A valid 18-character number; ``serial`` is three digits."""
    first17 = f"{prefix}{born}{serial}"
    return first17 + id_number_check(first17)


def an_officer(cast: Cast) -> Actor:
    """A data officer, who looks after persons' data."""
    return a_member_of_staff("1031", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER)


def a_passport_holder(name: str = "Maria Schmidt", *, number: str = "C01X00T47", **fields: object) -> Person:
    """Somebody who is known by a German passport."""
    given = {"phone": "13900000077", "assurance_level": 2, "document_kind": "414", "issuer": "DEU", **fields}
    return identity.register_person(SYSTEM, name=name, id_number=number, **given)


def li_again(cast: Cast, *, phone: str | None = None) -> Person:
    """Li once more, registered under a number with a slip of the pen, in the same region."""
    region = a_region()
    Person.objects.filter(pk=cast.li.pk).update(region=region)
    return identity.register_person(
        SYSTEM, name="李清荷", id_number=a_number("077"), assurance_level=3, region=region, phone=phone or ""
    )


def a_library_entry(person: Person, *, uscc: str, name: str = "新禾食品有限公司", **fields: object) -> CorporateRecord:
    """An organisation in the corporate library whose legal representative this person is."""
    given = {
        "kind": "有限责任公司",
        "address": "示范市中心区",
        "representative_name": person.name,
        "representative": person.document,
        **fields,
    }
    return save_corporate_record(SYSTEM, uscc=uscc, name=name, **given)
