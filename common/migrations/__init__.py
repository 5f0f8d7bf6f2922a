"""Migrations of common."""
