"""不重复要: is anybody asked for what the certificate store or another source already has? Pure.

A field bound to a data element is filled from its source and asked only where no source answers; a material with
``satisfied_by`` is taken from the store. Asked in vain is what goes round that: a field or a material of the item's
own that the store knows by another name, a field that is typed every time, a proof the applicant cannot hold.
Sources: 国务院令第716号第十二条, 国发〔2016〕51号, 优化营商环境条例第三十七条.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from services.codes import MaterialSource, ProofOf
from services.descriptions import MaterialPart
from services.lint.findings import FIELD, MATERIAL, Finding
from services.lint.subject import Subject

_SAME = {  # everyday names of what the registers hold
    "身份证号": "person.id_number",
    "身份证号码": "person.id_number",
    "公民身份证号码": "person.id_number",
    "信用代码": "org.uscc",
    "统一信用代码": "org.uscc",
    "社会信用代码": "org.uscc",
    "企业名称": "org.name",
    "单位名称": "org.name",
    "法定代表人": "org.legal_representative",
    "法人代表": "org.legal_representative",
    "法定代表人姓名": "org.legal_representative",
    "注册地址": "org.address",
    "企业住所": "org.address",
}
_BRACKETS = re.compile(r"[（(][^）)]*[）)]")
_LEADING = re.compile(r"^(申请人|申请单位|本人|您的)的?")
_WRITTEN = ("申请", "申请书", "申请表", "声明", "承诺书", "委托书", "说明")  # about a certificate, not the certificate


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is asked although it is known; marked where a waiver covers it."""
    for entry in subject.fields:
        finding = _field(subject, entry)
        if finding:
            yield _marked(subject, finding, FIELD, entry["key"])
    for material in subject.content.materials:
        finding = _material(subject, material)
        if finding:
            yield _marked(subject, finding, MATERIAL, material.key)


def _marked(subject: Subject, finding: Finding, kind: str, key: str) -> Finding:
    is_waived = finding.rule.asks_in_vain and (kind, key) in subject.waivers
    return Finding(finding.code, f"{kind}:{key}", finding.params, is_waived)


def plain(name: str) -> str:
    """A label without what does not change its meaning: width, brackets, whose it is."""
    text = unicodedata.normalize("NFKC", name)
    return _LEADING.sub("", _BRACKETS.sub("", text)).strip(" :：*")


def _field(subject: Subject, entry: dict[str, Any]) -> Finding | None:
    name = {"name": entry["label"]}
    element = entry.get("element")
    if element:
        provider = subject.around.provider(element)
        if provider and entry.get("ask") == "always" and entry.get("required", True):
            return Finding("ask.field_always", params={**name, "source": provider})
        return None
    if not entry.get("required", True):
        return None
    label = plain(entry["label"])
    code = _known_elements(subject).get(label) or _SAME.get(label, "")
    provider = subject.around.provider(code)
    if provider:
        return Finding("ask.field_known", params={**name, "element": code, "source": provider})
    for face in _relied_on(subject):
        if label in {plain(one) for one in face.labels}:
            return Finding("ask.field_on_certificate", params={**name, "source": face.name})
    return None


def _known_elements(subject: Subject) -> dict[str, str]:
    return {plain(element.name): element.code for element in subject.around.elements.values()}


def _relied_on(subject: Subject) -> list[Any]:
    """The certificates that every applicant of the item shows, whatever the situation."""
    always = [material for material in subject.content.materials if not material.when and material.need != "2"]
    faces = subject.around.faces
    return [faces[key] for material in always for key in material.satisfied_by if key in faces]


def _material(subject: Subject, material: MaterialPart) -> Finding | None:
    name = {"name": material.name}
    faces = subject.around.faces
    if material.satisfied_by:
        accepted = [faces[key] for key in material.satisfied_by if key in faces]
        if accepted and not {face.holder_kind for face in accepted} & _holders(subject, material):
            source = "、".join(face.name for face in accepted)
            return Finding("ask.material_unmatched", params={**name, "source": source})
        return None
    if material.need == "2":
        return None
    wanted = plain(material.name)
    if not wanted.endswith(_WRITTEN):
        for face in faces.values():
            known = plain(face.name)
            if known in wanted or known.removeprefix("居民") in wanted:
                return Finding("ask.material_known", params={**name, "source": face.name})
    if material.source_type == MaterialSource.GOVERNMENT:
        return Finding("ask.no_source", params=name)
    return None


def _holders(subject: Subject, material: MaterialPart) -> set[str]:
    """Which kinds of holder a material's proof can have."""
    if material.proof_of != ProofOf.APPLICANT:
        return {"person", "either"}
    kinds = {"person"} if subject.serves_persons else set()
    return kinds | ({"organisation"} if subject.serves_organisations else set()) | {"either"}
