"""Search over the catalogue, in PostgreSQL."""
