"""Audit events of the services room. Codes are permanent."""

from common.events import Event

ITEM_CREATED = Event("services.item_created", "service_item", frozenset({"version"}))
ITEM_REVISED = Event("services.item_revised", "service_item", frozenset({"version", "replaced"}))
ITEM_CHANGED = Event("services.item_changed", "service_item", frozenset({"fields"}))
ITEMS_IMPORTED = Event(
    "services.items_imported", "import_batch", frozenset({"file_sha256", "accepted", "repaired", "rejected"})
)
DATA_ELEMENT_SAVED = Event("services.data_element_saved", "data_element", frozenset({"code", "fields"}))
SYNONYM_SAVED = Event("services.synonym_saved", "synonym", frozenset({"term", "stands_for", "before"}))
SYNONYM_REMOVED = Event("services.synonym_removed", "synonym", frozenset({"term", "stands_for"}))
SEARCH_MISS_IGNORED = Event("services.search_miss_ignored", "search_miss", frozenset({"text"}))
VERSION_STEP = Event("services.version_step", "item_version", frozenset({"action", "version", "item"}))
DIRECTORY_STEP = Event("services.directory_step", "directory_version", frozenset({"action", "version", "entry"}))
OPERATION_STEP = Event("services.operation_step", "item_operation", frozenset({"action", "kind", "item"}))
WAIVER_STEP = Event("services.waiver_step", "ask_waiver", frozenset({"action", "item", "asked"}))
ITEM_STANDING = Event("services.item_standing", "service_item", frozenset({"before", "after", "cause"}))
LINT_RUN_STARTED = Event("services.lint_run_started", "lint_run")
ENTRY_IMPORTED = Event("services.entry_imported", "directory_entry", frozenset({"version"}))
EXCHANGE_STARTED = Event("services.exchange_started", "exchange_batch", frozenset({"kind", "file_sha256"}))
EXCHANGE_FINISHED = Event("services.exchange_finished", "exchange_batch", frozenset({"kind", "file_sha256", "counts"}))
ITEMS_WRITTEN = Event("services.items_written", "exchange_batch", frozenset({"rows", "first", "last"}))
LEGACY_APP_SAVED = Event("services.legacy_app_saved", "legacy_app", frozenset({"fields", "is_new"}))
LEGACY_FUNCTION_SAVED = Event("services.legacy_function_saved", "legacy_function", frozenset({"fields", "is_new"}))
LEGACY_FUNCTION_SETTLED = Event(
    "services.legacy_function_settled", "legacy_function", frozenset({"action", "item", "reason"})
)
LEGACY_LINK_CHANGED = Event("services.legacy_link_changed", "legacy_function", frozenset({"action", "path"}))
LEGACY_PLAN_STEP = Event("services.legacy_plan_step", "legacy_plan", frozenset({"action", "app", "decision"}))
LEGACY_SHEET_APPLIED = Event("services.legacy_sheet_applied", "legacy_sheet", frozenset({"sha256", "new", "changed"}))
