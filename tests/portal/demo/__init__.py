"""Tests: the demonstration city."""
