"""Proof: certificate types, certificates, signing, the document locker, reuse."""
