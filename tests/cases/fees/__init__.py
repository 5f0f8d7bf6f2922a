"""Fees of cases."""
