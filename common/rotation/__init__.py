"""Bringing everything that is encrypted at rest to the newest key, while the site runs."""
