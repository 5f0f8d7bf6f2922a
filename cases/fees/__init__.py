"""Fees of a case: what is owed, the order through the payment platform, what came of it, and refunds."""
