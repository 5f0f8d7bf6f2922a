"""Whose list a file of existing stock is, and which file."""

import hashlib
from pathlib import Path

from certificates import errors
from certificates.models import CertificateType, TypeDuty
from identity.actor import Actor, ActorKind
from identity.models import Department
from identity.permissions import Permission


def require_source(actor: Actor, kind: CertificateType, issuer: Department) -> None:
    """Raise ``Forbidden``, or :class:`SourceNotAuthoritative` unless the issuer defines or issues the type."""
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.ISSUE_CERTIFICATE, issuer.pk)
    issues = TypeDuty.objects.filter(type=kind, right=TypeDuty.Right.ISSUE, post__department=issuer)
    if kind.definer_id != issuer.pk and not issues.exists():
        raise errors.SourceNotAuthoritative(department=issuer.name, name=kind.name)


def digest_of(path: Path) -> str:
    """SHA-256 of a file: the same again is the same import."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
