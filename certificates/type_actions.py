"""Writes of certificate types: what can be issued, and by whose definition."""

import re
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from certificates.errors import TypeInvalid
from certificates.events import TYPE_DEFINED
from certificates.models import CertificateType
from certificates.numbers import check_pattern
from certificates.validity import check_rule
from common import events
from identity.actor import Actor, ActorKind
from identity.models import Department
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,29}")
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

    ``fields`` as in :class:`CertificateType`; ``validity_months`` None means long-term; files of a type that
    ``has_sm2_signature`` are signed in the SM2/SM3 suite as well (None: as before). ``number_pattern`` is of
    :mod:`certificates.numbers`, ``validity`` of :mod:`certificates.validity`, both checked; ``subject_field`` is the
    field that tells what a certificate is about: a single instance is one for each of them. Raises
    :class:`NumberPatternInvalid`, :class:`ValidityInvalid` or :class:`TypeInvalid`, each with its field. Needs
    :attr:`Permission.MANAGE_ITEMS` in the defining department, now and before (the system may always).
    """
    _require(actor, definer)
    hold_post(actor)
    _check(fields, number_pattern, validity or {}, subject_field, retention)
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
        "number_pattern": number_pattern,
        "validity": dict(validity or {}),
        "subject_field": subject_field,
        "retention": retention,
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


def _check(
    fields: Sequence[Mapping[str, object]],
    number_pattern: str,
    validity: Mapping[str, object],
    subject_field: str,
    retention: str,
) -> None:
    keys = [str(field["key"]) for field in fields]
    if len(keys) != len(set(keys)) or not all(_FIELD.fullmatch(key) for key in keys):
        raise TypeInvalid(fields={"fields": _("栏目的代号只能用小写字母、数字和下划线，不能重复。")})
    if number_pattern:
        check_pattern(number_pattern)
    check_rule(validity, fields=frozenset(keys))
    if subject_field and subject_field not in keys:
        raise TypeInvalid(fields={"subject_field": _("照面里没有这一栏。")})
    if retention not in CertificateType.Retention.values:
        raise TypeInvalid(fields={"retention": _("没有这种保管期限。")})


def _require(actor: Actor, definer: Department) -> None:
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.MANAGE_ITEMS, definer.pk)
