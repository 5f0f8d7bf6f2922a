"""Writes of what a guide carries: files of a draft, windows of an item. By posts that manage the item.

Locks (ADR 0018): the post's holding, then the item.
"""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from common import events
from identity.actor import Actor
from identity.halls.queries import halls_near
from identity.models import Region
from identity.reviewing.states import VERSION_MOVES, VersionAction
from services import events as codes
from services.editing import steps
from services.editing.versions import lock_item, lock_version
from services.guides.cleaning import ENDINGS, CleanFile, clean
from services.guides.errors import FileNotFound, FilePlaceUnknown, TooManyFiles, WindowsInvalid
from services.models import ItemVersion, ItemWindow, VersionFile

MOST_FILES = 5  # for one material
_MOST_WINDOWS = 20
_PART = "files"


@transaction.atomic
def add_file(
    actor: Actor,
    *,
    version_id: UUID,
    kind: str,
    material_key: str,
    upload: UploadedFile,
    name: str = "",
    replaces: UUID | None = None,
    expected_revision: int,
) -> VersionFile:
    """Give a draft's material (or, with an empty key, its result) a file; ``replaces`` takes another one's place.

    The same content again is the file that is there. Raises the errors of :func:`services.guides.cleaning.clean`,
    :class:`FilePlaceUnknown`, :class:`FileNotFound`, :class:`TooManyFiles`, ``StepNotAllowed``, ``StaleVersion``;
    then nothing is stored.
    """
    version = lock_version(actor, version_id)
    _require_place(version, kind, material_key)
    checked = clean(upload)
    beside = list(VersionFile.objects.filter(version=version, kind=kind, material_key=material_key))
    same = next((one for one in beside if one.sha256 == checked.sha256), None)
    if same and replaces in (None, same.pk):
        return same
    steps.check(actor, version, VersionAction.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    former = next((one for one in beside if one.pk == replaces), None)
    if replaces and former is None:
        raise FileNotFound
    if former is None and len(beside) >= MOST_FILES:
        raise TooManyFiles(limit=MOST_FILES)
    if former:
        _erase(former)
    stored = same or _store(version, kind, material_key, checked, name)
    _settle(actor, version)
    return stored


def _require_place(version: ItemVersion, kind: str, material_key: str) -> None:
    if kind not in VersionFile.Kind.values or (kind == VersionFile.Kind.RESULT) != (material_key == ""):
        raise FilePlaceUnknown
    if material_key and not version.materials.filter(key=material_key).exists():
        raise FilePlaceUnknown


def _store(version: ItemVersion, kind: str, material_key: str, checked: CleanFile, name: str) -> VersionFile:
    plain = "".join(letter for letter in name.strip() if letter.isprintable() and letter not in '/\\"')
    row = VersionFile(
        version=version,
        kind=kind,
        material_key=material_key,
        name=(plain or checked.name)[:120],
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=checked.sha256,
    )
    row.file.save(f"{row.pk}.{ENDINGS[checked.media_type]}", ContentFile(checked.content), save=False)
    row.save()
    return row


def _settle(actor: Actor, version: ItemVersion) -> None:
    steps.settle(
        actor,
        version,
        VersionAction.EDIT,
        VERSION_MOVES[VersionAction.EDIT].target or version.state,
        event=codes.VERSION_STEP,
        fields=[_PART],
        version=version.version,
        item=str(version.item_id),
    )


@transaction.atomic
def remove_file(actor: Actor, *, file_id: UUID, expected_revision: int) -> ItemVersion:
    """Take a file from a draft; other versions keep theirs. Raises :class:`FileNotFound` and those of a step."""
    row = VersionFile.objects.filter(pk=file_id).first()
    if row is None:
        raise FileNotFound
    version = lock_version(actor, row.version_id)
    steps.check(actor, version, VersionAction.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    row = VersionFile.objects.filter(pk=file_id).first()
    if row is None:
        raise FileNotFound
    _erase(row)
    _settle(actor, version)
    return version


def _erase(row: VersionFile) -> None:
    """Remove the row, and the bytes once that is final, unless another version shows them (its item is locked)."""
    stored, name = row.file.storage, row.file.name
    row.delete()
    if name and not VersionFile.objects.filter(file=name).exists():
        transaction.on_commit(lambda: stored.delete(name))


@transaction.atomic
def set_windows(actor: Actor, *, item_id: UUID, windows: Sequence[tuple[UUID, str]]) -> None:
    """Say in which halls an item is done, at which window, in this order; the same again changes nothing.

    It is today's arrangement and takes effect at once, without a new version. Raises :class:`WindowsInvalid`.
    """
    item = lock_item(actor, item_id)
    wanted = [(hall_id, window.strip()[:100]) for hall_id, window in windows]
    ids = [hall_id for hall_id, _window in wanted]
    region = Region.objects.get(pk=item.region_id)
    if len(ids) != len(set(ids)) or len(ids) > _MOST_WINDOWS or any(not text.isprintable() for _id, text in wanted):
        raise WindowsInvalid
    if halls_near(region).filter(pk__in=ids).count() != len(ids):
        raise WindowsInvalid
    if [(row.hall_id, row.window) for row in item.windows.all()] == wanted:
        return
    item.windows.all().delete()
    ItemWindow.objects.bulk_create(
        ItemWindow(item=item, hall_id=hall_id, window=window, order=order)
        for order, (hall_id, window) in enumerate(wanted)
    )
    item.save(update_fields=["updated_at"])
    events.record(codes.ITEM_WINDOWS, actor=actor, subject_id=item.pk, halls=[str(hall_id) for hall_id in ids])
