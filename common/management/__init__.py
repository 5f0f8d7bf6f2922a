"""Management commands of common."""
