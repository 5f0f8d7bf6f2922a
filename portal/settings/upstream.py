"""The identity service above this site, read from the environment."""

import json
import os
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_NEEDED = ("ONESTOP_UPSTREAM_CLIENT_ID", "ONESTOP_UPSTREAM_CLIENT_SECRET", "ONESTOP_UPSTREAM_NAME")
_OWN = ("http://127.0.0.1:", "http://localhost:")


def upstream_from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """Return ``settings.UPSTREAM``, or None when no issuer is named.

    Raises :class:`ImproperlyConfigured` when half of it is missing or a value cannot be read.
    """
    issuer = environment.get("ONESTOP_UPSTREAM_ISSUER", "").strip()
    if not issuer:
        return None
    if not issuer.startswith(("https://", *_OWN)):
        raise ImproperlyConfigured("ONESTOP_UPSTREAM_ISSUER must begin with https://.")
    needed = {name: environment.get(name, "").strip() for name in _NEEDED}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"ONESTOP_UPSTREAM_ISSUER is set, so these are needed too: {', '.join(missing)}.")
    levels = _object(environment, "ONESTOP_UPSTREAM_LEVELS")
    if not all(type(level) is int and 0 <= level <= 5 for level in levels.values()):
        raise ImproperlyConfigured("ONESTOP_UPSTREAM_LEVELS gives each word of the service a level from 0 to 5.")
    claims = _object(environment, "ONESTOP_UPSTREAM_CLAIMS")
    if not all(isinstance(claim, str) and claim for claim in claims.values()):
        raise ImproperlyConfigured("ONESTOP_UPSTREAM_CLAIMS gives each fact the name of a claim.")
    scope = environment.get("ONESTOP_UPSTREAM_SCOPE", "openid profile phone").split()
    return {
        "issuer": issuer,
        "client_id": needed["ONESTOP_UPSTREAM_CLIENT_ID"],
        "client_secret": needed["ONESTOP_UPSTREAM_CLIENT_SECRET"],
        "name": needed["ONESTOP_UPSTREAM_NAME"],
        "scope": scope if "openid" in scope else ["openid", *scope],
        "claims": claims,
        "levels": levels,
        "representative_roles": environment.get("ONESTOP_UPSTREAM_REPRESENTATIVE_ROLES", "").split(),
    }


def _object(environment: Mapping[str, str], name: str) -> dict[str, Any]:
    text = environment.get(name, "").strip()
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} is not a JSON object.")
    return value
