"""Halls: where people go, and when somebody is there."""
