"""Annulment (撤销) and revocation (吊销): one person proposes, another decides, and only then the state changes."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from certificates import errors, transitions
from certificates import events as codes
from certificates.models import Certificate, StateProposal
from certificates.states import TABLE, Operation
from certificates.transitions import Stated
from common import events
from common.formatting import action_label, code_label
from common.idempotency import claim
from identity.actor import Actor
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_State = StateProposal.State


def visible_proposals(actor: Actor) -> QuerySet[StateProposal]:
    """Proposals on certificates of the departments where the post may suspend, newest first."""
    rows = StateProposal.objects.select_related("certificate__type", "proposed_by", "reviewed_by")
    return rows.filter(certificate__issuer_id__in=actor.departments(Permission.SUSPEND_CERTIFICATE))


def get_proposal(actor: Actor, proposal_id: UUID) -> StateProposal:
    """One visible proposal; raises :class:`ProposalNotFound`."""
    found = visible_proposals(actor).filter(pk=proposal_id).first()
    if found is None:
        raise errors.ProposalNotFound
    return found


def is_own(actor: Actor, proposal: StateProposal) -> bool:
    """Whether the actor, or the person they stand in for, had a hand in the proposal: then they do not decide it."""
    hands = {proposal.proposed_by_id, proposal.proposed_for_id} - {None}
    return bool(hands & {actor.account_id, actor.stands_in_for})


@transaction.atomic
def propose(
    actor: Actor, *, certificate_id: UUID, operation: Operation, stated: Stated, request_key: str = ""
) -> StateProposal:
    """Propose to annul or revoke a certificate; nothing changes before a second person approves.

    Raises :class:`CertificateNotFound`, :class:`NotEntrusted`, the errors of
    :func:`certificates.transitions.check_stated`, :class:`OperationNotAllowed` or :class:`ProposalExists`.
    """
    hold_post(actor)
    certificate = _lock(certificate_id)
    transitions.require(actor, certificate, operation)
    if not TABLE[operation].is_second:
        raise errors.OperationNotAllowed(
            state=code_label(certificate.get_state_display()), operation=action_label(operation.label)
        )
    claimed = claim(actor_id=actor.account_id, action=f"propose_{operation}", request_key=request_key)
    if claimed.earlier_id:
        return StateProposal.objects.get(pk=claimed.earlier_id)
    stated = transitions.check_stated(operation, stated)
    transitions.check_table(certificate, operation)
    waiting = certificate.proposals.filter(state=_State.IN_REVIEW).first()
    if waiting:
        raise errors.ProposalExists(operation=action_label(Operation(waiting.operation).label))
    proposal = StateProposal.objects.create(
        certificate=certificate,
        operation=operation,
        ground=stated.ground,
        reason=stated.reason,
        legal_basis=stated.legal_basis,
        decision_number=stated.decision_number,
        proposed_by_id=actor.known_account_id,
        proposed_for_id=actor.stands_in_for,
    )
    _record(actor, proposal, "propose")
    claimed.settle(proposal.pk)
    return proposal


@transaction.atomic
def approve(actor: Actor, *, proposal_id: UUID) -> Certificate:
    """Decide as the second person: the certificate is annulled or revoked at once, and open cases hear of it.

    Raises :class:`ProposalNotFound`, :class:`SamePerson`, :class:`ProposalSettled`, or
    :class:`OperationNotAllowed` when the certificate's state has changed since.
    """
    proposal, certificate, operation = _open(actor, proposal_id)
    _require_second(actor, proposal)
    _settle(actor, proposal, _State.APPROVED)
    stated = Stated(
        reason=proposal.reason,
        legal_basis=proposal.legal_basis,
        ground=proposal.ground,
        decision_number=proposal.decision_number,
        proposer_id=proposal.proposed_by_id,
    )
    return transitions.apply(certificate, operation, actor, stated)


@transaction.atomic
def send_back(actor: Actor, *, proposal_id: UUID, note: str) -> StateProposal:
    """Return it, as the second person, with a reason. Raises as :func:`approve`, and :class:`NoteMissing`."""
    proposal, _certificate, _operation = _open(actor, proposal_id)
    _require_second(actor, proposal)
    if not note.strip():
        raise errors.NoteMissing(fields={"note": errors.NoteMissing.message})
    proposal.note = note.strip()[:500]
    return _settle(actor, proposal, _State.RETURNED)


@transaction.atomic
def withdraw(actor: Actor, *, proposal_id: UUID) -> StateProposal:
    """Take it back, as the one who proposed it. Raises :class:`ProposalNotFound` or :class:`ProposalSettled`."""
    proposal, _certificate, _operation = _open(actor, proposal_id)
    if not is_own(actor, proposal):
        raise errors.ProposalNotFound
    return _settle(actor, proposal, _State.WITHDRAWN)


def _lock(certificate_id: UUID) -> Certificate:
    certificate = Certificate.objects.select_for_update(no_key=True).filter(pk=certificate_id).first()
    if certificate is None:
        raise errors.CertificateNotFound
    return certificate


def _open(actor: Actor, proposal_id: UUID) -> tuple[StateProposal, Certificate, Operation]:
    """Lock the certificate, then the proposal (always in this order), and check that it still waits."""
    hold_post(actor)
    known = get_proposal(actor, proposal_id)
    certificate = _lock(known.certificate_id)
    proposal = StateProposal.objects.select_for_update(no_key=True).get(pk=proposal_id)
    operation = Operation(proposal.operation)
    transitions.require(actor, certificate, operation)
    if proposal.state != _State.IN_REVIEW:
        raise errors.ProposalSettled(state=code_label(proposal.get_state_display()))
    return proposal, certificate, operation


def _require_second(actor: Actor, proposal: StateProposal) -> None:
    if is_own(actor, proposal):
        raise errors.SamePerson


def _settle(actor: Actor, proposal: StateProposal, state: StateProposal.State) -> StateProposal:
    proposal.state = state
    if state != _State.WITHDRAWN:
        proposal.reviewed_by_id, proposal.reviewed_at = actor.known_account_id, timezone.now()
    proposal.save()
    _record(actor, proposal, str(state))
    return proposal


def _record(actor: Actor, proposal: StateProposal, step: str) -> None:
    events.record(
        codes.PROPOSAL_STEP,
        actor=actor,
        subject_id=proposal.certificate_id,
        holder_id=Certificate.objects.values_list("holder_id", flat=True).get(pk=proposal.certificate_id),
        operation=proposal.operation,
        step=step,
        proposal=str(proposal.pk),
    )
