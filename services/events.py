"""Audit events of the services room. Codes are permanent."""

from common.events import Event

ITEM_CREATED = Event("services.item_created", "service_item", frozenset({"version"}))
ITEM_REVISED = Event("services.item_revised", "service_item", frozenset({"version", "replaced"}))
ITEM_CHANGED = Event("services.item_changed", "service_item", frozenset({"fields"}))
ITEMS_IMPORTED = Event(
    "services.items_imported", "import_batch", frozenset({"file_sha256", "accepted", "repaired", "rejected"})
)
DATA_ELEMENT_SAVED = Event("services.data_element_saved", "data_element", frozenset({"code"}))
