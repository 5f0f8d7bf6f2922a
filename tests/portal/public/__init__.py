"""Tests: the citizens' pages."""
