"""The staff surface."""
