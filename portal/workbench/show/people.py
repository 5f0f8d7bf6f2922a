"""Personal data as the workbench shows it: masked unless somebody asked to see it and said why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.models import Case
from common.formatting import code_label
from common.masking import STAR, mask_id, mask_name, mask_phone
from identity.models import Party
from services.forms import FieldSpec
from services.texts import text_of

# Meanings that are nobody's private matter: what stands in public registers or on the shop's door.
_PUBLIC = frozenset({"org", "premises", "project"})
_NAMES = ("姓名", "联系人", "法定代表人", "经营者", "负责人", "管理人员", "家庭成员", "股东", "监事")
_NUMBERS = ("证号", "账号", "卡号", "编号", "户号", "号码")
_YEAR = re.compile(r"[0-9]{4}")
_KEPT = 6  # characters of an address that stay: province, city


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies and who acts, ready to print."""

    name: str
    code: str
    kind: str
    agent: str


def applicant_of(case: Case, *, whole: bool = False) -> Applicant:
    """Name the applicant; a person's name and number masked unless ``whole``. An organisation's are public."""
    party = case.applicant
    name, code = masked_party(party, whole=whole)
    agent = case.agent.name if whole else mask_name(case.agent.name)
    return Applicant(
        name, code, code_label(party.get_kind_display()), agent if party.kind == Party.Kind.ORGANISATION else ""
    )


def masked_party(party: Party, *, whole: bool = False) -> tuple[str, str]:
    """Return name and code of a party, masked for a person unless ``whole``."""
    if party.kind == Party.Kind.ORGANISATION or whole:
        return party.name, party.code
    return mask_name(party.name), mask_id(party.code)


def party_name(party: Party) -> str:
    """A party's name for lists, masked for a person."""
    return party.organisation.name if party.kind == Party.Kind.ORGANISATION else mask_name(party.person.name)


def names_somebody(label: str) -> bool:
    """Tell by its label whether a field holds people's names."""
    return "名称" not in label and any(word in label for word in _NAMES)  # 经营者名称 is a business's


def is_personal(spec: FieldSpec) -> bool:
    """Tell whether an answer is about a person: by the meaning of its data element, else by its type and label."""
    if spec.sensitivity:
        return spec.sensitivity != "public"
    if spec.type in {"id_number", "phone", "person"} or names_somebody(spec.label):
        return True
    if spec.type == "group":
        return any(is_personal(column) for column in spec.columns)
    return bool(spec.element) and spec.element.split(".")[0] not in _PUBLIC


def mask_answer(spec: FieldSpec, text: str) -> str:
    """Mask the text of a personal answer by what sort of thing it is."""
    if not text:
        return ""
    if spec.type == "id_number" or any(word in spec.label for word in _NUMBERS):
        return mask_phone(text) if spec.type == "phone" else mask_id(text)
    if spec.type == "phone":
        return mask_phone(text)
    if spec.type == "address":
        return text[:_KEPT] + STAR * 3 if len(text) > _KEPT else STAR * 3
    if spec.type == "date":
        year = _YEAR.search(text)
        return f"{year.group()}-{STAR * 2}-{STAR * 2}" if year else STAR * 3
    if names_somebody(spec.label):
        return mask_name(text)
    return STAR * 3


def masked(spec: FieldSpec, value: Any) -> str:
    """A personal answer with what tells who it is about covered, part by part where it has parts."""
    if spec.type == "person" and isinstance(value, Mapping):
        number, phone = mask_id(str(value.get("number", ""))), mask_phone(str(value.get("phone", "")))
        return "，".join(filter(None, (mask_name(str(value.get("name", ""))), number, phone)))
    if spec.type == "group" and isinstance(value, list):
        rows = [[_cell(column, row.get(column.key)) for column in spec.columns] for row in value]
        return "\n".join("，".join(filter(None, cells)) for cells in rows)
    return mask_answer(spec, text_of(spec, value))


def _cell(column: FieldSpec, value: Any) -> str:
    text = text_of(column, value)
    return mask_answer(column, text) if is_personal(column) else text
