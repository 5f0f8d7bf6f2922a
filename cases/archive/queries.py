"""Reads of the archive, each starting from :func:`visible_to`."""

import datetime as dt
import hashlib
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.archive import errors
from cases.archive.models import STANDING, ArchiveHold, ArchivePackage
from cases.models import Case
from cases.states import FINAL_STATES
from common.crypto import CannotDecrypt
from identity.actor import Actor
from identity.permissions import Permission

RIGHTS = (Permission.SUPERVISE, Permission.DECIDE)  # who answers for a department's cases looks after its archive
HELD, DUE = "held", "due"


def departments_of(actor: Actor) -> frozenset[UUID]:
    """The departments whose archive this post looks after."""
    return frozenset[UUID]().union(*(actor.departments(right) for right in RIGHTS))


def visible_to(actor: Actor) -> QuerySet[ArchivePackage]:
    """The packages of the departments where the post decides or supervises; nobody else has any."""
    return ArchivePackage.objects.filter(department_id__in=departments_of(actor))


def _standing() -> Exists:
    return Exists(ArchiveHold.objects.filter(case=OuterRef("case_id"), state__in=STANDING))


def search(actor: Actor, *, text: str = "", state: str = "", retention: str = "") -> QuerySet[ArchivePackage]:
    """Packages by whole number of archive or case, by state (also ``held`` and ``due``) and by term, newest first."""
    found = visible_to(actor).select_related("case__item_version", "department").annotate(is_held=_standing())
    if text.strip():
        found = found.filter(Q(number=text.strip()) | Q(case__number=text.strip()))
    if retention:
        found = found.filter(retention=retention)
    if state == HELD:
        found = found.filter(is_held=True)
    elif state == DUE:
        found = found.filter(due_on__lte=timezone.localdate(), is_held=False)
    elif state:
        found = found.filter(state=state)
    return found.order_by("-id")


def get(actor: Actor, case_id: UUID) -> ArchivePackage:
    """One of :func:`visible_to` with what its page shows; raises :class:`ArchiveNotFound`."""
    rows = visible_to(actor).select_related("case__item_version", "case__item", "department")
    package = rows.annotate(is_held=_standing()).filter(case_id=case_id).first()
    if package is None:
        raise errors.ArchiveNotFound
    return package


def holds_of(package: ArchivePackage) -> list[ArchiveHold]:
    """Every hold there was, newest first."""
    people = ("asked_by", "confirmed_by", "lift_asked_by", "lifted_by")
    return list(ArchiveHold.objects.filter(case_id=package.case_id).select_related(*people))


def held_cases() -> QuerySet[ArchiveHold]:
    """The holds that stand now: nothing of these cases may be erased."""
    return ArchiveHold.objects.filter(state__in=STANDING)


def find_sealed(number: str) -> ArchivePackage | None:
    """A sealed package by its own or its case's number, for the command that verifies it."""
    sealed = ArchivePackage.objects.filter(state=ArchivePackage.State.SEALED)
    return sealed.filter(Q(number=number) | Q(case__number=number)).first()


def to_seal(*, closed_before: dt.datetime, after: UUID | None = None, limit: int = 500) -> list[UUID]:
    """Closed cases without a sealed package, by key: those never tried, and those that could not be sealed."""
    found = Case.objects.filter(state__in=FINAL_STATES, closed_at__lt=closed_before)
    found = found.exclude(archive__state=ArchivePackage.State.SEALED)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def stored(package: ArchivePackage) -> bytes:
    """The bytes that were sealed. Raises :class:`ArchiveNotFound` without any, :class:`PackageDamaged` for others."""
    if package.state != ArchivePackage.State.SEALED:
        raise errors.ArchiveNotFound
    try:
        with package.file.open() as file:
            content = bytes(file.read())
    except (OSError, CannotDecrypt) as error:
        raise errors.PackageDamaged from error
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise errors.PackageDamaged
    return content
