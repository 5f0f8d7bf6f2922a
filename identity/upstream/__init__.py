"""Signing in through an identity service above this site (OpenID Connect client).

``settings.UPSTREAM`` says which; None: there is none, and nobody is offered one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

# Which claim says what. A dot leads into a claim that is an object: ``corp.uscc``.
DEFAULT_CLAIMS: Mapping[str, str] = {
    "name": "name",
    "id_number": "id_number",
    "phone": "phone_number",
    "level": "acr",
    "organisation_name": "organisation_name",
    "organisation_uscc": "organisation_uscc",
    "organisation_role": "organisation_role",
}
# What the service's word for its assurance is worth here. A word that is missing is worth nothing.
DEFAULT_LEVELS: Mapping[str, int] = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}


@dataclass(frozen=True, slots=True)
class Upstream:
    """The identity service: where it is, what it calls us, and how to read what it says of people."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = ""
    scope: tuple[str, ...] = ("openid",)
    claims: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    representative_roles: frozenset[str] = frozenset({"legal_representative"})


def configured() -> Upstream | None:
    """Return the identity service of the settings, or None."""
    given: dict[str, Any] | None = settings.UPSTREAM
    if not given:
        return None
    return Upstream(
        **{
            **given,
            "scope": tuple(given.get("scope") or ("openid",)),
            "claims": {**DEFAULT_CLAIMS, **(given.get("claims") or {})},
            "levels": given.get("levels") or DEFAULT_LEVELS,
            "representative_roles": frozenset(given.get("representative_roles") or {"legal_representative"}),
        }
    )
