"""Reads of the archive, each starting from :func:`visible_to`."""

import datetime as dt
import hashlib
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases import events as codes
from cases.archive import errors
from cases.archive.models import STANDING, ArchiveHold, ArchivePackage, DestructionList, DestructionRow
from cases.models import Case
from cases.states import FINAL_STATES
from common import events
from common.crypto import CannotDecrypt
from common.formatting import format_date_or_blank
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
        found = found.filter(state=ArchivePackage.State.SEALED, due_on__lte=timezone.localdate(), is_held=False)
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
    found = Case.objects.filter(archived_at__isnull=True, closed_at__lt=closed_before, state__in=FINAL_STATES)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def lists_of(actor: Actor) -> QuerySet[DestructionList]:
    """The lists of destruction of the departments whose archive this post looks after, newest first."""
    rows = DestructionList.objects.filter(department_id__in=departments_of(actor))
    return rows.select_related("department", "proposed_by", "settled_by").order_by("-id")


def get_list(actor: Actor, list_id: UUID) -> DestructionList:
    """One of :func:`lists_of` with how many rows are ``gone``, ``kept`` and ``ended`` either way.

    Raises :class:`DestructionNotFound`.
    """
    row = DestructionRow.State
    counts = {
        "gone": Count("rows", filter=Q(rows__state=row.DONE)),
        "kept": Count("rows", filter=Q(rows__state=row.KEPT)),
        "ended": Count("rows", filter=Q(rows__state__in=[row.DONE, row.KEPT])),
    }
    found = lists_of(actor).annotate(**counts).filter(pk=list_id).first()
    if found is None:
        raise errors.DestructionNotFound
    return found


def rows_of(made: DestructionList) -> QuerySet[DestructionRow]:
    """The packages of a list and what came of each."""
    rows = DestructionRow.objects.filter(destruction=made)
    return rows.select_related("package__case__item_version").order_by("id")


def destructions_left(*, before: dt.datetime, limit: int = 20) -> list[UUID]:
    """Approved lists that nobody worked on since a moment."""
    left = DestructionList.objects.filter(state=DestructionList.State.RUNNING, updated_at__lt=before)
    return list(left.order_by("updated_at").values_list("pk", flat=True)[:limit])


def record_file(actor: Actor, list_id: UUID, part: str) -> tuple[DestructionList, bytes]:
    """The ``record`` (PDF) or the ``manifest`` (JSON) of a finished list; who took it is recorded.

    Raises :class:`DestructionNotFound`.
    """
    made = get_list(actor, list_id)
    file = {"record": made.record, "manifest": made.manifest}.get(part)
    if not file:
        raise errors.DestructionNotFound
    events.record(codes.DESTRUCTION_READ, actor=actor, subject_id=made.pk, number=made.number, part=part)
    with file.open() as stored_file:
        return made, bytes(stored_file.read())


def stored(package: ArchivePackage) -> bytes:
    """The bytes that were sealed.

    Raises :class:`ArchiveNotFound` without any, :class:`PackageDestroyed`, or :class:`PackageDamaged` for other bytes.
    """
    if package.state == ArchivePackage.State.DESTROYED:
        raise errors.PackageDestroyed(day=format_date_or_blank(package.destroyed_at))
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
