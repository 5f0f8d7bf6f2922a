"""From an item's content to the columns of the exchange tables. The way back is :mod:`services.importing.content`."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from services.descriptions import FaqPart, FeePart, LegalBasisPart, MaterialPart, VersionContent
from services.exchange.tables import Table

_SPACE = uuid.UUID("6f6e6573-746f-7000-8000-65786368616e")
_UNITS = {"W": "1", "N": "2"}
_RESULTS = {"certificate": "10", "document": "20", "other": "99", "none": ""}
_WHOLE = ("guid", "_code")  # columns that name something are never cut


def child_guid(guid: str, part: str, key: object) -> str:
    """The row_guid of a row that belongs to an item: the same at every export."""
    return str(uuid.uuid5(_SPACE, f"{guid}/{part}/{key}"))


def basic(content: VersionContent) -> dict[str, str]:
    """Columns of the basic table that come from the content."""
    return {
        "task_name": content.name,
        "by_law": law_text(content.legal_bases),
        "use_level": content.use_level,
        "power_source": content.power_source,
        "dept_type": content.body_kind,
        "entrust_name": content.entrusted_by,
        "accept_condition": "\n".join(content.conditions),
        "anticipate_day": _number(content.statutory_days),
        "anticipate_type": _UNITS[content.statutory_unit],
        "anticipate_explain": content.statutory_note,
        "promise_day": _number(content.promise_days),
        "promise_type": _UNITS[content.promise_unit],
        "promise_explain": content.promise_note,
        "project_type": content.project_type,
        "handle_type": "^".join(content.handle_forms),
        "handle_flow": "→".join(content.flow),
        "special_procedure": content.special_procedure,
        "server_type": "^".join(content.audience),
        "is_fee": _flag(bool(content.fees)),
        "fee_basis": "；".join(dict.fromkeys(fee.basis for fee in content.fees if fee.basis)),
        "limit_scene_num": str(content.visits),
        "link_addr": content.link_address,
        "is_single_login": _flag(content.link_single_sign_on),
        "mobile_terminal_url": content.mobile_address,
        "app_is_single_login": _flag(content.mobile_single_sign_on),
        "link_way": content.consult_phone,
        "supervise_way": content.complaint_phone,
        "transact_addr": content.hall_place,
        "transact_time": content.hall_hours,
        "plan_cancel_date": content.cancel_on.isoformat() if content.cancel_on else "",
    }


def extend(content: VersionContent) -> dict[str, str]:
    """Columns of the extension table."""
    return {
        "is_entry_center": _flag(content.in_hall),
        "is_express": _flag(content.by_express),
        "is_online": _flag("2" in content.handle_forms),
        "online_handle_depth": "^".join(content.online_depth),
        "online_handle_url": content.online_address,
        "is_pay_online": _flag(content.pays_online),
        "is_schedule": _flag(content.takes_appointments),
        "is_service_terminals": _flag(content.on_terminals),
        "handle_area": content.handle_area,
        "limit_explain": content.quantity_limit,
        "limit_scene_explain": content.visits_reason,
        "other_dept": "、".join(body.get("name", "") for body in content.joint_bodies),
        "result_type": _RESULTS[content.result_kind],
        "result_name": content.result_name,
        "result_guid": content.result_sample,
        "service_type": content.intermediary,
        "corp_topic_type": "^".join(content.themes_org),
        "user_topic_type": "^".join(content.themes_person),
        "corp_character_topic_type": "^".join(content.local_themes_org),
        "user_character_topic_type": "^".join(content.local_themes_person),
        "town_code": content.town_code,
        "town_name": content.town_name,
        "village_code": content.village_code,
        "village_name": content.village_name,
    }


def material(part: MaterialPart) -> dict[str, str]:
    """Columns of a row of the material table."""
    return {
        "material_name": part.name,
        "is_need": part.need,
        "material_type": part.material_type,
        "material_format": part.material_format,
        "form_guid": part.blank_form,
        "example_guid": part.sample,
        "source_type": part.source_type,
        "source_explain": part.source_note,
        "page_num": _number((part.originals or part.copies) or None),
        "page_format": part.paper_format,
        "fill_explain": part.note,
        "accept_stand": part.acceptance,
        "by_law": part.legal,
    }


def fee(part: FeePart) -> dict[str, str]:
    """Columns of a row of the fee table."""
    return {
        "fee_name": part.name,
        "fee_stand": part.standard,
        "by_law": part.basis,
        "is_desc": _flag(bool(part.reduction)),
        "desc_explain": part.reduction,
        "remark": part.note,
    }


def question(part: FaqPart) -> dict[str, str]:
    """Columns of a row of the question table."""
    return {"question": part.question, "answer": part.answer}


def law_text(bases: Iterable[LegalBasisPart]) -> str:
    """设定依据 as the one text the national column takes."""
    return "；".join(f"{one.law if '《' in one.law else f'《{one.law}》'}{one.article}" for one in bases)


def children(guid: str, content: VersionContent) -> dict[str, list[dict[str, str]]]:
    """Rows of the tables that belong to an item, by part, with their row_guid and order."""
    rows: dict[str, list[tuple[object, dict[str, str]]]] = {
        "materials": [(part.key, material(part)) for part in content.materials],
        "fees": [(number, fee(part)) for number, part in enumerate(content.fees)],
        "questions": [(number, question(part)) for number, part in enumerate(content.faqs)],
    }
    return {
        part: [
            {"row_guid": child_guid(guid, part, key), **values, "order_num": str(number)}
            for number, (key, values) in enumerate(given, start=1)
        ]
        for part, given in rows.items()
    }


def fitted(table: Table, values: Mapping[str, Any]) -> dict[str, str]:
    """The values a table has columns for, prose cut to the national length (the whole stands in the side file)."""
    return {
        column: value if is_whole(column) else value[:width]
        for column, width in table.columns.items()
        if (value := str(values.get(column) or ""))
    }


def is_whole(column: str) -> bool:
    """Whether a column names something, so that it is never cut."""
    return column.endswith(_WHOLE)


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
