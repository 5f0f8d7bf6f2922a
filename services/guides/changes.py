"""What a published version changed against the one before, for everybody."""

import dataclasses
from dataclasses import dataclass
from uuid import UUID

from certificates.models import CertificateType
from identity.models import Department
from identity.reviewing.states import PUBLIC_VERSIONS
from services.descriptions import PREFETCH, VersionContent, describe
from services.editing.compare import Change, compare
from services.errors import VersionNotFound
from services.models import ItemVersion, ServiceItem


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """The two versions and what differs between them."""

    old: ItemVersion
    new: ItemVersion
    changes: list[Change]


def public_changes(item: ServiceItem, *, number: int, since: int | None = None) -> VersionChanges:
    """Compare a published version with the published one before it, or with version ``since``.

    Raises :class:`VersionNotFound`. Twenty queries at most, whatever the size.
    """
    public = ItemVersion.objects.filter(item_id=item.pk, state__in=PUBLIC_VERSIONS).prefetch_related(*PREFETCH)
    new = public.filter(version=number).first()
    if new is None:
        raise VersionNotFound
    earlier = public.filter(version__lt=number) if since is None else public.filter(version=since, version__lt=number)
    old = earlier.order_by("-version").first()
    if old is None:
        raise VersionNotFound
    before, after = describe(old), describe(new)
    found = compare(_shown(before), _shown(after), names=_names(before, after))
    return VersionChanges(old, new, found)


def _shown(content: VersionContent) -> VersionContent:
    """Without what steers the search only."""
    return dataclasses.replace(content, synonyms=[], source_row={})


def _names(*contents: VersionContent) -> dict[UUID, str]:
    types = {pk for content in contents for material in content.materials for pk in material.satisfied_by}
    types |= {content.result_type_id for content in contents if content.result_type_id}
    bodies = {stage.department_id for content in contents for stage in content.route}
    names = dict(CertificateType.objects.filter(pk__in=types).values_list("pk", "name")) if types else {}
    return {**names, **(dict(Department.objects.filter(pk__in=bodies).values_list("pk", "name")) if bodies else {})}
