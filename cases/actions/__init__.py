"""Writes of the cases room, one module for each part of a case's life."""
