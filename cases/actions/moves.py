"""How every action changes a case: lock, check, move, record. The one place where a state changes."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from cases import errors, renewing
from cases import events as codes
from cases.delivery.following import follow
from cases.fees.notice_actions import cancel_fees
from cases.joint.guard import hold_joint
from cases.models import Case, CaseEvent
from cases.opinions.ending import end_questions
from cases.proceedings.closing import end_with
from cases.promises import keeping
from cases.states import FINAL_STATES, OF_BRANCH, TABLE, Action, By, State
from cases.visibility import lock_visible, of_ended_organisations
from certificates import grants
from common import events
from common.jobs import after_commit
from identity.actor import Actor, ActorKind
from identity.errors import MandateOutOfScope
from identity.mandates.queries import hold
from identity.organisations.queries import require_active
from identity.staff.current import hold as hold_post

# What other items of a joint case may wait for; delivery changes nothing for them.
_TOLD_TO_JOINT = {State.DECIDED, *FINAL_STATES} - {State.CLOSED}
_SIDE = {ActorKind.CITIZEN: By.APPLICANT, ActorKind.STAFF: By.STAFF, ActorKind.SYSTEM: By.SYSTEM}


# What a case is read with where its notices, its clock or its certificate are written: each would be read anyway.
WHOLE = ("item", "item_version", "department__region", "applicant__organisation")
# With these where forms and certificates say who acts for an organisation.
REPRESENTATIVE = "applicant__organisation__legal_representative"


def lock(actor: Actor, case_id: UUID, *, parts: Sequence[str] = (), with_joint: bool = False) -> Case:
    """Lock the mandate or post this actor acts in, that nobody ends it half-way, then a case they may know of.

    The case comes with its applicant and its place in a joint case, and with ``parts``: relations that the act needs
    in any event (:data:`WHOLE`). ``with_joint`` locks its joint case before it, for whoever writes on several parts:
    after the account, as whoever writes on the whole does. The lock lets rows that refer to the case be written: a
    suspension that flags this case while its decision waits for that certificate would otherwise deadlock with it.
    Raises :class:`CaseNotFound`, :class:`HoldingEnded`, :class:`MandateEnded` or :class:`MandateOutOfScope`.
    """
    hold_post(actor)
    scope = hold(actor)
    if with_joint:
        hold_joint(case_id)
    case = lock_visible(actor, case_id, parts=parts)
    if case is None:
        _say_why_ended(actor, case_id)
        raise errors.CaseNotFound
    if scope and not scope.covers_case(case.number, case.item.code):
        raise MandateOutOfScope
    return case


def _say_why_ended(actor: Actor, case_id: UUID) -> None:
    """Tell who may still read the case of an ended organisation why nothing can be done with it."""
    case = of_ended_organisations(actor).select_related("applicant").filter(pk=case_id).first()
    if case is not None:
        require_active(case.applicant)


def check(case: Case, actor: Actor, action: Action, *, expected_version: int | None) -> None:
    """Check the form's age, the state table, the side and the permission, in this order.

    Raises :class:`CaseClosed`, :class:`StaleForm`, :class:`MoveNotAllowed`, :class:`Forbidden`, for an applicant whom
    the register says has ended :class:`OrganisationNotActive`, or for what the law has granted :class:`RenewalDeemed`.
    """
    move = TABLE[action]
    if case.state not in move.sources:
        kind = errors.CaseClosed if case.state in FINAL_STATES else errors.MoveNotAllowed
        raise kind(state=case.get_state_display(), action=action.label)
    if expected_version is not None and expected_version != case.version:
        raise errors.StaleForm
    if _SIDE.get(actor.kind) != move.by and actor.kind != ActorKind.SYSTEM:
        raise errors.CaseNotFound
    if move.by == By.APPLICANT and action != Action.WITHDRAW:
        require_active(case.applicant)
    if move.permission and move.by == By.STAFF and action not in OF_BRANCH:
        actor.require(move.permission, case.department_id)
    renewing.require_undecided(case, action)


def apply(case: Case, actor: Actor, action: Action, *, note: str = "", is_saved: bool = True) -> None:
    """Move a checked case, save it with one more version, and append history and audit rows.

    Not ``is_saved``: the act's next move, which follows at once, saves it.
    """
    before, case.state = case.state, TABLE[action].target
    case.version += 1
    if case.state in FINAL_STATES:
        case.closed_at = timezone.now()
        case.special_procedures.filter(ends_on__isnull=True).update(ends_on=timezone.localdate())
    if is_saved:
        case.save()
    CaseEvent.objects.create(
        case=case,
        action=action,
        from_state=before,
        to_state=case.state,
        actor_id=actor.account_id,
        actor_label=actor.history_label,
        note=note,
    )
    keeping.follow(case, action)
    detail = {"action": str(action), "from": str(before), "to": str(case.state), "number": case.number or ""}
    events.record(codes.MOVED, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, **detail)
    if case.state in FINAL_STATES:
        cancel_fees(actor, case=case)
        follow(case)
        end_questions(case)
        end_with(case)
    if case.state in FINAL_STATES and case.number:
        grants.end_all(actor, case_number=case.number)
    joint_item = getattr(case, "joint_item", None)
    if joint_item and case.state in _TOLD_TO_JOINT:
        after_commit("cases.tasks.release_joint", joint_id=str(joint_item.joint_id))
