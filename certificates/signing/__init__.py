"""Signing and checking PDF files: keys, PAdES signatures, the demonstration authority. No database."""
