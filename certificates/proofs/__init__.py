"""Proof that needs no question to the register: QR tokens, status lists, credentials for wallets, detached seals."""
