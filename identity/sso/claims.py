"""What an app is told about a sign-in and, by scope, about the person and the party they act for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from common import events
from identity import events as codes
from identity.actor import Actor
from identity.mandates.queries import find_current
from identity.models import Account, Mandate, Organisation, Person, SsoSession
from identity.queries import actor_for
from identity.sso import sessions
from identity.sso.scopes import TABLE, Scope, acr, in_order

_PERSON = {
    Scope.NAME: ("name", "name"),
    Scope.ID_NUMBER: ("id_number", "id_number"),
    Scope.PHONE: ("phone_number", "phone"),
    Scope.ADDRESS: ("address", "address"),
}


def of_sign_in(sign_in: SsoSession) -> dict[str, Any]:
    """{sid, auth_time, acr, level} of a sign-in: no personal data."""
    return {"sid": sign_in.sid, "auth_time": int(sign_in.signed_in_at.timestamp()), **of_level(sign_in.account)}


def of_level(account: Account) -> dict[str, Any]:
    """{acr, level}: the real-name level as it is now."""
    person = account.person
    assert person is not None
    return {"acr": acr(person.assurance_level), "level": person.assurance_level}


def read(sign_in: SsoSession, scopes: Iterable[str]) -> dict[str, Any]:
    """The claims of these scopes, read from the register now, and a ledger line for whoever they are about.

    A scope above the person's level, or one the agreement does not name, gives nothing. Whether the person still
    may act for the party is asked again: an ended mandate gives nothing.
    """
    person = sign_in.account.person
    assert person is not None
    agreed = set(sign_in.consent.scopes)
    given = [
        scope for scope in in_order(scopes) if scope in agreed and person.assurance_level >= TABLE[scope].lowest_level
    ]
    result = of_level(sign_in.account) | _of_person(person, given)
    actor = actor_for(sign_in.account, principal_id=sign_in.principal_id)
    acted_for = None if actor.is_principal_lost or sign_in.principal_id == person.pk else actor.principal_id
    if acted_for:
        result |= _of_principal(actor, given)
    _record(sign_in, person.pk, [scope for scope in given if scope not in {Scope.ORGANISATION, Scope.MANDATE}])
    about_party = [scope for scope in given if scope in {Scope.ORGANISATION, Scope.MANDATE} and scope in result]
    if acted_for and about_party:
        _record(sign_in, acted_for, about_party)
    return result


def _of_person(person: Person, scopes: list[str]) -> dict[str, Any]:
    values = {
        _PERSON[Scope(scope)][0]: getattr(person, _PERSON[Scope(scope)][1]) for scope in scopes if scope in _PERSON
    }
    address = values.pop("address", None)
    if address:
        values["address"] = {"formatted": address}  # OIDC Core §5.1.1
    return {name: value for name, value in values.items() if value}


def _of_principal(actor: Actor, scopes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    organisation = Organisation.objects.filter(pk=actor.principal_id).first()
    if Scope.ORGANISATION in scopes and organisation:
        found["org"] = {"name": organisation.name, "uscc": organisation.uscc}
    if Scope.MANDATE in scopes and actor.mandate_id and actor.person_id and actor.principal_id:
        mandate = find_current(agent_id=actor.person_id, principal_id=actor.principal_id)
        if mandate:
            found["mandate"] = _of_mandate(mandate)
    return found


def _of_mandate(mandate: Mandate) -> dict[str, Any]:
    return {
        "principal": mandate.principal.name,
        "principal_kind": mandate.principal.kind,
        "kind": mandate.kind,
        "scope": mandate.scope,
        "items": mandate.item_codes,
        "case_number": mandate.case_number,
        "ends_on": mandate.ends_on.isoformat(),
    }


def _record(sign_in: SsoSession, holder_id: UUID, scopes: list[str]) -> None:
    if not scopes:
        return
    profile = sign_in.profile
    events.record(
        codes.SSO_CLAIMS_READ,
        actor=sessions.actor_of(profile),
        subject_id=profile.pk,
        holder_id=holder_id,
        name=profile.client.name,
        scopes=scopes,
        purpose=profile.purpose,
    )
