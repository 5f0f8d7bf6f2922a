"""Files go on with the version that follows."""

from collections.abc import Iterable
from uuid import UUID

from common.ids import uuid7
from services.models import VersionFile

_BATCH = 500


def carry_over(pairs: Iterable[tuple[UUID | None, UUID]]) -> None:
    """Give each new version the files of the one before: (old, new). One query while there are none.

    Only the rows are copied; the stored bytes are shared. A file of a material that the new version no longer has
    comes along and is shown once the material is back.
    """
    follows: dict[UUID, list[UUID]] = {}
    for old, new in pairs:
        if old is not None:
            follows.setdefault(old, []).append(new)
    if not follows:
        return
    rows = [
        VersionFile(
            id=uuid7(),
            version_id=new,
            kind=row.kind,
            material_key=row.material_key,
            name=row.name,
            file=row.file.name,
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
        )
        for row in VersionFile.objects.filter(version__in=follows).order_by("id")
        for new in follows[row.version_id]
    ]
    VersionFile.objects.bulk_create(rows, batch_size=_BATCH)
