"""A certificate of a type with made-up data, for whoever defines the type: what will it look like?"""

import datetime as dt
from collections.abc import Mapping

from django.conf import settings

from certificates.errors import ValidityInvalid
from certificates.face import Face
from certificates.models import CertificateType
from certificates.numbers import DEFAULT, compose
from certificates.rendering import render_face
from certificates.rules import identifier, serial_of
from certificates.types.content import FieldPart, TypeContent, content_of
from certificates.validity import last_day_by
from identity.models import Department

_PERSON = ("欧阳样例", "519902199001010000", "111")
_ORGANISATION = ("示范市样例餐饮服务有限公司", "91519902MA0000000X", "001")
_KNOWN = {
    "gender": "女",
    "ethnicity": "汉族",
    "address": "示范市中心区人民路18号2单元301室",
    "birth_date": "1990-01-01",
    "id_number": "519902199001010000",
    "uscc": "91519902MA0000000X",
    "legal_representative": "张样例",
    "principal": "张样例",
}


_ALWAYS_SHORT = frozenset({"gender", "ethnicity", "birth_date", "id_number", "uscc"})


def sample_face(kind: CertificateType, *, day: dt.date, long: bool = False) -> Face:
    """A face of the type with sample values; ``long`` fills it with long ones and rare characters."""
    return sample_of(content_of(kind), kind.definer, day=day, long=long)


def sample_of(content: TypeContent, definer: Department, *, day: dt.date, long: bool = False) -> Face:
    """As :func:`sample_face`, of a type as somebody just writes it."""
    is_person = content.holder_kind == CertificateType.HolderKind.PERSON
    name, code, code_type = _PERSON if is_person else _ORGANISATION
    if long:
        name = "买买提·艾合买提江·𠮷㐱龘" if is_person else "示范市𠮷㐱龘" + "样例餐饮服务管理" * 4 + "有限公司"
    pattern, region = content.number_pattern or DEFAULT, definer.region.code
    number = compose(pattern, prefix=content.number_prefix, region=region, day=day, serial=1)
    type_code = f"{definer.uscc}{content.sequence}"
    values = {part.key: _holder(part, name, code) or _value(part, long=long) for part in content.fields}
    return Face(
        type_name=content.name,
        type_code=type_code,
        number=number,
        identifier=identifier(type_code=type_code, issuer_code=definer.uscc, serial=serial_of(number), version=1),
        holder_name=name,
        holder_code=code,
        holder_code_type=code_type,
        issuer_name=definer.name,
        issuer_code=definer.uscc,
        issued_on=day,
        valid_from=day,
        valid_until=_until(content, day, values),
        rows=tuple((part.label, values[part.key]) for part in content.fields if not _holder(part, name, code)),
        verify_url=settings.PUBLIC_BASE_URL + "/verify/",
        template=content.template,
        watermark="样张，不是证照，不能使用",
        seal_caption=content.seal_caption,
        layout=content.layout,
        values=values,
    )


def sample_pdf(kind: CertificateType, *, day: dt.date, long: bool = False) -> bytes:
    """The sample as an unsigned PDF."""
    return render_face(sample_face(kind, day=day, long=long))


def _holder(part: FieldPart, name: str, code: str) -> str:
    """The holder's name or code, which have lines of their own on every face; empty for another field."""
    return {"person.name": name, "org.name": name, "person.id_number": code, "org.uscc": code}.get(part.element, "")


def _until(content: TypeContent, day: dt.date, values: Mapping[str, str]) -> dt.date | None:
    """The last day by the type's rule for a holder who is thirty; without an end where the sample cannot say."""
    rule = content.validity or {"kind": "months", "months": content.validity_months}
    try:
        return last_day_by(rule, day=day, face=values, born=lambda: day.replace(year=day.year - 30, day=1))
    except ValidityInvalid:
        return None


def _value(part: FieldPart, *, long: bool) -> str:
    if part.kind == "date":
        return "2026-01-31"
    if part.kind == "number":
        return "9876543210" if long else "120"
    last = (part.element or part.key).rpartition(".")[2]
    if last in _ALWAYS_SHORT:
        return _KNOWN[last]
    value = _KNOWN.get(last) or _KNOWN.get(part.key) or f"样例{part.label}"
    return (value + "、") * 6 + value if long else value
