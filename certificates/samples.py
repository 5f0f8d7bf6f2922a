"""A certificate of a type with made-up data, for whoever defines the type: what will it look like?"""

import datetime as dt

from django.conf import settings

from certificates.face import Face
from certificates.models import CertificateType
from certificates.numbers import DEFAULT, compose
from certificates.rendering import render_face
from certificates.rules import identifier, serial_of

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


def sample_face(kind: CertificateType, *, day: dt.date, long: bool = False) -> Face:
    """A face of the type with sample values; ``long`` fills it with long ones and rare characters."""
    is_person = kind.holder_kind == CertificateType.HolderKind.PERSON
    name, code, code_type = _PERSON if is_person else _ORGANISATION
    if long:
        name = "买买提·艾合买提江·𠮷㐱龘" if is_person else "示范市𠮷㐱龘" + "样例餐饮服务管理" * 4 + "有限公司"
    region = kind.definer.region.code
    number = compose(kind.number_pattern or DEFAULT, prefix=kind.number_prefix, region=region, day=day, serial=1)
    return Face(
        type_name=kind.name,
        type_code=kind.type_code,
        number=number,
        identifier=identifier(
            type_code=kind.type_code, issuer_code=kind.definer.uscc, serial=serial_of(number), version=1
        ),
        holder_name=name,
        holder_code=code,
        holder_code_type=code_type,
        issuer_name=kind.definer.name,
        issuer_code=kind.definer.uscc,
        issued_on=day,
        valid_from=day,
        valid_until=None,
        rows=tuple((field["label"], _value(field, long=long)) for field in kind.fields if not _is_holder(field)),
        verify_url=settings.PUBLIC_BASE_URL + "/verify/",
        template=kind.template,
        watermark="样张，不是证照，不能使用",
        seal_caption=kind.seal_caption,
    )


def sample_pdf(kind: CertificateType, *, day: dt.date, long: bool = False) -> bytes:
    """The sample as an unsigned PDF."""
    return render_face(sample_face(kind, day=day, long=long))


def _is_holder(field: dict[str, str]) -> bool:
    """The holder's name and code have lines of their own on every face."""
    return field.get("element") in {"person.name", "person.id_number", "org.name", "org.uscc"}


def _value(field: dict[str, str], *, long: bool) -> str:
    part = str(field.get("element") or field["key"]).rpartition(".")[2]
    value = _KNOWN.get(part) or _KNOWN.get(field["key"]) or f"样例{field['label']}"
    return (value + "、") * 6 + value if long else value
