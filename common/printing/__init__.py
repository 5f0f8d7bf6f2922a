"""Printing: templates to PDF, fonts, seals, QR codes and fine background patterns. No database."""
