"""Migrations of services."""
