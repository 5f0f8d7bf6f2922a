"""Writes about staff, one file for each thing they change."""
