"""How django-allauth's provider fits this site: pairwise names, our keys, our issuer, and claims by scope."""

import secrets
from collections.abc import Iterable
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.private_keys import filter_keys, pick_signing_key
from allauth.idp.oidc.models import Client, PrivateKey
from django.conf import settings

from identity.actor import SYSTEM
from identity.models import Account
from identity.sso import keys, subjects


class SsoAdapter(DefaultOIDCAdapter):
    """Named by ``settings.IDP_OIDC_ADAPTER``."""

    def generate_client_secret(self) -> str:
        """A secret of 256 random bits without characters that a header or a shell would change."""
        return secrets.token_urlsafe(32)

    def get_issuer(self) -> str:
        """The site's public address, whatever host the request named."""
        return str(settings.PUBLIC_BASE_URL)

    def get_user_sub(self, client: Client, user: Account) -> str:
        """The person's name in the sector of this app."""
        return subjects.name_of(user, client)

    def get_user_by_sub(self, client: Client, sub: str) -> Account | None:
        """The active account of this name in the sector of this app."""
        return subjects.account_of(sub, client)

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Account,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Only the name: level and sign-in are added where the sign-in is known (``identity.sso.validator``)."""
        return {"sub": self.get_user_sub(client, user)}

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        """The keys of the database; the very first are made here."""
        found = keys.published()
        if not found:
            keys.rotate(SYSTEM)
            found = keys.published()
        return filter_keys(found, did_activate=did_activate, is_active=is_active)

    def get_signing_key(self) -> PrivateKey:
        """The newest key that has begun."""
        key = pick_signing_key(self.list_private_keys(did_activate=True, is_active=True))
        if key is None:
            raise RuntimeError("no signing key counts now: is the clock wrong?")
        return key
