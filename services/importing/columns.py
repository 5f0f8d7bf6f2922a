"""The columns a list may have: those of the national exchange tables, and those of looser published lists.

Source: national exchange schema, tables up_task_general_basic, up_task_general_extend and up_task_public_*.
"""

# Looser lists name the same things in their own way; the left side is the national column.
LOOSE = {
    "name": "task_name",
    "item_name": "task_name",
    "item_code": "local_task_code",
    "item_type_code": "task_type",
    "department": "dept_name",
    "department_code": "dept_code",
}

# Columns that have a place of their own in the catalogue.
USED = frozenset(
    [
        "catalog_code",
        "local_catalog_code",
        "task_code",
        "local_task_code",
        "task_name",
        "task_type",
        "by_law",
        "use_level",
        "dept_name",
        "dept_code",
        "accept_condition",
        "anticipate_day",
        "anticipate_type",
        "anticipate_explain",
        "promise_day",
        "promise_type",
        "project_type",
        "handle_type",
        "handle_flow",
        "server_type",
        "limit_scene_num",
        "limit_scene_explain",
        "limit_explain",
        "link_way",
        "supervise_way",
        "transact_addr",
        "transact_time",
        "task_state",
        "online_handle_depth",
        "power_source",
        "dept_type",
        "entrust_name",
        "promise_explain",
        "special_procedure",
        "link_addr",
        "is_single_login",
        "mobile_terminal_url",
        "app_is_single_login",
        "plan_cancel_date",
        "is_entry_center",
        "is_express",
        "online_handle_url",
        "is_pay_online",
        "is_schedule",
        "is_service_terminals",
        "other_dept",
        "result_guid",
        "service_type",
        "corp_character_topic_type",
        "user_character_topic_type",
        "town_code",
        "town_name",
        "village_code",
        "village_name",
        "handle_area",
        "result_type",
        "result_name",
        "corp_topic_type",
        "user_topic_type",
        "area_code",
        "item_type",
        "materials",
        "fees",
        "questions",
    ]
)

# Columns kept as they came, for the way back to the exchange and for reference.
KEPT = frozenset(
    [
        "row_guid",
        "task_handle_item",
        "task_version",
        "is_fee",
        "fee_basis",
        "plan_effective_date",
        "is_online",
        "extend_field",
        "parent_item",
        "guide_url",
        "punishment_method",
        "collect_type",
        "is_permit_reduce",
    ]
)

# Housekeeping of the exchange that changes with every transfer: dropped, or every import would make new versions.
DROPPED = frozenset(["cd_operation", "cd_batch", "cd_time", "data_source", "id", "tenant_id", "task_guid"])

KNOWN = USED | KEPT | DROPPED | frozenset(LOOSE)
NAMING = frozenset(["task_name", "name", "item_name"])
