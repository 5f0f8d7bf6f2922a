"""What an item's materials ask for and what may stand in for them, without how they are described."""

import json
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from common.prepared import prepared_cursor
from services.pieces import Asked

_STATEMENT = """
SELECT key, name, combination, pieces, proof_of, kind, fresh_days, promise_text, defer_days,
       ARRAY(SELECT certificatetype_id FROM services_materialrequirement_satisfied_by accepted
             WHERE accepted.materialrequirement_id = material.id)
FROM services_materialrequirement material
WHERE version_id = %s::uuid
ORDER BY "order"
"""


class Terms(Asked, Protocol):
    """A material as somebody's proofs are held against it: a stored one with its types loaded, or its terms."""

    @property
    def proof_of(self) -> str:
        """Whose proof it is (:class:`services.codes.ProofOf`)."""

    @property
    def fresh_days(self) -> int | None:
        """How many days a document stays fresh; None: for ever."""

    @property
    def promise_text(self) -> str:
        """What is promised instead; empty: a promise is not enough."""

    @property
    def defer_days(self) -> int | None:
        """How many days it may come later; None: it may not."""

    @property
    def accepted_ids(self) -> frozenset[UUID]:
        """Types of certificates that stand for it."""


@dataclass(frozen=True, slots=True)
class MaterialTerms:
    """The terms of one material."""

    key: str
    name: str
    combination: str
    pieces: list[dict[str, Any]]
    proof_of: str
    kind: str
    fresh_days: int | None
    promise_text: str
    defer_days: int | None
    accepted_ids: frozenset[UUID]


def terms_of(version_id: UUID) -> list[MaterialTerms]:
    """The terms of every material of a version in order, in one query.

    Read anew each time: it takes a fraction of a millisecond, and what is never kept is never out of date.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_STATEMENT, [version_id])
        rows = cursor.fetchall()
    return [
        MaterialTerms(
            key, name, combination, json.loads(pieces), whose, kind, days, promise, later, frozenset(accepted)
        )
        for key, name, combination, pieces, whose, kind, days, promise, later, accepted in rows
    ]
