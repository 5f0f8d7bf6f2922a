"""Submit, correct and withdraw: the applicant's moves."""

from uuid import UUID

from django.utils import timezone

from cases import errors, flags, renewing
from cases.actions import handover, moves
from cases.assisting.handing import confirmed, done, received_at
from cases.correcting import require_corrected
from cases.handing_in import grant_all, hand_in
from cases.joint.guard import begun, require_own_way
from cases.models import Case
from cases.signing.making import require_proof, sign
from cases.states import Action
from common.acts import act
from common.idempotency import claim
from common.prepared import planned
from identity import levels
from identity.actor import Actor
from identity.mandates import capacity
from identity.step_up import Proof


@planned()
@act
def submit(
    actor: Actor,
    *,
    case_id: UUID,
    declared: bool,
    proof: Proof | None = None,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Submit a draft: freeze answers and evidence with their sources, sign, give the number, start the five days.

    ``proof`` says how whoever signs proved who they are. The same ``request_key`` twice gives the same case. Raises
    :class:`DeclarationMissing`, :class:`ProofNeeded`, :class:`PromiseBarred`, :class:`ItemNotApplicable` (closed
    meanwhile), :class:`SituationIncomplete`, :class:`AnswersIncomplete`, :class:`MaterialsIncomplete`, at the counter
    :class:`NotConfirmed`, or the errors of :func:`cases.actions.moves.check`; then the draft is as it was.
    """
    case = moves.lock(actor, case_id, parts=(*moves.WHOLE, moves.REPRESENTATIVE))
    claimed = claim(actor_id=actor.account_id, action="submit", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.SUBMIT, expected_version=expected_version)
    require_own_way(case)
    handover.take_over(actor, case=case)
    confirmation = confirmed(actor, case)
    if not declared:
        raise errors.DeclarationMissing(fields={"declared": errors.DeclarationMissing.message})
    levels.require(actor, levels.Right.APPLY, at_least=case.item_version.assurance_level)
    capacity.require(actor, open_from_age=case.item_version.open_from_age)
    require_proof(case.item_version.assurance_level, confirmation or proof)
    hand_in(actor, case, proof=confirmation or proof, received_at=received_at(actor))
    done(actor)
    begun(case)
    claimed.settle(case.pk)
    return case


@act
def correct(
    actor: Actor,
    *,
    case_id: UUID,
    proof: Proof | None = None,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Hand the corrections in, signed anew; the case waits for acceptance again, received when the last piece came.

    Raises :class:`MaterialsIncomplete` while a listed material has not been replaced, at the counter
    :class:`NotConfirmed`.
    """
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="correct", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.CORRECT, expected_version=expected_version)
    rows = require_corrected(case)
    confirmation = confirmed(actor, case)
    for row in rows:
        row.correction = ""
        row.save(update_fields=["correction", "updated_at"])
    grant_all(actor, case, [row for row in rows if row.grant_id is None])
    flags.settle(case)
    case.received_on = timezone.localdate()
    renewing.settle(case)
    sign(actor, case, proof=confirmation or proof)
    moves.apply(case, actor, Action.CORRECT)
    done(actor)
    claimed.settle(case.pk)
    return case


@act
def withdraw(
    actor: Actor, *, case_id: UUID, reason: str = "", request_key: str = "", expected_version: int | None = None
) -> Case:
    """Withdraw an application before the decision."""
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="withdraw", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.WITHDRAW, expected_version=expected_version)
    moves.apply(case, actor, Action.WITHDRAW, note=reason.strip()[:500])
    claimed.settle(case.pk)
    return case
