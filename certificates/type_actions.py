"""Writes of certificate types: what can be issued, and by whose definition."""

import re
from collections.abc import Mapping, Sequence

from django.db import transaction

from certificates.events import TYPE_DEFINED
from certificates.models import CertificateType
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
) -> CertificateType:
    """Define a certificate type, known by its key, or change it; saving the same again changes nothing.

    ``fields`` as in :class:`CertificateType`; ``validity_months`` None means long-term; files of a type that
    ``has_sm2_signature`` are signed in the SM2/SM3 suite as well (None: as before). Needs
    :attr:`Permission.MANAGE_ITEMS` in the defining department, now and before (the system may always).
    """
    _require(actor, definer)
    hold_post(actor)
    kind = CertificateType.objects.select_for_update(of=("self",)).select_related("definer").filter(key=key).first()
    if kind:
        _require(actor, kind.definer)
    values = {
        "type_code": type_code(definer_uscc=definer.uscc, sequence=sequence),
        "name": name,
        "definer": definer,
        "holder_kind": holder_kind,
        "validity_months": validity_months,
        "is_single_instance": is_single_instance,
        "number_prefix": number_prefix,
        "has_sm2_signature": bool(kind and kind.has_sm2_signature) if has_sm2_signature is None else has_sm2_signature,
        "template": template,
        "seal_caption": seal_caption,
        "fields": [dict(field) for field in fields],
    }
    if kind and all(getattr(kind, column) == value for column, value in values.items()):
        return kind
    kind = kind or CertificateType(key=key)
    for column, value in values.items():
        setattr(kind, column, value)
    kind.save()
    events.record(TYPE_DEFINED, actor=actor, subject_id=kind.pk, type_code=kind.type_code)
    return kind


def _require(actor: Actor, definer: Department) -> None:
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.MANAGE_ITEMS, definer.pk)
