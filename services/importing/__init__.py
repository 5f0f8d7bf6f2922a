"""Importing a published list of service items: row by row accepted, repaired or rejected, with reasons."""
