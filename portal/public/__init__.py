"""The citizens' surface."""
