"""Versions that nobody reviews: what an import or the demonstration defines, and what stood before there were any."""

from django.utils import timezone

from certificates.models import CertificateType, CertificateTypeVersion
from certificates.types.content import TypeContent, content_of
from identity.actor import Actor
from identity.reviewing.states import VersionState


def is_maintained_here(kind: CertificateType) -> bool:
    """Whether the version in force went through review: no import writes over it (ADR 0017)."""
    return bool(kind.current and kind.current.reviewed_by_id)


def record_version(actor: Actor, kind: CertificateType, content: TypeContent | None = None) -> CertificateTypeVersion:
    """Put a saved, locked type's row on record as the version in force; the same content again is no new one."""
    wanted = (content or content_of(kind)).stored()
    before = kind.current
    if before and before.content == wanted and before.definer_id == kind.definer_id:
        return before
    last = CertificateTypeVersion.objects.filter(key=kind.key).order_by("-version").first()
    if before:
        before.state = VersionState.RETIRED
        before.save()
    version = CertificateTypeVersion.objects.create(
        key=kind.key,
        type=kind,
        definer=kind.definer,
        version=(last.version if last else 0) + 1,
        state=VersionState.PUBLISHED,
        content=wanted,
        author_id=actor.account_id,
        published_by_id=actor.account_id,
        published_at=timezone.now(),
        base=before,
    )
    kind.current = version
    kind.first = kind.first or version
    kind.save(update_fields=["current", "first", "updated_at"])
    return version
