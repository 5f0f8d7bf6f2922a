"""Tests, one folder per app and surface."""
