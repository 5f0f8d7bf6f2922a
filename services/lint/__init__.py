"""The checks an item passes before it is published, and the report over the whole catalogue."""
