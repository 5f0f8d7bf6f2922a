"""Writes of organisations: the legal representative binds one, and what the register says is taken over."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common import events
from common.errors import NotFound
from identity import events as codes
from identity import levels, rules
from identity.actions import register_organisation, register_person
from identity.actor import SYSTEM, Actor, ActorKind
from identity.errors import NotRepresentative, TooManyTries
from identity.mandates.moves import hold_all_of
from identity.models import Organisation, Person, VerificationRecord
from identity.organisation_actions import change_legal_representative, change_state
from identity.organisations.errors import CorporateFactsDiffer, OrganisationNotActive, OrganisationUnknown
from identity.permissions import Permission
from identity.persons.finding import find_person
from identity.staff.current import hold as hold_post
from identity.verification import Result, corporate
from identity.verification.corporate import Entry

FACTS = ("uscc", "name", "representative")
_MISSES_PER_DAY = 5


def bind(actor: Actor, *, uscc: str, name: str) -> Organisation:
    """Bind an organisation to its legal representative, who is signed in for themselves.

    The corporate library must agree on code, name and representative; what it said is recorded either way. An
    earlier representative's bindings and mandates end. Raises :class:`NotRepresentative`,
    :class:`AssuranceTooLow`, :class:`UsccInvalid`, :class:`NameInvalid`, :class:`TooManyTries`,
    :class:`CorporateFactsDiffer`, :class:`OrganisationUnknown`, :class:`OrganisationNotActive` or
    :class:`VerificationUnavailable`; then nothing is bound.
    """
    if not actor.is_citizen or actor.principal_id != actor.person_id:
        raise NotRepresentative
    levels.require(actor, levels.Right.AUTHORISE)
    code = rules.normal_uscc(uscc)
    shown = rules.normal_name(name, is_organisation=True)
    person = Person.objects.get(pk=actor.person_id)
    entry, result = _ask(actor, person, code, shown)
    if entry is None:
        raise OrganisationUnknown
    if result != Result.AGREED:
        raise CorporateFactsDiffer
    if entry.state != Organisation.State.ACTIVE:
        raise OrganisationNotActive(name=entry.name, state=Organisation.State(entry.state).label)
    return _take(actor, person, entry)


@transaction.atomic
def _ask(actor: Actor, person: Person, code: str, name: str) -> tuple[Entry | None, Result]:
    """Ask the library and keep its answer; the person's row serialises the questions of one person."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    day_ago = timezone.now() - dt.timedelta(days=1)
    asked = VerificationRecord.objects.filter(person=person, created_at__gt=day_ago).exclude(subject="")
    if asked.exclude(result=Result.AGREED).count() >= _MISSES_PER_DAY:
        raise TooManyTries
    library = corporate.source()
    entry = library.find(code)
    result = Result.UNKNOWN if entry is None else _compare(entry, name, person)
    VerificationRecord.objects.create(
        person=person,
        id_number_index=person.id_number_index,
        subject=code,
        source=library.name,
        facts=list(FACTS),
        result=result,
    )
    detail = {"source": library.name, "result": str(result), "uscc": code}
    events.record(codes.CORPORATE_CHECKED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    return entry, result


def _compare(entry: Entry, name: str, person: Person) -> Result:
    is_same = (
        rules.is_same_name(entry.name, name)
        and rules.is_same_name(entry.representative_name, person.name)
        and entry.representative.index == bytes(person.id_number_index)
    )
    return Result.AGREED if is_same else Result.DIFFERS


@transaction.atomic
def _take(actor: Actor, person: Person, entry: Entry) -> Organisation:
    """Register the organisation, or hand the registered one to its new representative."""
    known = Organisation.objects.filter(uscc=entry.uscc).values_list("pk", flat=True).first()
    if known:
        hold_all_of(known)
    organisation = Organisation.objects.select_for_update().filter(uscc=entry.uscc).first()
    if organisation is None:
        organisation = register_organisation(
            actor,
            uscc=entry.uscc,
            name=entry.name,
            kind=entry.kind,
            address=entry.address,
            legal_representative=person,
            region=person.region,
        )
    else:
        _follow(organisation, entry, person)
    _checked(organisation)
    events.record(
        codes.ORGANISATION_BOUND, actor=actor, subject_id=organisation.pk, holder_id=organisation.pk, uscc=entry.uscc
    )
    return organisation


def refresh(actor: Actor, *, organisation_id: UUID) -> Organisation:
    """Take over what the corporate library says now: name, kind, address, state and legal representative.

    For the legal representative, a data officer and the site itself. A new representative or an ended state ends
    bindings and mandates at once. An organisation that the library does not know stays as it is
    (:class:`OrganisationUnknown`). Raises :class:`NotFound` for others, or :class:`VerificationUnavailable`.
    """
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None or not _may_refresh(actor, organisation):
        raise NotFound
    library = corporate.source()
    entry = library.find(organisation.uscc)
    result = Result.UNKNOWN if entry is None else Result.AGREED
    with transaction.atomic():
        hold_post(actor)
        hold_all_of(organisation_id)
        organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
        VerificationRecord.objects.create(
            organisation=organisation,
            id_number_index=organisation.legal_representative.id_number_index,
            subject=organisation.uscc,
            checked_by_id=actor.account_id,
            source=library.name,
            facts=[],
            result=result,
        )
        detail = {"source": library.name, "result": str(result), "uscc": organisation.uscc}
        pk = organisation.pk
        events.record(codes.CORPORATE_CHECKED, actor=actor, subject_id=pk, holder_id=pk, **detail)
        if entry is not None:
            _follow(organisation, entry, _representative(entry))
            _checked(organisation)
    if entry is None:
        raise OrganisationUnknown
    return organisation


def _may_refresh(actor: Actor, organisation: Organisation) -> bool:
    if actor.kind == ActorKind.SYSTEM or actor.departments(Permission.MANAGE_PERSONS):
        return True
    return actor.is_citizen and organisation.legal_representative_id == actor.person_id


def _representative(entry: Entry) -> Person:
    """The person the library names; one who never was here is registered without a sign-in, as level one."""
    document = entry.representative
    return find_person(document) or register_person(
        SYSTEM,
        name=entry.representative_name,
        id_number=document.number,
        document_kind=document.kind,
        issuer=document.issuer,
    )


def _follow(organisation: Organisation, entry: Entry, representative: Person) -> None:
    """Bring a locked organisation in line with the library's entry."""
    fields = ("name", "kind", "address")
    if any(getattr(organisation, name) != getattr(entry, name) for name in fields):
        for name in fields:
            setattr(organisation, name, getattr(entry, name))
        organisation.save(update_fields=fields)
    changed = change_legal_representative(SYSTEM, organisation_id=organisation.pk, person=representative)
    organisation.legal_representative = changed.legal_representative
    organisation.state = change_state(SYSTEM, organisation_id=organisation.pk, state=entry.state).state


def _checked(organisation: Organisation) -> None:
    organisation.checked_at = timezone.now()
    organisation.save(update_fields=["checked_at"])
