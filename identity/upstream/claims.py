"""From the identity service's claims to facts in this site's own terms: pure functions, no database."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from identity import levels, rules
from identity.errors import IdNumberInvalid, NameInvalid, PhoneInvalid, UsccInvalid
from identity.upstream import Upstream
from identity.upstream.errors import (
    UpstreamClaimsMissing,
    UpstreamDocumentOther,
    UpstreamLevelTooLow,
    UpstreamNameInvalid,
)

_MOST = 200


@dataclass(frozen=True, slots=True)
class OrganisationClaim:
    """An organisation that the person comes for."""

    uscc: str
    name: str
    is_representative: bool


@dataclass(frozen=True, slots=True)
class PersonClaim:
    """Who the service says it is; not shown where the object is printed."""

    subject: str
    level: int
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    organisation: OrganisationClaim | None = None


def read(claims: Mapping[str, Any], *, upstream: Upstream, today: dt.date) -> PersonClaim:
    """Read the claims by the configured names.

    Raises :class:`UpstreamClaimsMissing`, :class:`UpstreamNameInvalid`, :class:`UpstreamDocumentOther` or
    :class:`UpstreamLevelTooLow`. A phone or organisation that cannot be read is left out: neither is needed to know
    who it is.
    """
    name, number = _text(claims, upstream, "name"), _text(claims, upstream, "id_number")
    subject = claims.get("sub")
    if not name or len(name) > rules.MAX_PERSON_NAME or not number or not isinstance(subject, str) or not subject:
        raise UpstreamClaimsMissing
    try:
        name = rules.normal_name(name)
    except NameInvalid as error:
        raise UpstreamNameInvalid from error
    try:
        id_number = rules.normal_id_number(number, today=today)
    except IdNumberInvalid as error:
        raise UpstreamDocumentOther from error
    level = upstream.levels.get(_text(claims, upstream, "level"), 0)
    if level < levels.REGISTER_AGREES:
        raise UpstreamLevelTooLow
    return PersonClaim(
        subject=subject,
        level=min(level, levels.HIGHEST),
        name=name,
        id_number=id_number,
        phone=_phone(_text(claims, upstream, "phone")),
        organisation=_organisation(claims, upstream),
    )


def _phone(text: str) -> str:
    try:
        return rules.normal_phone(text)
    except PhoneInvalid:
        return ""


def _organisation(claims: Mapping[str, Any], upstream: Upstream) -> OrganisationClaim | None:
    try:
        uscc = rules.normal_uscc(_text(claims, upstream, "organisation_uscc"))
    except UsccInvalid:
        return None
    role = _text(claims, upstream, "organisation_role")
    return OrganisationClaim(
        uscc=uscc,
        name=_text(claims, upstream, "organisation_name"),
        is_representative=role in upstream.representative_roles,
    )


def _text(claims: Mapping[str, Any], upstream: Upstream, what: str) -> str:
    """A claim as clean text; empty for one that is missing, no text, too long or has control characters."""
    value: Any = claims
    for step in upstream.claims[what].split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > _MOST:
        return ""
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in value):
        return ""
    return value.strip()
