"""A clerk fills in for somebody at the counter: consent on a second screen, sheets for days without network."""
