"""Submit a joint case once, let go what waited, and withdraw: the moves of the whole."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import drafting, evidence, messages, prefill
from cases import errors as case_errors
from cases import events as codes
from cases.actions import moves, submission
from cases.assisting.handing import assisted_at, confirmed_joint, done
from cases.handing_in import hand_in
from cases.joint import drafts, errors, receipt, rules, union
from cases.joint.queries import fates, lanes
from cases.models import Case, CaseMaterial, JointCase, JointItem
from cases.rules import case_number
from cases.signing.making import require_proof
from cases.states import TABLE, Action, State
from common import events
from common.errors import DomainError
from common.idempotency import claim
from common.jobs import after_commit
from common.numbering import next_number
from identity import levels
from identity.actor import SYSTEM, Actor
from identity.mandates import capacity
from identity.models import Party
from identity.step_up import Proof
from services.forms import check_answers
from services.queries import is_open

_State = JointItem.State
_Way = CaseMaterial.Way
_JOINT_TYPE = "00"  # in the place of the item type: no item has it


@transaction.atomic
def submit(
    actor: Actor,
    *,
    joint_id: UUID,
    declared: bool,
    proof: Proof | None = None,
    request_key: str = "",
    expected_version: int | None = None,
) -> JointCase:
    """Submit all items at once: what waits for nothing becomes a case now, the others when their turn comes.

    All or nothing, and the same ``request_key`` twice gives the same joint case. Raises :class:`JointSubmitted`,
    :class:`JointStale`, :class:`KeyOfAnother`, :class:`DeclarationMissing`, :class:`ProofNeeded`,
    :class:`ItemNotApplicable`, :class:`JointIncomplete` or at the counter :class:`NotConfirmed`; then the draft is as
    it was.
    """
    joint = drafts.lock(actor, joint_id)
    claimed = claim(actor_id=actor.account_id, action="joint_submit", request_key=request_key)
    if claimed.earlier_id:
        return _earlier(joint, claimed.earlier_id)
    joint = drafts.editable(actor, joint_id, expected_version)
    if not declared:
        raise case_errors.DeclarationMissing(fields={"declared": case_errors.DeclarationMissing.message})
    whole = union.load(joint, lock=True)
    require_whole(actor, whole)
    proof = confirmed_joint(actor, joint) or proof
    require_proof(max((part.case.item_version.assurance_level for part in whole.parts), default=0), proof)
    _number(joint)
    for part in whole.parts:
        if part.item.after and set(part.item.after) & {other.key for other in whole.parts}:
            _keep(part.case)
            part.item.state = _State.WAITING
        else:
            case = moves.lock(actor, part.case.pk)
            moves.check(case, actor, Action.SUBMIT, expected_version=None)
            hand_in(actor, case, proof=proof)
            part.item.state = _State.BEGUN
        part.item.save(update_fields=["state", "updated_at"])
    receipt.issue(actor, joint)
    joint.version += 1
    joint.save()
    events.record(
        codes.JOINT_SUBMITTED,
        actor=actor,
        subject_id=joint.pk,
        holder_id=joint.applicant_id,
        number=joint.number or "",
        items=len(whole.parts),
    )
    after_commit("cases.tasks.produce_joint_receipt", joint_id=str(joint.pk))
    done(actor)
    claimed.settle(joint.pk)
    return joint


def _earlier(joint: JointCase, earlier_id: UUID) -> JointCase:
    """What came of the request before; a key that belongs to another joint case is refused, nothing is done."""
    if joint.pk != earlier_id:
        raise errors.KeyOfAnother
    return joint


def open_points(whole: union.Union) -> list[tuple[str, str, str]]:
    """What is not done yet: (place, name, message). The place is ``<member>:<path>``, or a material row's id."""
    found: list[tuple[str, str, str]] = []
    told: set[str] = set()
    for part in whole.parts:
        raw = {key: answer["value"] for key, answer in part.case.answers.items()}
        asked = part.asked()
        labels = {spec.key: spec.label for spec in asked}
        steps = [replace(step, fields=tuple(spec for spec in step.fields if spec in asked)) for step in part.steps]
        for problem in check_answers(steps, raw).problems:
            shared = next((p.step.key for p in whole.pages if part.key in p.owners.get(problem.key, ())), "")
            if f"{shared}:{problem.path}" not in told:
                told.add(f"{shared}:{problem.path}")
                found.append((f"{part.key}:{problem.path}", labels[problem.key], problem.message))
    for group in whole.groups:
        lacking = evidence.missing(list(group.rows))
        if lacking:
            found.append((str(group.shown.pk), lacking[0].name, _("还没有交。")))
    return found


def require_whole(actor: Actor, whole: union.Union) -> None:
    """Resolve everything as of today; every item could be handed in but for what comes of an earlier one.

    The drafts are locked. Raises :class:`ItemNotApplicable`, :class:`JointIncomplete` or as
    :func:`cases.drafting.check_agent` does.
    """
    today = timezone.localdate()
    for part in whole.parts:
        if not is_open(part.case.item):
            raise case_errors.ItemNotApplicable
        levels.require(actor, levels.Right.APPLY, at_least=part.case.item_version.assurance_level)
        capacity.require(actor, open_from_age=part.case.item_version.open_from_age)
        part.case.answers = prefill.fill(part.case, today=today)
        part.case.save()
        evidence.refresh(part.case, today=today)
    fresh = union.load(whole.joint)
    found = open_points(fresh)
    if found:
        names = "、".join(dict.fromkeys(name for _place, name, _message in found))
        fields = {place: message for place, _name, message in found}
        raise errors.JointIncomplete(count=len(found), names=names[:300], fields=fields)


def _keep(case: Case) -> None:
    """What the applicant relied on when they declared it stays with a part that waits."""
    held = case.materials.filter(way__in=[_Way.VERIFIED, _Way.EARLIER])
    held.update(chosen_by_applicant=True)


def _number(joint: JointCase) -> None:
    now = timezone.localtime()
    region = joint.region.code[:6]
    serial = next_number(f"joint:{region}:{now:%y%m%d}")
    joint.number = case_number(region=region, day=now.date(), item_type=_JOINT_TYPE, serial=serial)
    joint.submitted_at = now


@transaction.atomic
def release(*, joint_id: UUID) -> int:
    """Submit what waited for items that are decided positively, and close what waited in vain; twice is once.

    Returns how many items changed. Whoever comes second waits for the lock and finds nothing left to do.
    """
    joint = JointCase.objects.select_for_update(no_key=True).get(pk=joint_id)
    changed = 0
    while _release_once(joint):
        changed += 1
    return changed


def _release_once(joint: JointCase) -> bool:
    items = lanes(joint)
    known = fates(items)
    for item in items:
        if item.state != _State.WAITING:
            continue
        turn = rules.turn_of(item.after, known)
        if turn == rules.Fate.LOST:
            lost = next(one for one in items if one.key in item.after and known.get(one.key) == rules.Fate.LOST)
            _drop(SYSTEM, joint, item, reason=_lost_words(lost))
            return True
        if turn == rules.Fate.GOOD:
            _begin(joint, item, items)
            return True
    return False


def _lost_words(lost: JointItem) -> str:
    values = {"name": lost.item_version.name}
    if lost.case is None:
        return _("要先办的“%(name)s”没有办，这一项没有开始。") % values
    if lost.case.state == State.WITHDRAWN:
        return _("要先办的“%(name)s”撤回了，这一项没有开始。") % values
    return (
        _("要先办的“%(name)s”没有批准，这一项没有开始。对那个决定不服的，可以按它的文书申请行政复议或者提起诉讼。")
        % values
    )


def _begin(joint: JointCase, item: JointItem, items: list[JointItem]) -> None:
    """Hand a waiting draft in through the same door as every other; where something is missing, it is the applicant's.

    What they declared with the joint case holds: the system acts on it, in the name of who submitted it.
    """
    case_id = item.case_id
    assert case_id is not None  # it waits with its draft
    case = moves.lock(SYSTEM, case_id)
    if item.founder:
        founder = next(one for one in items if one.key == item.founder)
        certificate = founder.case.certificate if founder.case else None
        if certificate is None:
            words = _("“%(name)s”没有登记出新的单位，这一项没有开始。需要办的，请以单位名义申请。")
            _drop(SYSTEM, joint, item, reason=words % {"name": founder.item_version.name})
            return
        case.applicant = certificate.holder
        case.save(update_fields=["applicant", "updated_at"])
    session, window = assisted_at(joint)
    for_them = replace(SYSTEM, account_id=joint.agent_account_id, assistance_id=session, assisted_at=window)
    try:
        with transaction.atomic():
            moves.check(case, for_them, Action.SUBMIT, expected_version=None)
            hand_in(for_them, case)
    except DomainError as error:
        item.state, item.reason = _State.OPEN, f"{error.text}{error.what_to_do}"[:500]
        _told(joint, item, "open")
        messages.notify(case, messages.JOINT_ITEM_OPEN, about=item.pk)
    else:
        item.state, item.reason = _State.BEGUN, ""
        _told(joint, item, "begun")
    item.save(update_fields=["state", "reason", "updated_at"])


def _told(joint: JointCase, item: JointItem, result: str, *, actor: Actor = SYSTEM) -> None:
    events.record(
        codes.JOINT_PART_MOVED,
        actor=actor,
        subject_id=joint.pk,
        holder_id=joint.applicant_id,
        item=item.item_version.name,
        result=result,
    )


def _drop(actor: Actor, joint: JointCase, item: JointItem, *, reason: str) -> None:
    """End an item before it began. Its draft is nobody's record and is not kept; uploads stay in the locker."""
    drafted = Case.objects.select_for_update(no_key=True).filter(joint_item=item, state=State.DRAFT)
    case = drafted.first()
    item.state, item.reason, item.case = _State.DROPPED, reason[:500], None
    item.save(update_fields=["state", "reason", "case", "updated_at"])
    if case is not None:
        drafting.erase(case)
    _told(joint, item, "dropped", actor=actor)


@transaction.atomic
def withdraw_part(actor: Actor, *, joint_id: UUID, key: str, request_key: str = "") -> JointCase:
    """Take out an item that has not begun; those that wait for it end with it, the others go on.

    One that runs as a case is withdrawn as such. Raises :class:`JointNotFound` or :class:`PartNotOpen`.
    """
    joint = drafts.lock(actor, joint_id)
    claimed = claim(actor_id=actor.account_id, action="joint_withdraw_part", request_key=request_key)
    if claimed.earlier_id:
        return _earlier(joint, claimed.earlier_id)
    item = joint.items.select_related("item_version").filter(key=key).first()
    if item is None:
        raise errors.JointNotFound
    if item.state not in {_State.WAITING, _State.OPEN}:
        raise errors.PartNotOpen(state=item.get_state_display())
    _drop(actor, joint, item, reason=_("您撤回了这一项。"))
    while _release_once(joint):
        pass
    claimed.settle(joint.pk)
    return joint


def _acting_for(actor: Actor, case: Case) -> Actor:
    """Who applied in person acts for the organisation that came of it: they represent it."""
    party = case.applicant
    is_theirs = party.kind == Party.Kind.ORGANISATION and party.organisation.legal_representative_id == actor.person_id
    return replace(actor, principal_id=party.pk) if is_theirs else actor


@transaction.atomic
def withdraw_all(actor: Actor, *, joint_id: UUID, reason: str = "", request_key: str = "") -> JointCase:
    """Withdraw every item that is not decided: what waits first, that nothing of it begins meanwhile.

    What is decided stays decided. Raises :class:`JointNotFound`, or :class:`PartNotOpen` for a draft.
    """
    joint = drafts.lock(actor, joint_id)
    claimed = claim(actor_id=actor.account_id, action="joint_withdraw", request_key=request_key)
    if claimed.earlier_id:
        return _earlier(joint, claimed.earlier_id)
    if joint.submitted_at is None:
        raise errors.PartNotOpen(state=_State.DRAFT.label)
    items = lanes(joint)
    for item in items:
        if item.state in {_State.WAITING, _State.OPEN}:
            _drop(actor, joint, item, reason=_("您撤回了这一项。"))
    for item in sorted((one for one in items if one.case_id), key=lambda one: str(one.case_id)):
        case = moves.lock(SYSTEM, item.case_id) if item.case_id else None
        if item.state == _State.BEGUN and case and case.state in TABLE[Action.WITHDRAW].sources:
            submission.withdraw(_acting_for(actor, case), case_id=case.pk, reason=reason)
    claimed.settle(joint.pk)
    return joint
