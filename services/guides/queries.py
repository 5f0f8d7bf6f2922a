"""Reads of what a guide carries."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from common.formatting import code_label
from identity.actor import Actor
from identity.reviewing.states import PUBLIC_VERSIONS, VersionState
from services.editing.queries import may_manage
from services.guides.errors import FileNotFound
from services.models import ItemVersion, ItemWindow, ServiceItem, VersionFile


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on its way to somebody: its row and its bytes."""

    row: VersionFile
    content: bytes
    title: str  # what it is saved as, without its ending


def files_of(version: ItemVersion) -> list[VersionFile]:
    """The files of a version, in the order they came (one query)."""
    return list(VersionFile.objects.filter(version_id=version.pk))


def windows_of(item: ServiceItem) -> QuerySet[ItemWindow]:
    """Where the item is done: halls in use, in order (one query)."""
    return ItemWindow.objects.filter(item_id=item.pk, hall__is_active=True).select_related("hall__region")


def public_file(file_id: UUID) -> VersionFile:
    """The row of a file of a published version, earlier ones too; raises :class:`FileNotFound`."""
    rows = VersionFile.objects.filter(version__state__in=PUBLIC_VERSIONS, version__item__current__isnull=False)
    row = rows.select_related("version").filter(pk=file_id).first()
    if row is None:
        raise FileNotFound
    return row


def managed_file(actor: Actor, file_id: UUID) -> VersionFile:
    """The row of a file of any version, for those who manage the item; raises :class:`FileNotFound`."""
    row = VersionFile.objects.select_related("version__item").filter(pk=file_id).first()
    if row is None or not may_manage(actor, row.version.item):
        raise FileNotFound
    return row


def open_file(row: VersionFile) -> StoredFile:
    """Read a file from the store; raises :class:`FileNotFound` when its bytes are gone."""
    try:
        with row.file.open("rb") as stored:
            content = stored.read()
    except FileNotFoundError as error:
        raise FileNotFound from error
    return StoredFile(row, content, f"{code_label(row.get_kind_display())}：{row.name}")


def is_being_written(version: ItemVersion) -> bool:
    """Whether the version's files may still change."""
    return version.state in (VersionState.DRAFT, VersionState.RETURNED)
