"""Audit events of the services room. Codes are permanent."""

from common.events import Event

ITEM_CREATED = Event("services.item_created", "service_item", frozenset({"version"}))
ITEM_REVISED = Event("services.item_revised", "service_item", frozenset({"version", "replaced"}))
ITEM_CHANGED = Event("services.item_changed", "service_item", frozenset({"fields"}))
ITEMS_IMPORTED = Event(
    "services.items_imported", "import_batch", frozenset({"file_sha256", "accepted", "repaired", "rejected"})
)
DATA_ELEMENT_SAVED = Event("services.data_element_saved", "data_element", frozenset({"code"}))
SYNONYM_SAVED = Event("services.synonym_saved", "synonym", frozenset({"term", "stands_for", "before"}))
SYNONYM_REMOVED = Event("services.synonym_removed", "synonym", frozenset({"term", "stands_for"}))
SEARCH_MISS_IGNORED = Event("services.search_miss_ignored", "search_miss", frozenset({"text"}))
