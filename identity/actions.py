"""Writes of the identity room."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from guardian.models import UserObjectPermission

from common import crypto, events
from common.errors import Forbidden
from identity import events as codes
from identity import rules
from identity.actor import Actor, ActorKind
from identity.errors import OrganisationExists, PersonExists
from identity.models import Account, Department, Organisation, Party, Person, Post, PostHolding, Region
from identity.permissions import ROLE_PERMISSIONS
from identity.persons import documents, likeness

ID_NUMBER = "identity.id_number"
PHONE = "identity.phone"


@transaction.atomic
def register_person(
    actor: Actor,
    *,
    name: str,
    id_number: str,
    phone: str = "",
    address: str = "",
    assurance_level: int = 1,
    region: Region | None = None,
    document_kind: str = documents.Kind.CITIZEN,
    issuer: str = "",
    birth_date: dt.date | None = None,
) -> Person:
    """Register a natural person by a document (:mod:`identity.persons.documents`), the citizen ID unless said.

    ``issuer`` is the country of a passport, ``birth_date`` counts where the number has none. Raises
    :class:`NameInvalid`, :class:`IdNumberInvalid`, :class:`DocumentInvalid` or :class:`PersonExists`.
    """
    document = documents.check(document_kind, id_number, issuer=issuer)
    shown = rules.normal_name(name)
    if Person.objects.filter(id_number_index=document.index).exists():
        raise PersonExists
    stated = birth_date if document.born is None else None
    party = Party.objects.create(kind=Party.Kind.PERSON)
    try:
        with transaction.atomic():
            person = Person.objects.create(
                party=party,
                name=shown,
                document_kind=document.kind,
                issuer=document.issuer,
                id_number=document.number,
                id_number_index=document.index,
                birth_date=stated.isoformat() if stated else None,
                likeness_index=likeness.index(shown, document.born or stated),
                phone=rules.normal_phone(phone) if phone else None,
                address=address or None,
                assurance_level=assurance_level,
                region=region,
            )
    except IntegrityError as error:  # somebody registered the same number meanwhile
        raise PersonExists from error
    events.record(
        codes.PERSON_REGISTERED,
        actor=actor,
        subject_id=party.pk,
        holder_id=party.pk,
        assurance_level=assurance_level,
    )
    return person


@transaction.atomic
def register_organisation(
    actor: Actor,
    *,
    uscc: str,
    name: str,
    kind: str,
    address: str,
    legal_representative: Person,
    region: Region | None = None,
) -> Organisation:
    """Register an organisation; ``uscc`` is checked by GB 32100.

    Raises :class:`UsccInvalid`, :class:`NameInvalid` or :class:`OrganisationExists`.
    """
    code = rules.normal_uscc(uscc)
    shown = rules.normal_name(name, is_organisation=True)
    if Organisation.objects.filter(uscc=code).exists():
        raise OrganisationExists
    party = Party.objects.create(kind=Party.Kind.ORGANISATION)
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                party=party,
                uscc=code,
                name=shown,
                kind=kind,
                address=address,
                legal_representative=legal_representative,
                region=region,
            )
    except IntegrityError as error:
        raise OrganisationExists from error
    events.record(codes.ORGANISATION_REGISTERED, actor=actor, subject_id=party.pk, holder_id=party.pk, uscc=code)
    return organisation


@transaction.atomic
def open_account(actor: Actor, *, person: Person, password: str | None, with_phone: bool = True) -> Account:
    """Open the sign-in of a registered person by ID number or phone; None: no password, so no sign-in with one.

    ``with_phone`` False: not by phone, because another account signs in with that number.
    """
    phone_index = crypto.blind_index(person.phone, purpose=PHONE) if person.phone and with_phone else None
    return Account.objects.create_account(
        username=f"p-{person.pk}", password=password, person=person, phone_index=phone_index
    )


@transaction.atomic
def open_staff_account(actor: Actor, *, staff_number: str, name: str, password: str | None) -> Account:
    """Open a staff sign-in (None: no password yet); its permissions come from the post alone (:func:`assign_post`)."""
    require_system(actor)
    return Account.objects.create_account(
        username=staff_number, password=password, staff_name=name, is_staff_member=True
    )


@transaction.atomic
def set_served_departments(actor: Actor, *, post: Post, departments: Iterable[Department]) -> None:
    """Set the bodies a post acts for and bring the grants of its holders in line."""
    require_system(actor)
    post.serves.set(departments)
    for holding in post.holdings.filter(is_active=True).select_related("account"):
        _mirror_grants(holding)


@transaction.atomic
def assign_post(actor: Actor, *, account: Account, post: Post, role: str) -> PostHolding:
    """Give an account a post in a role and make it the active one; grants follow the post, never set by hand."""
    require_system(actor)
    Account.objects.select_for_update().get(pk=account.pk)
    account.holdings.filter(is_active=True).update(is_active=False)
    holding = PostHolding.objects.create(
        account=account, post=post, role=role, starts_on=timezone.localdate(), is_active=True
    )
    _mirror_grants(holding)
    events.record(codes.POST_ASSIGNED, actor=actor, subject_id=account.pk, role=role, post=str(post.pk))
    return holding


def _mirror_grants(holding: PostHolding) -> None:
    """Make the guardian grants equal to what the active post and role give."""
    account = holding.account
    UserObjectPermission.objects.filter(user=account, content_type__model="department").delete()
    departments = holding.post.serves.all() | Department.objects.filter(pk=holding.post.department_id)
    for permission in ROLE_PERMISSIONS[holding.role]:
        UserObjectPermission.objects.bulk_assign_perm(permission, account, departments.distinct())


def record_sign_in(actor: Actor, *, account: Account, method: str, browser: str = "") -> None:
    """Record a successful sign-in; ``browser`` is a short name such as ``Chrome · Windows``."""
    events.record(codes.SIGNED_IN, actor=actor, subject_id=account.pk, method=method, browser=browser)


@transaction.atomic
def save_region(actor: Actor, *, code: str, name: str, level: int, parent: Region | None = None) -> Region:
    """Create or change a region, known by its code (GB/T 2260, GB/T 10114 below the county); system only.

    ``level`` is a :class:`Region.Level`. Saving the same again changes nothing.
    """
    require_system(actor)
    region = Region.objects.select_for_update().filter(code=code).first() or Region(code=code)
    if _take(region, name=name, level=level, parent=parent):
        events.record(codes.REGION_SAVED, actor=actor, subject_id=region.pk, code=code)
    return region


@transaction.atomic
def save_department(actor: Actor, *, uscc: str, name: str, short_name: str, region: Region) -> Department:
    """Create or change a department, known by its USCC; system only. Raises :class:`UsccInvalid`."""
    require_system(actor)
    code = rules.normal_uscc(uscc)
    department = Department.objects.select_for_update().filter(uscc=code).first() or Department(uscc=code)
    if _take(department, name=name, short_name=short_name, region=region):
        events.record(codes.DEPARTMENT_SAVED, actor=actor, subject_id=department.pk, uscc=code)
    return department


@transaction.atomic
def save_post(actor: Actor, *, department: Department, name: str) -> Post:
    """Create a post of a department, known by its name there, which serves that department; system only."""
    require_system(actor)
    post, is_new = Post.objects.get_or_create(department=department, name=name)
    if is_new:
        post.serves.add(department)
        events.record(codes.POST_SAVED, actor=actor, subject_id=post.pk, name=name)
    return post


def require_system(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the site itself acts."""
    if actor.kind != ActorKind.SYSTEM:
        raise Forbidden


def _take(row: Region | Department, **values: object) -> bool:
    """Save the row with these values if it is new or any differs; tell whether it was."""
    if not row._state.adding and all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return True
