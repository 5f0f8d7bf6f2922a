"""Which printed values of a certificate go along when it is shown or shared."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from certificates.models import Certificate
from certificates.types.queries import fields_of
from certificates.wallet.errors import FieldUnknown


def labels_of(certificate: Certificate) -> dict[str, str]:
    """The printed fields that hold a value: key → label, in the type's order."""
    return {row["key"]: row["label"] for row in fields_of(certificate) if certificate.face.get(row["key"])}


def is_private(field: Mapping[str, Any]) -> bool:
    """Whether a field goes along only when its holder says so: sensitive by its type, or a person's own datum."""
    return bool(field.get("sensitive")) or str(field.get("element") or "").startswith("person.")


def usual_keys(certificate: Certificate) -> list[str]:
    """What goes along unless the holder chooses otherwise: everything printed that is not private."""
    known = labels_of(certificate)
    return [row["key"] for row in fields_of(certificate) if row["key"] in known and not is_private(row)]


def check_keys(certificate: Certificate, chosen: Collection[str]) -> list[str]:
    """The chosen keys in the type's order; raises :class:`FieldUnknown` for one that is not printed."""
    known = labels_of(certificate)
    if not set(chosen) <= set(known):
        raise FieldUnknown(fields={"chosen": FieldUnknown.message})
    return [key for key in known if key in chosen]


def values_of(certificate: Certificate, keys: Sequence[str]) -> list[tuple[str, str]]:
    """(label, printed value) for the keys that the certificate has."""
    return [(label, str(certificate.face[key])) for key, label in labels_of(certificate).items() if key in keys]
