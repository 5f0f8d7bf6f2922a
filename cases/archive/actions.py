"""Writes of the archive: seal a closed case, note why one could not be sealed, ask again, hand out a package."""

import tempfile
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases.archive import errors, queries
from cases.archive.models import ArchivePackage
from cases.archive.package import build, pack
from cases.archive.rules import ends_on
from cases.models import Case
from cases.states import FINAL_STATES
from certificates.signing.detached import sign_detached
from common import events
from common.jobs import after_commit
from common.numbering import next_number
from identity.actor import Actor
from identity.staff.current import hold as hold_post
from services.retention import retention_of

_FOLDER = "archive"
_State = ArchivePackage.State


@transaction.atomic
def seal(actor: Actor, *, case_id: UUID) -> ArchivePackage:
    """Seal a closed case once; a second call, also one at the same moment, returns what is there.

    A worker that is killed leaves no row; a file it may have left behind is written over by the next attempt. Raises
    :class:`NotClosed`, :class:`NotReady`, :class:`PartUnreadable` or the errors of the key store; nothing changes then.
    """
    case = _lock(case_id)
    if case.state not in FINAL_STATES or case.closed_at is None:
        raise errors.NotClosed
    package = ArchivePackage.objects.filter(case=case).first() or _new(case)
    if package.state in {_State.SEALED, _State.DESTROYED}:
        return package
    serial = next_number(f"archive:{case.department_id}:{package.closed_on.year}:{package.retention}")
    package.number = f"{case.department.uscc}-ZW·{package.closed_on.year}·{package.retention}-{serial:06d}"
    package.sealed_at = timezone.now()
    parts, manifest = build(case, package)
    package.state, package.problem, package.parts = _State.SEALED, "", len(parts)
    with tempfile.TemporaryFile() as packed:  # of the disk, and without a name: nobody else can open it
        package.sha256, package.size = pack(packed, parts, manifest, sign_detached(manifest))
        del parts
        _store(package, packed)
    package.save()
    Case.objects.filter(pk=case.pk).update(archived_at=package.sealed_at)  # the nightly look passes it by
    events.record(
        codes.ARCHIVED,
        actor=actor,
        subject_id=package.pk,
        holder_id=case.applicant_id,
        number=package.number,
        case=case.number,
        sha256=package.sha256,
        parts=package.parts,
    )
    return package


def _lock(case_id: UUID) -> Case:
    found = Case.objects.select_for_update(of=("self",), no_key=True).select_related(
        "item",
        "item_version",
        "department__region",
        "applicant__person",
        "applicant__organisation",
        "agent",
        "certificate__type",
        "joint_item__joint",
    )
    case = found.filter(pk=case_id).first()
    if case is None:
        raise errors.ArchiveNotFound
    return case


def _new(case: Case) -> ArchivePackage:
    stated = case.item_version.retention
    retention = retention_of(stated, item_type=case.item.item_type, city=settings.ARCHIVE_RETENTION)
    closed_on = timezone.localdate(case.closed_at)
    return ArchivePackage(
        case=case,
        department=case.department,
        state=_State.PROBLEM,
        retention=retention,
        closed_on=closed_on,
        due_on=ends_on(retention, closed_on),
    )


def _store(package: ArchivePackage, packed: IO[bytes]) -> None:
    """Write the file under the case's own name, over what a killed worker may have left there."""
    name, storage = f"{_FOLDER}/{package.closed_on.year}/{package.case_id}.zip", package.file.storage
    if storage.exists(name):
        storage.delete(name)
    package.file.name = storage.save(name, File(packed))


@transaction.atomic
def note_problem(actor: Actor, *, case_id: UUID, problem: str) -> None:
    """Keep why a case could not be sealed, for those who look after the archive. One that is sealed stays as it is."""
    case = _lock(case_id)
    package = ArchivePackage.objects.filter(case=case).first() or _new(case)
    if package.state == _State.PROBLEM:
        package.problem, package.tries = problem[:500], package.tries + 1
        package.save()


@transaction.atomic
def retry(actor: Actor, *, case_id: UUID) -> None:
    """Have a case sealed again that could not be. Raises :class:`ArchiveNotFound`."""
    hold_post(actor)
    package = queries.get(actor, case_id)
    events.record(codes.ARCHIVE_RETRIED, actor=actor, subject_id=package.pk, case=package.case.number)
    after_commit("cases.tasks.seal_case", case_id=str(case_id))


@transaction.atomic
def read(actor: Actor, *, case_id: UUID) -> tuple[ArchivePackage, bytes]:
    """Hand a package out; who took it is recorded, also for the applicant. Raises :class:`PackageDamaged`."""
    hold_post(actor)
    package = queries.get(actor, case_id)
    content = queries.stored(package)
    events.record(
        codes.ARCHIVE_READ,
        actor=actor,
        subject_id=package.case_id,
        holder_id=package.case.applicant_id,
        number=package.number,
        sha256=package.sha256,
    )
    return package, content
