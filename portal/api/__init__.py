"""The API surface."""
