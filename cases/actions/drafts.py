"""Writes on a draft, and on a case that waits for corrections: situation, answers, materials."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import attachments, errors, evidence, prefill
from cases.actions import handover
from cases.actions.moves import lock
from cases.drafting import check_applicant, erase, new_draft, principal_of
from cases.joint.guard import require_own_way, require_unsent
from cases.joint.sharing import share, unshare
from cases.models import Case, CaseMaterial, JointItem
from cases.promises import keeping
from cases.states import FINAL_STATES, State
from cases.visibility import of_ended_organisations
from certificates.trays.actions import handing_in
from common.acts import act
from common.idempotency import claim
from common.prepared import planned
from common.written import Given, belonging, written
from identity.actor import Actor
from identity.errors import MandateOutOfScope
from identity.mandates.queries import hold
from identity.organisations.queries import require_active
from identity.persons.finding import lock_party
from services import queries as catalogue
from services.forms import Problem, StepSpec, check_answers, visible_steps
from services.pieces import alternatives_of
from services.rules import normal_situation

_Way = CaseMaterial.Way


@planned()
@act
def start_draft(actor: Actor, *, item_id: UUID, request_key: str = "") -> Case:
    """Open a draft for the party the actor acts for, or return the one that is open for this item already.

    Raises :class:`ItemNotApplicable`, :class:`WrongApplicantKind`, :class:`AssuranceTooLow`, :class:`NeedsGuardian`,
    or under a mandate :class:`MandateEnded` or :class:`MandateOutOfScope`.
    """
    scope = hold(actor)
    claimed = claim(actor_id=actor.account_id, action="start_draft", request_key=request_key)
    earlier = Case.objects.filter(pk=claimed.earlier_id).first() if claimed.earlier_id else None
    if earlier:  # none when the person has thrown that draft away since: then this is a new one
        return earlier
    item = catalogue.get_item_to_apply(item_id)
    version = item.current
    if scope and not scope.covers_item(item.code):
        raise MandateOutOfScope
    if not catalogue.is_open(item) or version is None or item.department_id is None:
        raise errors.ItemNotApplicable
    applicant = principal_of(actor)
    check_applicant(actor, version, applicant)
    lock_party(applicant.pk, no_key=True)
    case = _open_draft.one(applicant.pk, item.pk, version.pk)
    if case:
        case = _taken_over(actor, case)
    else:
        case = new_draft(actor, item_id=item.pk, version=version, applicant=applicant, department_id=item.department_id)
    claimed.settle(case.pk)
    return case


@written
def _open_draft(applicant_id: Given, item_id: Given, version_id: Given) -> QuerySet[Case]:
    drafts = Case.objects.filter(applicant_id=applicant_id, state=State.DRAFT)
    joint = Exists(JointItem.objects.filter(case=OuterRef("pk")))  # goes its way with others
    of_item = drafts.filter(~joint, item_id=item_id, item_version_id=version_id)
    return of_item.order_by()[:1]


def _taken_over(actor: Actor, found: Case) -> Case:
    """Put an open draft into this actor's hands, unless a colleague is writing on it this moment.

    The party is locked, and who writes on a draft may be waiting for it: so nobody waits for the draft here. The page
    that opens next takes it over before it shows anything.
    """
    rows = Case.objects.filter(pk=found.pk, state=State.DRAFT).order_by()
    case = rows.select_for_update(no_key=True, skip_locked=True).first()
    if case is None:
        return found
    handover.take_over(actor, case=case)
    case.save()
    return case


def _editable(
    actor: Actor,
    case_id: UUID,
    expected_version: int | None,
    *,
    corrections: bool = False,
    with_joint: bool = False,
    parts: Sequence[str] = (),
) -> Case:
    case = lock(actor, case_id, parts=parts, with_joint=with_joint)
    allowed = {State.DRAFT, State.CORRECTING} if corrections else {State.DRAFT}
    if case.state not in allowed or not actor.is_citizen:
        kind = errors.CaseClosed if case.state in FINAL_STATES else errors.MoveNotAllowed
        raise kind(state=case.get_state_display(), action=_("修改"))
    if expected_version is not None and expected_version != case.version:
        raise errors.StaleForm
    require_unsent(case)
    require_active(case.applicant)
    handover.take_over(actor, case=case)
    return case


def _save(case: Case) -> None:
    case.version += 1
    case.save()


@act
def save_situation(
    actor: Actor, *, case_id: UUID, chosen: Mapping[str, str], expected_version: int | None = None
) -> Case:
    """Store the answers to the guiding questions; fields and materials follow. Raises :class:`SituationInvalid`."""
    case = _editable(actor, case_id, expected_version, parts=("item_version",))
    case.situation = normal_situation(catalogue.situations_of(case.item_version), chosen)
    case.answers = prefill.fill(case, today=timezone.localdate())
    _save(case)
    evidence.refresh(case, today=timezone.localdate())
    return case


def save_answers(
    actor: Actor, *, case_id: UUID, step_key: str, raw: Mapping[str, Any], expected_version: int | None = None
) -> tuple[Case, dict[str, str]]:
    """Store one form page as :func:`save_page` does and return what is wrong as ``{path: message}``."""
    case, problems = save_page(actor, case_id=case_id, step_key=step_key, raw=raw, expected_version=expected_version)
    return case, {problem.path: problem.message for problem in problems}


@act
def save_page(
    actor: Actor,
    *,
    case_id: UUID,
    step_key: str,
    raw: Mapping[str, Any],
    files: Mapping[str, UploadedFile] | None = None,
    expected_version: int | None = None,
    request_key: str = "",
) -> tuple[Case, tuple[Problem, ...]]:
    """Store the good values of one form page and return what is wrong with the others: nothing is lost.

    ``files`` are uploads by field key; they go into the locker and stand for the materials that those fields name.
    """
    case = _editable(actor, case_id, expected_version, parts=("item_version",))
    steps = [step for step in visible_steps(case.item_version, case.situation) if step.key == step_key]
    return _save_steps(actor, case, steps, raw=raw, files=files or {}, request_key=request_key)


@act
def save_form(
    actor: Actor,
    *,
    case_id: UUID,
    raw: Mapping[str, Any],
    files: Mapping[str, UploadedFile] | None = None,
    expected_version: int | None = None,
    request_key: str = "",
) -> tuple[Case, tuple[Problem, ...]]:
    """Store all form pages at once, for those who fill them in on one; good values and problems as by
    :func:`save_page`.
    """
    case = _editable(actor, case_id, expected_version, parts=("item_version",))
    steps = visible_steps(case.item_version, case.situation)
    return _save_steps(actor, case, steps, raw=raw, files=files or {}, request_key=request_key)


def _save_steps(
    actor: Actor,
    case: Case,
    steps: Sequence[StepSpec],
    *,
    raw: Mapping[str, Any],
    files: Mapping[str, UploadedFile],
    request_key: str,
) -> tuple[Case, tuple[Problem, ...]]:
    if not steps:
        raise errors.CaseNotFound
    checked = check_answers(steps, raw)
    specs, values = [spec for step in steps for spec in step.fields], dict(checked.values)
    wrong = attachments.take(actor, case, specs, values=values, files=files, request_key=request_key)
    case.answers = prefill.merge_typed(case.answers, values, specs)
    _save(case)
    return case, (*checked.problems, *wrong)


@act
def replace_page(
    actor: Actor, *, case_id: UUID, step_key: str, raw: Mapping[str, Any], expected_version: int | None = None
) -> Case:
    """Store one form page whole or not at all, for programs; raises :class:`AnswersRefused` with what is wrong."""
    case, problems = save_page(actor, case_id=case_id, step_key=step_key, raw=raw, expected_version=expected_version)
    if problems:
        raise errors.AnswersRefused(problems)
    return case


@act
def set_prefill(actor: Actor, *, case_id: UUID, use: bool) -> Case:
    """Let a person refuse that what is known of them is used (values and proofs are taken out), or take it again."""
    case = _editable(actor, case_id, None)
    case.use_prefill = use
    kept = {key: answer for key, answer in case.answers.items() if answer["source"] == "typed"}
    case.answers = kept
    case.answers = prefill.fill(case, today=timezone.localdate())
    _save(case)
    evidence.refresh(case, today=timezone.localdate())
    return case


@act
def refresh_draft(actor: Actor, *, case_id: UUID) -> Case:
    """Resolve a draft's values and materials again: certificates come and go while a draft waits.

    That of an organisation which ended stays as it is, to be read.
    """
    only_to_read = of_ended_organisations(actor).filter(pk=case_id).first()
    if only_to_read is not None:
        return only_to_read
    case = _editable(actor, case_id, None)
    today = timezone.localdate()
    case.answers = prefill.fill(case, today=today)
    case.save(update_fields=["answers", "agent", "agent_account", "updated_at"])
    evidence.refresh(case, today=today)
    return case


@act
def upload_material(
    actor: Actor,
    *,
    case_id: UUID,
    material_id: UUID,
    upload: UploadedFile,
    more: Sequence[UploadedFile] = (),
    alternative: str = "",
    request_key: str = "",
) -> CaseMaterial:
    """Put a file into the locker and let it stand for one material; ``more`` are its further pages.

    ``alternative`` says which of several it is, where any is enough. Raises the upload errors or
    :class:`AlternativeUnknown`; then nothing changes.
    """
    case = _editable(actor, case_id, None, corrections=True, with_joint=True)
    row = _alternative_checked(_material(case, material_id), alternative)
    attachments.upload_row(actor, case, row, upload, more=more, alternative=alternative, request_key=request_key)
    share(actor, case, row)
    _save(case)
    return row


def _alternative_checked(row: CaseMaterial, alternative: str) -> CaseMaterial:
    if alternative and alternative not in {one.key for one in alternatives_of(row.requirement)}:
        raise errors.AlternativeUnknown(fields={"alternative": errors.AlternativeUnknown.message})
    return row


def upload_tray(
    actor: Actor, *, case_id: UUID, material_id: UUID, tray_id: UUID, alternative: str = "", request_key: str = ""
) -> CaseMaterial:
    """Hand in the pages of a tray as one document that stands for a material: both or neither.

    ``alternative`` is as in :func:`upload_material`. Raises its errors and those of
    :func:`certificates.trays.actions.handing_in`; then the tray stays as it was.
    """
    with handing_in(actor, tray_id=tray_id, target=attachments.tray_target(case_id, material_id)) as taken:
        case = _editable(actor, case_id, None, corrections=True, with_joint=True)
        row = _alternative_checked(_material(case, material_id), alternative)
        first, *more = taken.files
        attachments.upload_row(
            actor,
            case,
            row,
            first,
            more=more,
            turns=taken.turns,
            alternative=alternative,
            request_key=request_key,
        )
        share(actor, case, row)
        _save(case)
        return row


def material_for_tray(actor: Actor, *, case_id: UUID, material_id: UUID) -> CaseMaterial:
    """A material of an own case that pages may be put together for. Raises as :func:`upload_material` does."""
    with transaction.atomic():
        return _material(_editable(actor, case_id, None, corrections=True), material_id)


@planned()
@act
def promise_material(actor: Actor, *, case_id: UUID, material_id: UUID) -> CaseMaterial:
    """Take the declaration (告知承诺) instead of the proof, where the item allows it and no breach is on record.

    Raises :class:`ChoiceNotOffered` or :class:`PromiseBarred`.
    """
    case = _editable(actor, case_id, None, with_joint=True)
    row = _material(case, material_id)
    if not row.requirement.promise_text:
        raise errors.ChoiceNotOffered(name=row.name)
    keeping.require_trusted(case.applicant_id)
    attachments.choose(row, way=_Way.PROMISE, document=None, reason=_("已选择告知承诺"))
    share(actor, case, row)
    _save(case)
    return row


@planned()
@act
def defer_material(actor: Actor, *, case_id: UUID, material_id: UUID) -> CaseMaterial:
    """Promise to bring a minor material later (容缺后补), where the item allows it."""
    case = _editable(actor, case_id, None, with_joint=True)
    row = _material(case, material_id)
    if row.requirement.defer_days is None:
        raise errors.ChoiceNotOffered(name=row.name)
    attachments.choose(
        row,
        way=_Way.DEFERRED,
        document=None,
        reason=_("%(days)s 个工作日内补交") % {"days": row.requirement.defer_days},
    )
    share(actor, case, row)
    _save(case)
    return row


@act
def clear_material(actor: Actor, *, case_id: UUID, material_id: UUID) -> Case:
    """Undo a choice: the material is resolved again from what is held."""
    case = _editable(actor, case_id, None, with_joint=True)
    row = _material(case, material_id)
    others = unshare(case, row)
    for one in (row, *others):
        attachments.choose(one, way=_Way.MISSING, document=None, reason="")
        one.chosen_by_applicant = False
        one.save()
    _save(case)
    for touched in (case, *(other.case for other in others)):
        evidence.refresh(touched, today=timezone.localdate())
    return case


def _material(case: Case, material_id: UUID) -> CaseMaterial:
    for row in belonging(_material_of(case.pk, material_id), case=case):
        return row
    raise errors.MaterialNotFound


@written
def _material_of(case_id: Given, material_id: Given) -> QuerySet[CaseMaterial]:
    return CaseMaterial.objects.select_related("requirement").filter(case_id=case_id, pk=material_id).order_by()


@act
def discard_draft(actor: Actor, *, case_id: UUID) -> None:
    """Throw a draft away at its owner's wish. A draft is nobody's record yet; uploads stay in the locker."""
    case = _editable(actor, case_id, None)
    require_own_way(case)
    erase(case)
