"""Pairwise subject identifiers (OIDC Core §8.1): random, one for each account and sector."""

import secrets

from allauth.idp.oidc.models import Client

from identity.models import Account, SubjectIdentifier

_BYTES = 24


def name_of(account: Account, client: Client) -> str:
    """The account's identifier in the sector of the app, made when first asked for."""
    sector = client.profile.sector
    found = SubjectIdentifier.objects.filter(account=account, sector=sector).first()
    if found is None and not account.is_active:
        # Merged into another registration: the identifier went with the person, and a last notice still names it.
        found = SubjectIdentifier.objects.filter(
            account__person__party__merged=account.person_id, sector=sector
        ).first()
    if found is None:
        row = SubjectIdentifier(account=account, sector=sector, value=secrets.token_urlsafe(_BYTES))
        SubjectIdentifier.objects.bulk_create([row], ignore_conflicts=True)  # two apps of a sector at once
        found = SubjectIdentifier.objects.get(account=account, sector=sector)
    return found.value


def account_of(value: str, client: Client) -> Account | None:
    """The active account with this identifier in the sector of the app."""
    rows = SubjectIdentifier.objects.filter(value=value, sector=client.profile.sector, account__is_active=True)
    row = rows.select_related("account__person").first()
    return row.account if row else None
