"""Tests: identity, signing in."""
