"""One request, one effect: an action asks here whether this ``request_key`` has been served before."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from common.models import UsedRequest


@dataclass(slots=True)
class Claim:
    """The right to do the work of one request key, or the earlier result (``earlier_id``)."""

    row_id: int | None
    earlier_id: UUID | None

    def settle(self, result_id: UUID) -> None:
        """Remember what came of the request; in the same transaction as the work."""
        if self.row_id is not None:
            UsedRequest.objects.filter(pk=self.row_id).update(result_id=result_id)


def claim(*, actor_id: UUID | None, action: str, request_key: str) -> Claim:
    """Claim ``request_key`` for this actor and action, inside the action's transaction.

    A second transaction with the same key waits for the first: it gets the first one's result when that
    commits and the claim itself when that rolls back. An empty key (a job, a command) claims nothing.
    """
    if not request_key or actor_id is None:
        return Claim(row_id=None, earlier_id=None)
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("claim() belongs inside the action's transaction")
    row = UsedRequest(actor_id=actor_id, action=action, request_key=request_key[:64])
    UsedRequest.objects.bulk_create([row], ignore_conflicts=True)
    stored = UsedRequest.objects.get(actor_id=actor_id, action=action, request_key=request_key[:64])
    return Claim(row_id=stored.pk, earlier_id=stored.result_id)
