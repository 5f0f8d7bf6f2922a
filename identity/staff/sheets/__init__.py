"""Spreadsheets of regions, departments, posts, staff and holdings: read, checked, applied."""
