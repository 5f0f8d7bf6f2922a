"""One-press renewal of a mandate that is about to run out, or has just run out."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common import events
from common.idempotency import claim
from identity import events as codes
from identity import levels
from identity.actor import Actor
from identity.errors import MandateExists
from identity.mandates import actions, moves, queries
from identity.mandates.errors import NotRenewable
from identity.mandates.rules import check_terms, terms_again
from identity.models import Mandate


@transaction.atomic
def propose_renewal(actor: Actor, *, mandate_id: UUID, request_key: str = "") -> Mandate:
    """Offer the same agent the same again: from today, as long after the old last day as it lasted before.

    The old one goes on until the offer is accepted or it runs out. Raises the errors of
    :func:`identity.mandates.actions.propose`, or :class:`NotRenewable`.
    """
    claimed = claim(actor_id=actor.account_id, action="renew_mandate", request_key=request_key)
    if claimed.earlier_id:
        return Mandate.objects.get(pk=claimed.earlier_id)
    old = moves.locked(queries.given(actor), mandate_id)
    actions.lock_principal(actor, kind=old.kind)
    levels.require(actor, levels.Right.AUTHORISE)
    if not queries.is_renewable(old):
        raise NotRenewable
    rivals = Mandate.objects.filter(principal_id=old.principal_id, agent_index=old.agent_index, state__in=moves.LIVE)
    if rivals.exclude(pk=old.pk).exists():
        raise MandateExists
    mandate = _again(actor, old)
    moves.create(mandate)
    detail = {**moves.said(mandate), "renews": str(old.pk)}
    events.record(
        codes.MANDATE_RENEWAL_PROPOSED, actor=actor, subject_id=mandate.pk, holder_id=old.principal_id, **detail
    )
    claimed.settle(mandate.pk)
    return mandate


def _again(actor: Actor, old: Mandate) -> Mandate:
    terms = terms_again(old, timezone.localdate())
    check_terms(terms, kind=old.kind, today=terms.starts_on)
    organisation = getattr(old.principal, "organisation", None)
    return Mandate(
        principal_id=old.principal_id,
        agent_id=old.agent_id,
        agent_name=old.agent_name,
        agent_index=bytes(old.agent_index),
        kind=old.kind,
        scope=old.scope,
        item_codes=old.item_codes,
        case_number=old.case_number,
        purpose=old.purpose,
        may_use_wallet=old.may_use_wallet,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        representative_id=organisation.legal_representative_id if organisation else None,
        made_by_id=actor.known_account_id,
        renews=old if old.state == moves.State.ACCEPTED else None,
    )
