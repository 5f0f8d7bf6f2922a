"""Reads for those who write and review certificate types, and by which version a certificate is shown."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from certificates.errors import TypeVersionNotFound
from certificates.models import Certificate, CertificateType, CertificateTypeVersion, TypeStep
from certificates.types.content import TypeContent
from identity.actor import Actor
from identity.models import Department, Post
from identity.permissions import Permission
from identity.reviewing import steps
from identity.reviewing.states import OPEN_VERSIONS, PUBLIC_VERSIONS, VersionAction

_PEOPLE = ("definer__region", "type", "author", "submitted_by", "reviewed_by", "published_by")


def may_write(actor: Actor, definer_id: UUID) -> bool:
    """Whether the post manages what this department defines."""
    return actor.may(Permission.MANAGE_ITEMS, definer_id)


def managed_departments(actor: Actor) -> QuerySet[Department]:
    """The departments whose types the post manages."""
    return Department.objects.filter(pk__in=actor.departments(Permission.MANAGE_ITEMS)).select_related("region")


def versions_of(actor: Actor, kind: CertificateType) -> list[CertificateTypeVersion]:
    """A type's versions, newest first (two queries); drafts for those who manage it only."""
    rows = _rows().filter(key=kind.key)
    if not may_write(actor, kind.definer_id):
        rows = rows.filter(state__in=PUBLIC_VERSIONS)
    return list(rows)


def _rows() -> QuerySet[CertificateTypeVersion]:
    history = Prefetch("history", TypeStep.objects.select_related("account"))
    return CertificateTypeVersion.objects.select_related(*_PEOPLE).prefetch_related(history)


def get_version(actor: Actor, version_id: UUID) -> CertificateTypeVersion:
    """One version; what is not published is known to its managers only. Raises :class:`TypeVersionNotFound`."""
    found = _rows().filter(pk=version_id).first()
    if found is None or (found.state not in PUBLIC_VERSIONS and not may_write(actor, found.definer_id)):
        raise TypeVersionNotFound
    return found


def open_versions(actor: Actor) -> QuerySet[CertificateTypeVersion]:
    """What is being written or waits for review in the post's departments, the longest waiting first."""
    departments = actor.departments(Permission.MANAGE_ITEMS)
    rows = CertificateTypeVersion.objects.filter(state__in=OPEN_VERSIONS, definer_id__in=departments)
    return rows.select_related("author", "definer").order_by("updated_at", "pk")


def steps_for(actor: Actor, version: CertificateTypeVersion) -> list[VersionAction]:
    """The steps that this actor may take on a version."""
    return steps.steps_for(actor, version) if may_write(actor, version.definer_id) else []


def posts_offered() -> QuerySet[Post]:
    """The posts that a type can name, by department."""
    rows = Post.objects.filter(is_active=True).select_related("department")
    return rows.order_by("department__short_name", "name")


def post_names(ids: Collection[str]) -> dict[str, str]:
    """Department and post by id (one query, none without ids)."""
    rows = Post.objects.select_related("department").filter(pk__in=ids) if ids else ()
    return {str(post.pk): f"{post.department.short_name} {post.name}" for post in rows}


@lru_cache(maxsize=256)
def _published(version_id: UUID) -> TypeContent:
    """The content of a version that certificates were issued on; it never changes."""
    return TypeContent.restored(CertificateTypeVersion.objects.values_list("content", flat=True).get(pk=version_id))


def content_for(certificate: Certificate) -> TypeContent | None:
    """What the version says that a certificate was issued on; None: its type has no versions, its row says it all."""
    version_id = certificate.type_version_id or certificate.type.first_id
    return _published(version_id) if version_id else None


def fields_of(certificate: Certificate) -> list[dict[str, Any]]:
    """The fields of a certificate's face as on the day of its issue; no query while its version is in force.

    What became sensitive since then is so on every certificate.
    """
    version_id = certificate.type_version_id or certificate.type.first_id
    if version_id is None or version_id == certificate.type.current_id:
        return list(certificate.type.fields)
    sensitive = {row["key"] for row in certificate.type.fields if row.get("sensitive")}
    rows = [part.stored() for part in _published(version_id).fields]
    return [row | {"sensitive": True} if row["key"] in sensitive else row for row in rows]
