"""Filling in at the counter."""
