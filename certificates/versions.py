"""The versions of one certificate: what it replaced, what replaced it, and what a later one says differently."""

from uuid import UUID

from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.types.queries import fields_of

_MOST = 50  # versions on either side; a certificate that was changed more often than that is followed no further


def earlier_versions(certificate: Certificate) -> list[UUID]:
    """This version and those it replaced, newest first: who relied on one of them relies on this one."""
    found, former_id = [certificate.pk], certificate.former_id
    while former_id and len(found) < _MOST:
        found.append(former_id)
        former_id = Certificate.objects.values_list("former_id", flat=True).get(pk=former_id)
    return found


def later_versions(certificate: Certificate) -> list[UUID]:
    """What replaced this version, one after the other, without the version itself."""
    found: list[UUID] = []
    last = certificate.pk
    while len(found) < _MOST:
        successor = Certificate.objects.filter(former_id=last).order_by("-version").values_list("pk", flat=True).first()
        if successor is None:
            break
        found.append(successor)
        last = successor
    return found


def all_versions(certificate: Certificate) -> list[UUID]:
    """Every version of the certificate, this one among them."""
    return [*earlier_versions(certificate), *later_versions(certificate)]


def changed_labels(former: Certificate, successor: Certificate) -> list[str]:
    """The labels of what the next version says differently: fields of the face, then the last valid day."""
    specs = {spec["key"]: str(spec["label"]) for spec in [*fields_of(former), *fields_of(successor)]}
    labels = [label for key, label in specs.items() if _text(former, key) != _text(successor, key)]
    if former.valid_until != successor.valid_until:
        labels.append(_("有效期"))
    return labels


def _text(certificate: Certificate, key: str) -> str:
    return str(certificate.face.get(key) or "").strip()
