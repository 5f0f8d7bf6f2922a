"""How long things last at a window, read from the environment."""

import os
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

# By setting: the variable, what counts without it, the least and the most.
_TERMS = {
    "COUNTER_CONSENT_MINUTES": ("ONESTOP_CONSENT_MINUTES", 120, 15, 480),
    "COUNTER_DISPLAY_HOURS": ("ONESTOP_DISPLAY_HOURS", 16, 1, 24),
    "COUNTER_DISPLAY_CODE_MINUTES": ("ONESTOP_DISPLAY_CODE_MINUTES", 5, 1, 30),
    "COUNTER_LATE_SHEET_DAYS": ("ONESTOP_LATE_SHEET_DAYS", 5, 0, 30),
}


def counter_from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Return the settings by name; raises :class:`ImproperlyConfigured` for a number that cannot be meant."""
    return {name: _term(environment, *term) for name, term in _TERMS.items()}


def _term(environment: Mapping[str, str], variable: str, usual: int, least: int, most: int) -> int:
    text = environment.get(variable, "").strip()
    if not text:
        return usual
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{variable} must be a whole number from {least} to {most}.")
    return value
