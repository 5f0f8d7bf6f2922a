"""Reads of the identity room."""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from guardian.models import UserObjectPermission

from common import crypto
from common.written import Given, written
from identity import rules
from identity.actions import ID_NUMBER, PHONE
from identity.actor import PUBLIC, Actor, ActorKind
from identity.errors import IdNumberInvalid, PhoneInvalid, RegionUnknown
from identity.mandates.queries import find_principal
from identity.mandates.rules import scope_of
from identity.models import Account, Department, Organisation, Party, Person, PostHolding, Region
from identity.permissions import Permission
from identity.persons import documents
from identity.persons.finding import find_open_person
from identity.staff.current import current


def actor_for(account: Account, *, principal_id: UUID | None = None) -> Actor:
    """Build the actor of a signed-in account: one query for staff and for whoever acts for another, else none.

    ``principal_id`` is the party chosen in the session: an organisation the person represents, or whoever gave
    them a mandate that counts today. For any other it is the person themselves, with ``is_principal_lost``.
    """
    if account.is_staff_member:
        return _staff_actor(account)
    person = account.person
    if person is None:
        return PUBLIC
    himself = Actor(
        kind=ActorKind.CITIZEN,
        account_id=account.pk,
        person_id=person.pk,
        principal_id=person.pk,
        principal_name=person.name,
        name=person.name,
        assurance_level=person.assurance_level,
        unread_messages=getattr(account, "unread_messages", 0),  # counted with the account when the session is read
    )
    return _acting_for(himself, person, principal_id) if principal_id and principal_id != person.pk else himself


def _acting_for(himself: Actor, person: Person, principal_id: UUID) -> Actor:
    party, mandate = find_principal(agent_id=person.pk, principal_id=principal_id)
    if party is None:
        return replace(himself, is_principal_lost=True)
    if party.kind == Party.Kind.ORGANISATION:
        organisation = party.organisation
        if organisation.state != Organisation.State.ACTIVE:
            lost = (organisation.name, organisation.get_state_display())
            return replace(himself, is_principal_lost=True, lost_organisation=lost)
        if organisation.legal_representative_id == person.pk:
            return replace(himself, principal_id=party.pk, principal_name=organisation.name)
    if mandate is None:
        return replace(himself, is_principal_lost=True)
    return replace(
        himself,
        principal_id=principal_id,
        principal_name=party.name,
        mandate_id=mandate.pk,
        mandate_kind=mandate.kind,
        scope=scope_of(mandate),
    )


# The guardian rows of the account beside its post, in the same query.
_GRANTED = UserObjectPermission.objects.filter(user_id=OuterRef("account_id"), content_type__model="department").values(
    granted=JSONObject(permission="permission__codename", department="object_pk")
)


@written
def _holding(account_id: Given, today: Given) -> QuerySet[Any]:
    holdings = current(PostHolding.objects.filter(account_id=account_id, is_active=True), today)
    described = holdings.select_related("post__department__region", "substitute_for__account")
    return described.annotate(granted=ArraySubquery(_GRANTED)).order_by("pk")[:1]


def _staff_actor(account: Account) -> Actor:
    holding = _holding.one(account.pk, timezone.localdate())
    if holding is None:
        return PUBLIC
    grants: dict[Permission, set[UUID]] = defaultdict(set)
    for grant in holding.granted:
        grants[Permission(grant["permission"])].add(UUID(grant["department"]))
    department = holding.post.department
    absent = holding.substitute_for.account if holding.substitute_for else None
    return Actor(
        kind=ActorKind.STAFF,
        account_id=account.pk,
        name=account.staff_name,
        department_id=department.pk,
        department_name=department.short_name,
        post_id=holding.post_id,
        post_name=holding.post.name,
        role=holding.role,
        holding_id=holding.pk,
        stands_in_for=absent.pk if absent else None,
        stands_in_name=absent.staff_name if absent else "",
        region_code=department.region.code,
        grants={permission: frozenset(ids) for permission, ids in grants.items()},
    )


def represented_organisations(person_id: UUID) -> QuerySet[Organisation]:
    """Organisations this person may act for: those that exist and whose legal representative they are."""
    return Organisation.objects.filter(legal_representative_id=person_id, state=Organisation.State.ACTIVE).order_by(
        "uscc"
    )


def normal_login(login: str) -> str:
    """Return a sign-in name in its one spelling: a phone as 11 digits, a number in capitals, else as typed."""
    text = login.strip()
    try:
        return rules.normal_phone(text)
    except PhoneInvalid:
        pass
    try:
        return documents.recognise(text).number
    except IdNumberInvalid:
        return text


def find_account_by_login(login: str) -> Account | None:
    """Find the account for what was typed at sign-in: phone, number of a document (no passport), or staff number."""
    text = login.strip()
    accounts = Account.objects.select_related("person")
    staff = accounts.filter(username=text, is_staff_member=True).first()
    if staff:
        return staff
    name = normal_login(text)
    by_phone = accounts.filter(phone_index=crypto.blind_index(name, purpose=PHONE)).first()
    if by_phone:
        return by_phone
    try:
        index = documents.recognise(name).index
    except IdNumberInvalid:
        index = crypto.blind_index(name, purpose=ID_NUMBER)  # an unknown login takes the same look-ups
    person = Person.objects.filter(id_number_index=index).values(kept=Coalesce("party__merged_into_id", "party_id"))
    return accounts.filter(person_id__in=person).first()


def find_person_by_id_number(id_number: str) -> Person | None:
    """Find a person by the number of their document (no passport); raises :class:`IdNumberInvalid` for a wrong one.

    Who closed their account is not found: see :func:`identity.privacy.queries.find_closed_person`.
    """
    return find_open_person(documents.recognise(id_number))


def get_party(party_id: UUID) -> Party:
    """Return a party with its person or organisation loaded; for one that was merged, the one that was kept."""
    party = _party.get(party_id)
    return _party.get(party.merged_into_id) if party.merged_into_id else party


@written
def _party(party_id: Given) -> QuerySet[Party]:
    return Party.objects.select_related("person", "organisation__legal_representative").filter(pk=party_id).order_by()


@dataclass(frozen=True, slots=True)
class RegionsAround:
    """A region with the way down to it (itself left out) and the regions just below, for choosing another."""

    region: Region | None
    above: list[Region]
    below: list[Region]


# The region (0), what it lies in (1 and up) and what lies just below it (-1).
_AROUND = """
WITH RECURSIVE way AS (
    SELECT region.*, 0 AS distance FROM identity_region region WHERE region.code = %s
    UNION ALL
    SELECT parent.*, way.distance + 1 FROM way JOIN identity_region parent ON parent.id = way.parent_id
)
SELECT way.* FROM way
UNION ALL
SELECT child.*, -1 FROM way JOIN identity_region child ON child.parent_id = way.id AND way.distance = 0
ORDER BY distance DESC, code
"""


def regions_around(code: str) -> RegionsAround:
    """Return where a region lies (one query); for no code, or one nobody has, the first fork from the top down."""
    rows: list[Any] = list(Region.objects.raw(_AROUND, [code.replace("\x00", "")])) if code else []
    way = [row for row in rows if row.distance >= 0]
    for parent, child in pairwise(way):
        child.parent = parent
    if way:
        return RegionsAround(way[-1], way[:-1], rows[len(way) :])
    above: list[Region]
    below: list[Region]
    above, below = [], list(Region.objects.filter(parent=None).order_by("code"))
    while len(below) == 1 and (next_below := list(below[0].children.order_by("code"))):
        above, below = [*above, below[0]], next_below
    return RegionsAround(None, above, below)


def get_region(code: str) -> Region:
    """Return the region with this code; raises :class:`RegionUnknown`."""
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise RegionUnknown(region=code)
    return region


def departments() -> QuerySet[Department]:
    """Departments in service, by code."""
    return Department.objects.filter(is_active=True).select_related("region")


def find_party(code: str) -> Party | None:
    """Find a party by the whole number of a document or credit code, with its parts.

    None for one that is unknown or wrong, and for a person who closed their account.
    """
    try:
        person = find_person_by_id_number(code)
    except IdNumberInvalid:
        organisations = Party.objects.select_related("organisation__legal_representative")
        return organisations.filter(organisation__uscc=code.strip().upper()).first()
    return get_party(person.pk) if person else None


def authority_values(party: Party, agent: Person | None) -> dict[str, str]:
    """Answer data elements from the register: {element code: value} of a party and of the person who acts for it.

    ``person.*`` is the applicant, or the legal representative of an organisation who acts in person; somebody with
    a mandate only answers ``contact.*``.
    """
    person = party.person if party.kind == Party.Kind.PERSON else None
    values: dict[str, str] = {}
    if party.kind == Party.Kind.ORGANISATION:
        organisation = party.organisation
        values |= {
            "org.name": organisation.name,
            "org.uscc": organisation.uscc,
            "org.kind": organisation.kind,
            "org.address": organisation.address,
            "org.legal_representative": organisation.legal_representative.name,
        }
        if agent is not None and agent.pk == organisation.legal_representative_id:
            person = agent
    if person is not None:
        values |= {
            "person.name": person.name,
            "person.id_number": person.id_number,
            "person.gender": person.document.gender,
            "person.birth_date": person.born.isoformat() if person.born else "",
            "person.phone": person.phone or "",
            "person.address": person.address or "",
        }
    if agent is not None:
        values |= {"contact.name": agent.name, "contact.phone": agent.phone or ""}
    return {code: value for code, value in values.items() if value}
