"""Carrying out an approved list: package by package, so that a worker that dies leaves nothing half done.

Each package takes two steps. First, in one transaction, it is looked at once more, loses its file in the database and
notes the names of the stored files that go. Then the files are deleted and looked for; only when none is there any more
does the row say so. Whoever runs the list again goes on with the step that is missing.
"""

import hashlib
import logging
from collections.abc import Iterator
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases.archive import record
from cases.archive.destruction import due
from cases.archive.models import ArchivePackage, DestructionList, DestructionRow
from cases.assisting.handwriting import forget
from cases.models import Case, CaseMaterial, ConsultationFile, JointCase, JointItem, OpinionFile, VisitPhoto
from certificates.erasure_actions import erase_file
from common import events
from identity.actor import Actor
from identity.models import Party

_State, _Row = DestructionList.State, DestructionRow.State
_FOLDER = "archive/destroyed"
_BATCH = 50
_log = logging.getLogger("onestop.archive")


def run(actor: Actor, *, list_id: UUID) -> DestructionList:
    """Do what is left of an approved list, and write its record at the end; safe to run again and beside itself."""
    made = DestructionList.objects.get(pk=list_id)
    while made.state == _State.RUNNING and _some(actor, made):
        pass
    return _finish(actor, list_id)


def _some(actor: Actor, made: DestructionList) -> bool:
    """Do some rows; tell whether there may be more. A file that cannot be deleted is tried again by the next run."""
    left = made.rows.filter(state__in=[_Row.TODO, _Row.ERASING]).order_by("id")
    keys = list(left.values_list("pk", flat=True)[:_BATCH])
    done = 0
    for key in keys:
        _take(actor, key)
        done += _delete(key)
    DestructionList.objects.filter(pk=made.pk).update(updated_at=timezone.now())
    return done > 0


@transaction.atomic
def _take(actor: Actor, row_id: UUID) -> None:
    """The first step. Owners of documents come before the case, as for a hold: one of the two sees the other.

    Of two cases of a joint case that go at one moment the second waits, and sees that the one receipt is its to take.
    """
    row = DestructionRow.objects.select_for_update(of=("self",)).select_related("destruction", "package").get(pk=row_id)
    if row.state != _Row.TODO or row.destruction.state != _State.RUNNING:
        return
    case_id = row.package.case_id
    list(JointCase.objects.select_for_update(no_key=True).filter(items__case_id=case_id))
    materials = CaseMaterial.objects.filter(case_id=case_id, document__isnull=False)
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=materials.values("document__owner")).order_by("pk"))
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    package = ArchivePackage.objects.select_for_update().get(pk=row.package_id)
    today = timezone.localdate()
    if not due(row.destruction.department_id, today=today).filter(pk=package.pk).exists():
        row.state, row.ended_at = _Row.KEPT, timezone.now()
        row.reason = _("审批以后暂停销毁，或者又有没办完的事，这一份留存。")
        row.save()
        return
    row.files = list(_files_of(case, package))
    removed = materials.filter(document__removed_at__isnull=False).values_list("document_id", flat=True)
    row.documents = sum(erase_file(actor, document_id=key) for key in set(removed))
    item = JointItem.objects.filter(case=case).select_related("joint").first()
    forget(case, is_last_of_joint=item is None or not _is_needed_by_siblings(item))
    row.state = _Row.ERASING
    row.save()
    package.state, package.file, package.destroyed_at = ArchivePackage.State.DESTROYED, "", timezone.now()
    package.save()
    events.record(
        codes.ARCHIVE_DESTROYED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        number=package.number,
        sha256=package.sha256,
        list=row.destruction.number,
        files=len(row.files),
        documents=row.documents,
    )


def _files_of(case: Case, package: ArchivePackage) -> Iterator[str]:
    """The names of the stored files that are this case's alone. The locker's documents are their owner's."""
    yield str(package.file.name)
    yield from _names(case.notices.exclude(file="").order_by("id"))
    yield from _names(VisitPhoto.objects.filter(visit__case=case).order_by("id"))
    yield from _names(ConsultationFile.objects.filter(message__consultation__case=case).order_by("id"))
    yield from _names(OpinionFile.objects.filter(asked__request__case=case).order_by("id"))
    item = JointItem.objects.filter(case=case).select_related("joint").first()
    if item is not None and item.joint.receipt_file and not _is_needed_by_siblings(item):
        yield str(item.joint.receipt_file.name)


def _names(rows: object) -> Iterator[str]:
    yield from (str(name) for name in rows.values_list("file", flat=True))  # type: ignore[attr-defined]


def _is_needed_by_siblings(item: JointItem) -> bool:
    """Whether another case of the joint case still has its archive: the one receipt is theirs too."""
    others = JointItem.objects.filter(joint=item.joint, case__isnull=False).exclude(pk=item.pk)
    return others.exclude(case__archive__state=ArchivePackage.State.DESTROYED).exists()


def _delete(row_id: UUID) -> bool:
    """The second step; tell whether the row came to its end."""
    row = DestructionRow.objects.get(pk=row_id)
    if row.state != _Row.ERASING:
        return row.state in {_Row.DONE, _Row.KEPT}
    for name in row.files:
        try:
            default_storage.delete(name)
        except OSError:
            _log.exception("a file of list %s could not be deleted", row.destruction_id)
    if any(default_storage.exists(name) for name in row.files):
        return False
    ended = DestructionRow.objects.filter(pk=row_id, state=_Row.ERASING)
    ended.update(state=_Row.DONE, ended_at=timezone.now(), updated_at=timezone.now())
    return True


@transaction.atomic
def _finish(actor: Actor, list_id: UUID) -> DestructionList:
    rows = DestructionList.objects.select_for_update(of=("self",))
    made = rows.select_related("department__region", "proposed_by", "settled_by").get(pk=list_id)
    if made.state != _State.RUNNING or made.rows.filter(state__in=[_Row.TODO, _Row.ERASING]).exists():
        return made
    made.ended_at = timezone.now()
    content = record.manifest_of(made)
    made.manifest_sha256 = hashlib.sha256(content).hexdigest()
    made.manifest.name = _store(f"{_FOLDER}/{made.pk}.json", content)
    made.record.name = _store(f"{_FOLDER}/{made.pk}.pdf", record.printed(made))
    made.state = _State.DONE
    made.save()
    counts = {state: made.rows.filter(state=state).count() for state in (_Row.DONE, _Row.KEPT)}
    events.record(
        codes.DESTRUCTION_ENDED,
        actor=actor,
        subject_id=made.pk,
        number=made.number,
        done=counts[_Row.DONE],
        kept=counts[_Row.KEPT],
        sha256=made.manifest_sha256,
    )
    return made


def _store(name: str, content: bytes) -> str:
    """Write a file over what a killed worker may have left there."""
    if default_storage.exists(name):
        default_storage.delete(name)
    return str(default_storage.save(name, ContentFile(content)))
