"""Existing stock (存量证照): certificates that were issued before this register, from their issuer's own export."""
