"""The exchange tables: which there are, their columns in order, and how long a value may be on the national side.

Source: national exchange schema, tables up_task_*; lengths in characters. ``area_code`` is a local addition.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_COMMON = "row_guid:50 cd_operation:2 cd_batch:32 cd_time:19 data_source:3"
_OWNER = "task_guid:50 task_code:36 task_handle_item:50"
_HEAD = "catalog_code:12 local_catalog_code:50 task_code:36 local_task_code:50"
_LIMITS = "anticipate_day:10 anticipate_type:2 anticipate_explain:256"
_PROMISE = "promise_day:10 promise_type:2 promise_explain:256"
_BODY = "dept_name:200 dept_code:50 dept_type:2 entrust_name:100"
_LINKS = "link_addr:256 is_single_login:2 mobile_terminal_url:500 app_is_single_login:2"
_TAIL = "task_state:2 task_version:10 plan_effective_date:19 plan_cancel_date:19 area_code:12"
_ASKING = "link_way:256 supervise_way:256"
_PLACE = "transact_addr:500 transact_time:500"
_NAMED = "task_handle_item:50 task_name:1000 task_type:2 by_law:256 use_level:11"
_FEES = "is_fee:2 fee_basis:256 limit_scene_num:10"
_MIDDLE = "project_type:2 handle_type:5 handle_flow:256 special_procedure:500 server_type:32"
_BASIC = (
    f"{_COMMON} {_HEAD} {_NAMED} power_source:2 {_BODY} accept_condition:256 {_LIMITS} {_PROMISE} {_MIDDLE} {_FEES} "
    f"{_LINKS} {_ASKING} {_PLACE} {_TAIL}"
)
_EXTEND = (
    f"{_COMMON} {_OWNER} is_entry_center:2 is_express:2 is_online:2 online_handle_depth:20 online_handle_url:256 "
    "is_pay_online:2 is_schedule:2 is_service_terminals:2 handle_area:2 limit_explain:256 limit_scene_explain:1000 "
    "other_dept:200 result_type:30 result_name:200 result_guid:256 service_type:500 corp_topic_type:40 "
    "user_topic_type:40 corp_character_topic_type:100 user_character_topic_type:100 town_code:18 town_name:200 "
    "village_code:18 village_name:200 extend_field:2000"
)
_MATERIAL = (
    f"{_COMMON} {_OWNER} material_name:200 is_need:2 material_type:2 material_format:2 form_guid:256 example_guid:256 "
    "source_type:2 source_explain:500 page_num:10 page_format:200 fill_explain:500 accept_stand:256 by_law:256 "
    "order_num:10 remark:256"
)
_FEE = f"{_COMMON} {_OWNER} fee_name:200 fee_stand:256 by_law:256 is_desc:2 desc_explain:256 order_num:10 remark:1000"
_QUESTIONS = f"{_COMMON} {_OWNER} question:1000 answer:256 order_num:10"
_DIRECTORY = (
    f"{_COMMON} catalog_code:12 local_catalog_code:50 task_name:1000 task_type:2 by_law:256 use_level:11 task_state:2 "
    "task_version:10 plan_effective_date:19 plan_cancel_date:19"
)
_LAW_ONLY = f"{_COMMON} {_HEAD} {_NAMED} {_BODY} {_LIMITS} handle_flow:256 server_type:32 {_ASKING} {_TAIL}"


@dataclass(frozen=True, slots=True)
class Table:
    """An exchange table; ``part`` is what its rows are to an item (empty: the item itself or an entry)."""

    name: str
    label: str | Promise
    columns: Mapping[str, int]  # name → longest value
    part: str = ""


def _table(name: str, label: str | Promise, columns: str, part: str = "") -> Table:
    pairs = (one.partition(":") for one in columns.split())
    return Table(name, label, {column: int(width) for column, _colon, width in pairs}, part)


DIRECTORY = _table("up_task_directory", _("基本目录"), _DIRECTORY)
_FAMILIES: dict[str, dict[str, str]] = {  # family → part → columns
    "general": {
        "basic": _BASIC,
        "extend": _EXTEND,
        "material": _MATERIAL,
        "fee_project": _FEE,
        "questions": _QUESTIONS,
    },
    "public": {
        "basic": _BASIC.replace("power_source:2 ", ""),
        "extend": _EXTEND.replace("limit_explain:256 ", ""),
        "material": _MATERIAL,
        "fee_project": _FEE,
        "questions": _QUESTIONS,
    },
    "punish": {"basic": f"{_LAW_ONLY} punishment_method:3000", "questions": _QUESTIONS},
    "handle": {
        "basic": f"{_BASIC.replace(_PROMISE + ' ', '')} collect_type:2 is_permit_reduce:2",
        "material": _MATERIAL,
        "questions": _QUESTIONS,
    },
    "check": {"basic": _LAW_ONLY, "questions": _QUESTIONS},
}
_LABELS = {
    "basic": _("实施清单基本信息"),
    "extend": _("实施清单扩展信息"),
    "material": _("材料目录"),
    "fee_project": _("收费项目"),
    "questions": _("常见问题"),
}
PARTS = {"extend": "extend", "material": "materials", "fee_project": "fees", "questions": "questions"}
_OF_TYPE = {"02": "punish", "03": "check", "04": "handle", "06": "check", "20": "public"}
FAMILIES: dict[str, dict[str, Table]] = {
    family: {
        part: _table(f"up_task_{family}_{part}", _LABELS[part], columns, PARTS.get(part, ""))
        for part, columns in parts.items()
    }
    for family, parts in _FAMILIES.items()
}
BASICS = tuple(parts["basic"] for parts in FAMILIES.values())
CHILDREN = tuple(table for parts in FAMILIES.values() for table in parts.values() if table.part)
TABLES: dict[str, Table] = {table.name: table for table in (DIRECTORY, *BASICS, *CHILDREN)}

# What the tables have no columns for (docs/exchange.md): places and vocabulary first, the rest of each item last.
REFERENCES = "onestop_reference"
ENTRY_REST = "onestop_directory"
ITEM_REST = "onestop_item"
SIDE_FILES = (REFERENCES, ENTRY_REST, ITEM_REST)
ORDER = (REFERENCES, DIRECTORY.name, *(table.name for table in BASICS), *(table.name for table in CHILDREN))


def family_of(item_type: str) -> dict[str, Table]:
    """The tables in which items of a type travel."""
    return FAMILIES[_OF_TYPE.get(item_type, "general")]


def table_named(stem: str) -> str | None:
    """Which table a file or a sheet holds, by its name; ``dn_`` copies and numbered parts count as the table."""
    name = stem.strip().lower()
    name = f"up_{name[3:]}" if name.startswith("dn_") else name
    name = name.partition(".")[0]
    return name if name in TABLES or name in SIDE_FILES else None
