"""Whose rights, and how long: small rules without database."""

import datetime as dt
from uuid import UUID

from common.errors import Forbidden
from identity.actor import Actor
from identity.privacy.errors import NotYourData

KEEP_EXPORT = dt.timedelta(days=7)
CHANGE_OF_MIND = dt.timedelta(days=15)
EXPORTS_PER_DAY = 3


def require_own(actor: Actor) -> UUID:
    """Let through who acts for themselves, and a legal representative for the organisation; nobody by mandate.

    Returns the party's id. Raises :class:`NotYourData`, or :class:`Forbidden` for others than citizens.
    """
    if not actor.is_citizen or actor.principal_id is None:
        raise Forbidden
    if actor.mandate_id is not None:
        raise NotYourData
    return actor.principal_id


def require_self(actor: Actor) -> UUID:
    """Let through only who acts for themselves; returns the person's id. Raises as :func:`require_own` does."""
    party_id = require_own(actor)
    if party_id != actor.person_id:
        raise NotYourData
    return party_id
