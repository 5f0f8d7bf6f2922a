"""From the national columns of a row to the content of an item's version. Pure; findings say what did not fit."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services import codes
from services.descriptions import FaqPart, FeePart, LegalBasisPart, MaterialPart, VersionContent
from services.importing import reasons
from services.importing.columns import KEPT
from services.importing.reasons import Finding
from services.themes import ORGANISATION_THEMES, PERSON_THEMES

_LAW = re.compile(r"《(?P<law>[^》]{1,200})》[^第《]*(?P<article>(?:第[一二三四五六七八九十百千零〇\d]+[条款项目])+)?")
_UNITS = {"1": "W", "2": "N", "W": "W", "N": "N"}
_RESULTS = {"10": "certificate", "20": "document", "99": "other", "证照": "certificate", "批文": "document"}
_RESULTS |= {"其他": "other", "无": "none", "": "none"}
_LARGEST = 32_767
_PART_LIMIT = 500


@dataclass
class Row:
    """A row's values by national column, as text, with the findings gathered while reading it."""

    values: Mapping[str, Any]
    findings: list[Finding] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)  # what did not fit its column, whole
    prefix: str = ""  # of a row in a list: which list and which row

    def text(self, column: str, limit: int | None = None) -> str:
        """Return a column as stripped text, cut to ``limit`` characters with the whole kept aside."""
        text = _plain(self.values.get(column))
        if limit is not None and len(text) > limit:
            self.findings.append(Finding(reasons.VALUE_CUT, self.prefix + column))
            self.kept[self.prefix + column] = text
            return text[:limit]
        return text

    def number(self, column: str) -> int | None:
        """Return a column as a count, None when it is empty or none."""
        text = self.text(column)
        digits = text.removesuffix(".0")
        if re.fullmatch(r"[0-9]{1,5}", digits) and int(digits) <= _LARGEST:
            return int(digits)
        if text:
            self.drop(column, text)
        return None

    def one_of(self, column: str, allowed: Collection[str], default: str) -> str:
        """Return a column's code when the set knows it, else the default."""
        text = self.text(column).removesuffix(".0")
        if text and text not in allowed:
            self.drop(column, text)
        return text if text in allowed else default

    def several(self, column: str, allowed: Collection[str], *, width: int = 1) -> list[str]:
        """Return the codes of a column that joins several by ``^``, each once; unknown ones are dropped."""
        given = [part.strip().zfill(width) for part in re.split(r"[\^,，;；]", self.text(column)) if part.strip()]
        for code in given:
            if code not in allowed:
                self.drop(column, code)
        return list(dict.fromkeys(code for code in given if code in allowed))

    def names(self, column: str) -> list[str]:
        """Return the names that a column joins, each once."""
        given = (part.strip() for part in re.split(r"[\^,，、;；]", self.text(column)))
        return list(dict.fromkeys(part for part in given if part))

    def flag(self, column: str) -> bool:
        """Return a yes-or-no column; empty is no."""
        return self.one_of(column, ("1", "0", "Y", "N", "是", "否"), "0") in ("1", "Y", "是")

    def day(self, column: str) -> dt.date | None:
        """Return a date (``2026-11-21``, ``20261121``, with or without a time), None when it is none."""
        text = self.text(column)
        found = re.match(r"([0-9]{4})[-/]?([0-9]{2})[-/]?([0-9]{2})(?![0-9]{1,5}$)", text)
        try:
            if found:
                return dt.date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
        if text:
            self.drop(column, text)
        return None

    def drop(self, column: str, value: str) -> None:
        """Note that a value was not taken; it stays with the row's source."""
        self.findings.append(Finding(reasons.VALUE_DROPPED, f"{self.prefix}{column}={value[:40]}"))
        self.kept[self.prefix + column] = value

    def lists(self, name: str) -> list["Row"]:
        """Return the rows of a list that belongs to this one; they share its findings and what is kept."""
        given = self.values.get(name)
        rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
        if given and len(rows) != (len(given) if isinstance(given, list) else 0):
            self.findings.append(Finding(reasons.PART_DROPPED, name))
        return [
            Row(row, self.findings, self.kept, f"{name} {number} ")
            for number, row in enumerate(rows[:_PART_LIMIT], start=1)
        ]


def _plain(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).strip()


def version_content(row: Row, *, name: str, level: str) -> VersionContent:
    """Return the content of the version that a row describes; such an item is listed, not applied for here.

    ``level`` is the 行使层级 where the row names none.
    """
    visits = row.number("limit_scene_num") or 0
    content: dict[str, Any] = {
        "name": name,
        "audience": row.several("server_type", codes.Audience.values),
        "themes_person": row.several("user_topic_type", PERSON_THEMES, width=3),
        "themes_org": row.several("corp_topic_type", ORGANISATION_THEMES, width=3),
        "use_level": row.text("use_level", 11) or level,
        "project_type": row.one_of("project_type", codes.ProjectType.values, "2"),
        "statutory_days": row.number("anticipate_day"),
        "statutory_unit": _UNITS[row.one_of("anticipate_type", _UNITS, "W")],
        "statutory_note": row.text("anticipate_explain", 256),
        "promise_days": row.number("promise_day"),
        "promise_unit": _UNITS[row.one_of("promise_type", _UNITS, "W")],
        "quantity_limit": row.text("limit_explain", 256),
        "visits": visits,
        "visits_reason": row.text("limit_scene_explain", 1000) or "无",
        "handle_forms": row.several("handle_type", ("1", "2", "3")),
        "online_depth": row.several("online_handle_depth", ("1", "2", "3", "4", "5", "6", "9")),
        "handle_area": row.one_of("handle_area", ("1", "2", "3", "4", "5", "6"), ""),
        "conditions": _sentences(row.text("accept_condition")),
        "flow": _steps(row.text("handle_flow")),
        "result_kind": _RESULTS[row.one_of("result_type", _RESULTS, "")],
        "result_name": row.text("result_name", 200),
        "hall_place": row.text("transact_addr", 500),
        "hall_hours": row.text("transact_time", 500),
        "consult_phone": row.text("link_way", 100),
        "complaint_phone": row.text("supervise_way", 100),
        "legal_bases": legal_bases(row),
        "materials": _materials(row),
        "fees": _fees(row),
        "faqs": _faqs(row),
        **_national(row),
    }
    source = {column: row.values[column] for column in sorted(KEPT) if _plain(row.values.get(column))}
    return VersionContent(**content, source_row={column: _plain(value) for column, value in source.items()} | row.kept)


def _national(row: Row) -> dict[str, Any]:
    """The elements the portal keeps and gives back."""
    return {
        "power_source": row.one_of("power_source", codes.PowerSource.values, ""),
        "body_kind": row.one_of("dept_type", codes.BodyKind.values, ""),
        "entrusted_by": row.text("entrust_name", 100),
        "promise_note": row.text("promise_explain", 256),
        "special_procedure": row.text("special_procedure", 500),
        "joint_bodies": [{"name": name} for name in row.names("other_dept")],
        "intermediary": row.text("service_type", 2000),
        "link_address": row.text("link_addr", 256),
        "link_single_sign_on": row.flag("is_single_login"),
        "mobile_address": row.text("mobile_terminal_url", 500),
        "mobile_single_sign_on": row.flag("app_is_single_login"),
        "online_address": row.text("online_handle_url", 256),
        "in_hall": row.flag("is_entry_center"),
        "by_express": row.flag("is_express"),
        "pays_online": row.flag("is_pay_online"),
        "takes_appointments": row.flag("is_schedule"),
        "on_terminals": row.flag("is_service_terminals"),
        "result_sample": row.text("result_guid", 256),
        "local_themes_person": row.names("user_character_topic_type"),
        "local_themes_org": row.names("corp_character_topic_type"),
        "town_code": row.text("town_code", 18),
        "town_name": row.text("town_name", 200),
        "village_code": row.text("village_code", 18),
        "village_name": row.text("village_name", 200),
        "cancel_on": row.day("plan_cancel_date"),
    }


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\r\n]+", text) if part.strip()]


def _steps(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\r\n]+|[→➝>]|-{1,2}>|—+", text) if part.strip()]


def legal_bases(row: Row) -> tuple[LegalBasisPart, ...]:
    """Read 《…》第…条 out of the single text column; text without a title is kept as it is."""
    text = row.text("by_law")
    found = [LegalBasisPart(law=law["law"], article=(law["article"] or "")[:100]) for law in _LAW.finditer(text)]
    if found or not text:
        return tuple(dict.fromkeys(found))
    return (LegalBasisPart(law=row.text("by_law", 200)),)


def _materials(row: Row) -> tuple[MaterialPart, ...]:
    parts = []
    for number, entry in enumerate(row.lists("materials"), start=1):
        name = entry.text("material_name", 200)
        if not name:
            row.findings.append(Finding(reasons.PART_DROPPED, entry.prefix.strip()))
            continue
        parts.append(
            MaterialPart(
                key=f"m{number}",
                name=name,
                need=entry.one_of("is_need", codes.MaterialNeed.values, "1"),
                source_type=entry.one_of("source_type", codes.MaterialSource.values, "10"),
                material_format=entry.one_of("material_format", codes.MaterialFormat.values, "2"),
                legal=entry.text("by_law", 256),
                note=entry.text("fill_explain", 500) or entry.text("remark", 500),
                material_type=entry.one_of("material_type", codes.MaterialType.values, ""),
                blank_form=entry.text("form_guid", 256),
                sample=entry.text("example_guid", 256),
                source_note=entry.text("source_explain", 500),
                paper_format=entry.text("page_format", 200),
                acceptance=entry.text("accept_stand", 256),
                **_pages(entry),
            )
        )
    return tuple(parts)


def _pages(entry: Row) -> dict[str, Any]:
    """纸质材料份数: of originals or of copies, as the material's type says."""
    pages = entry.number("page_num") or 0
    return {"copies": pages} if entry.text("material_type") == codes.MaterialType.COPY else {"originals": pages}


def _fees(row: Row) -> tuple[FeePart, ...]:
    parts = []
    for entry in row.lists("fees"):
        name, standard = entry.text("fee_name", 200), entry.text("fee_stand", 256)
        if not name or not standard:
            row.findings.append(Finding(reasons.PART_DROPPED, entry.prefix.strip()))
            continue
        parts.append(
            FeePart(
                name=name,
                standard=standard,
                basis=entry.text("by_law", 256),
                amount=_amount(standard),
                reduction=entry.text("desc_explain", 256),
                note=entry.text("remark", 1000),
            )
        )
    return tuple(parts)


def _amount(standard: str) -> Decimal | None:
    """Return the figure of a standard that is nothing but one amount in yuan."""
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,2})?)\s*元?", standard)
    return Decimal(found[1]) if found else None


def _faqs(row: Row) -> tuple[FaqPart, ...]:
    parts = []
    for entry in row.lists("questions"):
        question, answer = entry.text("question", 1000), entry.text("answer", 2000)
        if question and answer:
            parts.append(FaqPart(question=question, answer=answer))
        else:
            row.findings.append(Finding(reasons.PART_DROPPED, entry.prefix.strip()))
    return tuple(parts)
