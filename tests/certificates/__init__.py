"""Tests: certificates."""
