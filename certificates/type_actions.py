"""Certificate types as an import or the demonstration defines them; people write drafts: certificates.types."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from certificates.events import TYPE_DEFINED
from certificates.models import CertificateType
from certificates.types.content import TypeContent, check_content, content_of, field_parts
from certificates.types.recording import is_maintained_here, record_version
from common import events
from identity.actor import Actor, ActorKind
from identity.models import Department
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_SEQUENCE = re.compile(r"[0-9A-Z]{3}")


def type_code(*, definer_uscc: str, sequence: str) -> str:
    """Compose the 21-character 证照类型代码: the USCC of the body that defines the type and a 3-character sequence.

    Source: GB/T 36904-2018. Raises ValueError for a sequence of another form.
    """
    if not _SEQUENCE.fullmatch(sequence):
        raise ValueError(f"not a sequence of three characters: {sequence}")
    return f"{definer_uscc}{sequence}"


@transaction.atomic
def define_type(
    actor: Actor,
    *,
    key: str,
    sequence: str,
    name: str,
    definer: Department,
    holder_kind: str,
    template: str,
    seal_caption: str,
    fields: Sequence[Mapping[str, object]],
    validity_months: int | None = None,
    is_single_instance: bool = True,
    number_prefix: str = "",
    has_sm2_signature: bool | None = None,
    number_pattern: str = "",
    validity: Mapping[str, object] | None = None,
    subject_field: str = "",
    retention: str = CertificateType.Retention.PERMANENT,
) -> CertificateType:
    """Define a certificate type, known by its key, or change it; saving the same again changes nothing.

    What is defined is a version in force at once. A type whose version in force went through review is left as it is.

    ``fields`` as in :class:`CertificateType`; ``validity_months`` None means long-term; files of a type that
    ``has_sm2_signature`` are signed in the SM2/SM3 suite as well (None: as before). ``number_pattern`` is of
    :mod:`certificates.numbers`, ``validity`` of :mod:`certificates.validity`, both checked; ``subject_field`` is the
    field that tells what a certificate is about: a single instance is one for each of them. Raises
    :class:`TypeInvalid` with every field that is wrong. Needs
    :attr:`Permission.MANAGE_ITEMS` in the defining department, now and before (the system may always).
    """
    _require(actor, definer)
    hold_post(actor)
    rows = CertificateType.objects.select_for_update(of=("self",), no_key=True).select_related("definer", "current")
    kind = rows.filter(key=key).first()
    if kind:
        _require(actor, kind.definer)
        if is_maintained_here(kind):
            return kind
    values: dict[str, Any] = {
        "type_code": type_code(definer_uscc=definer.uscc, sequence=sequence),
        "name": name,
        "definer": definer,
        "holder_kind": holder_kind,
        "validity_months": validity_months,
        "is_single_instance": is_single_instance,
        "number_prefix": number_prefix,
        "has_sm2_signature": bool(kind and kind.has_sm2_signature) if has_sm2_signature is None else has_sm2_signature,
        "number_pattern": number_pattern,
        "validity": dict(validity or {}),
        "subject_field": subject_field,
        "retention": retention,
        "template": template,
        "seal_caption": seal_caption,
        "fields": [part.stored() for part in field_parts(fields)],
    }
    wanted = TypeContent(
        **{name: value for name, value in values.items() if name not in ("type_code", "definer", "fields")},
        sequence=sequence,
        fields=field_parts(fields),
        duties=content_of(kind).duties if kind else {},
    )
    check_content(wanted)
    is_same = kind is not None and all(getattr(kind, column) == value for column, value in values.items())
    if kind and is_same and kind.current_id:
        return kind
    kind = kind or CertificateType(key=key)
    for column, value in values.items():
        setattr(kind, column, value)
    kind.save()
    record_version(actor, kind, wanted)
    events.record(TYPE_DEFINED, actor=actor, subject_id=kind.pk, type_code=kind.type_code)
    return kind


def _require(actor: Actor, definer: Department) -> None:
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.MANAGE_ITEMS, definer.pk)
