"""The identity service above this site, read from the environment."""

import json
import os
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_PREFIX = "ONESTOP_UPSTREAM_"
_OWN = ("http://127.0.0.1:", "http://localhost:")


def upstream_from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """Return ``settings.UPSTREAM``, or None when no issuer is named.

    Raises :class:`ImproperlyConfigured` when half of it is missing or a value cannot be read.
    """
    issuer = environment.get(f"{_PREFIX}ISSUER", "").strip()
    if not issuer:
        return None
    if not issuer.startswith(("https://", *_OWN)):
        raise ImproperlyConfigured(f"{_PREFIX}ISSUER must begin with https://.")
    needed = {name: environment.get(_PREFIX + name, "").strip() for name in ("CLIENT_ID", "CLIENT_SECRET", "NAME")}
    missing = [_PREFIX + name for name, value in needed.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"{_PREFIX}ISSUER is set, so these are needed too: {', '.join(missing)}.")
    levels = _object(environment, "LEVELS")
    if not all(type(level) is int and 0 <= level <= 5 for level in levels.values()):
        raise ImproperlyConfigured(f"{_PREFIX}LEVELS gives each word of the service a level from 0 to 5.")
    claims = _object(environment, "CLAIMS")
    if not all(isinstance(claim, str) and claim for claim in claims.values()):
        raise ImproperlyConfigured(f"{_PREFIX}CLAIMS gives each fact the name of a claim.")
    scope = environment.get(f"{_PREFIX}SCOPE", "openid profile phone").split()
    return {
        "issuer": issuer,
        "client_id": needed["CLIENT_ID"],
        "client_secret": needed["CLIENT_SECRET"],
        "name": needed["NAME"],
        "scope": scope if "openid" in scope else ["openid", *scope],
        "claims": claims,
        "levels": levels,
        "representative_roles": environment.get(f"{_PREFIX}REPRESENTATIVE_ROLES", "").split(),
    }


def _object(environment: Mapping[str, str], name: str) -> dict[str, Any]:
    text = environment.get(_PREFIX + name, "").strip()
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{_PREFIX}{name} is not a JSON object.")
    return value
