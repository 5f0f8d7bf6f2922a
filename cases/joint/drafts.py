"""Writes on the draft of a joint case: begin it, fill in its pages, throw it away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases import drafting, evidence, prefill
from cases import errors as case_errors
from cases import events as codes
from cases.actions import handover
from cases.assisting.handing import begun_joint
from cases.joint import errors, rules, union
from cases.joint.queries import visible_to
from cases.models import Case, JointCase, JointItem
from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.errors import MandateOutOfScope
from identity.mandates.queries import hold
from identity.models import Department, Party
from identity.organisations.queries import require_active
from identity.persons.finding import lock_party
from services.bundles import queries as bundles
from services.bundles.planning import Plan, PlannedItem
from services.bundles.rules import all_before
from services.forms import Problem, StepSpec, check_answers
from services.models import BundleVersion
from services.queries import is_open
from services.rules import next_situation

_State = JointItem.State


@transaction.atomic
def start(
    actor: Actor, *, bundle_code: str, given: Mapping[str, str], region_code: str = "", request_key: str = ""
) -> JointCase:
    """Open a draft for all items that the answers call for, or bring the one there is in line with new answers.

    Raises :class:`BundleNotFound`, :class:`SituationInvalid`, :class:`JointUnanswered`, :class:`JointEmpty`, the
    errors of :func:`cases.drafting.check_applicant`, or for a mandate for some items only
    :class:`MandateOutOfScope`, at the counter :class:`AssistanceOver` for a bundle nobody was asked about, or
    :class:`JointStale` when a colleague begins the same this moment.
    """
    _whole_scope(actor)
    claimed = claim(actor_id=actor.account_id, action="joint_start", request_key=request_key)
    earlier = JointCase.objects.filter(pk=claimed.earlier_id).first() if claimed.earlier_id else None
    if earlier:
        return earlier
    bundle = bundles.get_offered(bundle_code)
    version = bundle.current
    assert version is not None  # offered
    region = bundles.region_of(bundle, region_code)
    content = bundles.content_of(version)
    plan = bundles.plan(content, given, region)
    if next_situation(content.questions, plan.answers) is not None:
        raise errors.JointUnanswered
    joint = _drafted(actor, version).first()  # before the party: who writes on it holds it and asks for the party
    applicant = drafting.principal_of(actor)
    joint = _again(joint) if joint else _new(actor, version, applicant, region_id=region.pk)
    joint.situation = dict(plan.answers)
    joint.region = region
    joint.save()
    _bring_in_line(actor, joint, plan, applicant)
    begun_joint(actor, joint)
    claimed.settle(joint.pk)
    return joint


def _whole_scope(actor: Actor) -> None:
    """A mandate for some items or one case does not reach a joint application."""
    scope = hold(actor)
    if scope and scope.is_limited:
        raise MandateOutOfScope


def _drafted(actor: Actor, version: BundleVersion, *, skip_locked: bool = False) -> QuerySet[JointCase]:
    """The draft of the party this actor acts for, locked."""
    drafts = JointCase.objects.filter(bundle_version=version, submitted_at__isnull=True)
    rows = drafts.filter(applicant_id=actor.principal_id).order_by()
    return rows.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)


def _again(joint: JointCase) -> JointCase:
    joint.version += 1
    return joint


def _new(actor: Actor, version: BundleVersion, applicant: Party, *, region_id: UUID) -> JointCase:
    """A draft in this actor's hands, or the one a colleague began since; with the party locked nobody waits for it."""
    lock_party(applicant.pk, no_key=True)
    begun = JointCase.objects.filter(bundle_version=version, applicant=applicant, submitted_at__isnull=True)
    if begun.exists():
        joint = _drafted(actor, version, skip_locked=True).first()
        if joint is None:
            raise errors.JointStale
        return _again(joint)
    joint = JointCase(
        bundle_version=version,
        region_id=region_id,
        applicant=applicant,
        agent_id=actor.person_id,
        agent_account_id=actor.known_account_id,
    )
    joint.save()
    events.record(codes.JOINT_STARTED, actor=actor, subject_id=joint.pk, holder_id=applicant.pk, bundle=version.name)
    return joint


def _bring_in_line(actor: Actor, joint: JointCase, plan: Plan, applicant: Party) -> None:
    """Keep the drafts of items that are still wanted, make the new ones and take out the others."""
    online = [one for one in plan.items if is_open(one.item)]
    if not online:
        raise errors.JointEmpty
    waits = {one.key: frozenset(one.waits) for one in plan.items}
    founding = [one.key for one in online if one.version.registers]
    earlier = all_before(waits)
    kept = {one.key: one for one in joint.items.select_related("case", "item_version")}
    for order, one in enumerate(plan.items):
        item = kept.pop(one.key, None)
        if item and item.item_version_id != one.version.pk:
            _remove(item)
            item = None
        item = item or JointItem(joint=joint, key=one.key, item_version=one.version)
        item.order, item.department = order, _department(one)
        item.after = sorted(one.waits)
        item.founder = "" if drafting.fits(one.version, applicant) else rules.founder_of(one.key, earlier, founding)
        item.state = _State.DRAFT if one in online else _State.OFFLINE
        if item.state == _State.DRAFT:
            item.case = _draft(actor, item, one, applicant)
        item.save()
    for left in kept.values():
        _remove(left)


def _department(one: PlannedItem) -> Department:
    if one.item.department is None:
        raise case_errors.ItemNotApplicable
    return one.item.department


def _draft(actor: Actor, item: JointItem, one: PlannedItem, applicant: Party) -> Case:
    """The item's own draft with the bundle's answers to its questions.

    One for an organisation that an earlier item brings into being is kept in the person's name until then.
    """
    if item.founder:
        drafting.check_agent(actor, one.version)
    else:
        drafting.check_applicant(actor, one.version, applicant)
    case = item.case
    if case is None:
        case = drafting.new_draft(
            actor,
            item_id=one.item.pk,
            version=one.version,
            applicant=applicant,
            department_id=_department(one).pk,
        )
    if case.situation != dict(one.situation):
        case.situation = dict(one.situation)
        case.answers = prefill.fill(case, today=timezone.localdate())
        case.save()
        evidence.refresh(case, today=timezone.localdate())
    return case


def _remove(item: JointItem) -> None:
    case = item.case
    item.delete()
    if case is not None:
        drafting.erase(case)


def editable(actor: Actor, joint_id: UUID, expected_version: int | None) -> JointCase:
    """Lock a joint draft that this actor may write on, and put it into their hands.

    Raises :class:`JointNotFound`, :class:`JointSubmitted` or :class:`JointStale`.
    """
    _whole_scope(actor)
    joint = lock(actor, joint_id)
    if joint.submitted_at is not None:
        raise errors.JointSubmitted
    if expected_version is not None and expected_version != joint.version:
        raise errors.JointStale
    require_active(joint.applicant)
    is_anothers = joint.agent_id != actor.person_id
    joint.agent_id, joint.agent_account_id = _person(actor), actor.known_account_id
    if is_anothers:
        for part in union.load(joint, lock=True).parts:
            handover.take_over(actor, case=part.case)
            part.case.save()
    return joint


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise errors.JointNotFound
    return actor.person_id


def lock(actor: Actor, joint_id: UUID) -> JointCase:
    """Lock a joint case this actor may know of; it comes before its cases. Raises :class:`JointNotFound`."""
    rows = visible_to(actor).select_related("bundle_version__bundle__department__region", "applicant__organisation")
    joint = rows.select_for_update(of=("self",), no_key=True).filter(pk=joint_id).first()
    if joint is None:
        raise errors.JointNotFound
    return joint


@transaction.atomic
def save_page(
    actor: Actor, *, joint_id: UUID, page_key: str, raw: Mapping[str, Any], expected_version: int | None = None
) -> tuple[JointCase, tuple[Problem, ...]]:
    """Store the good values of one page in every draft that asks for them; return what is wrong with the others.

    Each draft judges by its own form: what is good for one may be too long for another, and then both are told.
    """
    joint = editable(actor, joint_id, expected_version)
    whole = union.load(joint, lock=True)
    page = next((one for one in whole.pages if one.step.key == page_key), None)
    if page is None:
        raise case_errors.CaseNotFound
    problems: dict[str, Problem] = {}
    for part in whole.parts:
        specs = tuple(spec for spec in part.asked() if part.key in page.owners.get(spec.key, ()))
        if not specs:
            continue
        checked = check_answers([StepSpec(page_key, "", specs)], raw)
        part.case.answers = prefill.merge_typed(part.case.answers, checked.values, specs)
        part.case.version += 1
        part.case.save()
        for problem in checked.problems:
            problems.setdefault(problem.path, problem)
    joint.version += 1
    joint.save()
    order = [spec.key for spec in page.step.fields]
    return joint, tuple(sorted(problems.values(), key=lambda problem: order.index(problem.key)))


@transaction.atomic
def replace_page(
    actor: Actor, *, joint_id: UUID, page_key: str, raw: Mapping[str, Any], expected_version: int | None = None
) -> JointCase:
    """Store one page whole or not at all, for programs; raises :class:`AnswersRefused` with what is wrong."""
    joint, problems = save_page(actor, joint_id=joint_id, page_key=page_key, raw=raw, expected_version=expected_version)
    if problems:
        raise case_errors.AnswersRefused(problems)
    return joint


@transaction.atomic
def refresh(actor: Actor, *, joint_id: UUID) -> JointCase:
    """Resolve values and materials of all drafts again: certificates come and go while a draft waits."""
    joint = editable(actor, joint_id, None)
    today = timezone.localdate()
    for part in union.load(joint, lock=True).parts:
        part.case.answers = prefill.fill(part.case, today=today)
        part.case.save(update_fields=["answers", "agent", "agent_account", "updated_at"])
        evidence.refresh(part.case, today=today)
    return joint


@transaction.atomic
def discard(actor: Actor, *, joint_id: UUID) -> None:
    """Throw the draft away with the drafts of its items; uploads stay in the locker."""
    joint = editable(actor, joint_id, None)
    erase(joint)


def erase(joint: JointCase) -> None:
    """Delete a locked joint draft with all its drafts."""
    for item in joint.items.select_related("case"):
        _remove(item)
    joint.delete()
