"""Reads of the cases room, each starting from :func:`cases.visibility.visible_to`."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from cases import clock, errors
from cases import events as codes
from cases.fees.glances import GLANCES
from cases.models import Branch, Case, CaseMaterial, FeeNotice, Flag, JointItem, Notice
from cases.opinions import queries as opinions
from cases.proceedings import queries as proceedings
from cases.renewing import is_too_late
from cases.routes import queries as routes
from cases.routes import rules
from cases.routes.queries import is_recused
from cases.states import FINAL_STATES, OF_BRANCH, OPEN_STATES, TABLE, Action, By, State, moves_from
from cases.visibility import find_to_change, of_ended_organisations, visible_to
from certificates import grants, stamping
from certificates.models import Document, Grant
from certificates.queries import read_document, read_file
from common import events
from common.rows import only
from common.workdays import UnknownYear, WorkCalendar, for_region
from identity.actor import Actor
from identity.permissions import Permission
from identity.sso.scopes import Scope as ClientScope
from services.codes import ProjectType
from services.models import ItemVersion


def get_case(actor: Actor, case_id: UUID) -> Case:
    """Return a case with all that its page shows, in a fixed number of queries; raises :class:`CaseNotFound`.

    A staff member's look at somebody's case is recorded.
    """
    case = _whole(visible_to(actor)).filter(pk=case_id).first()
    if case is None and actor.is_citizen:
        case = _whole(of_ended_organisations(actor)).filter(pk=case_id).first()
    if case is None:
        raise errors.CaseNotFound
    if actor.is_staff:
        events.record(
            codes.CASE_READ, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=case.number or ""
        )
    return case


def get_case_to_change(actor: Actor, case_id: UUID) -> Case:
    """Return a citizen's case as far as a form needs it that was sent: without what its page shows (one query).

    Raises :class:`CaseNotFound`.
    """
    if not actor.is_citizen:
        raise errors.CaseNotFound
    case = find_to_change(actor, case_id)
    if case is None:
        ended = of_ended_organisations(actor).select_related("item_version", "joint_item")
        case = only(ended.filter(pk=case_id))
    if case is None:
        raise errors.CaseNotFound
    return case


def _whole(cases: QuerySet[Case]) -> QuerySet[Case]:
    return (
        cases.annotate(
            fee_glances=GLANCES,
            has_opinions=opinions.HAS_OPINIONS,
            has_hearing=proceedings.HAS_HEARING,
            has_experts=proceedings.HAS_EXPERTS,
        )
        .select_related(
            "item",
            "item_version__result_type",
            "department__region",
            "applicant__person",
            "applicant__organisation",
            "certificate",
            "agent",
            *("extension", "joint_item", "delivery", "signature", "consultation"),
        )
        .prefetch_related(
            Prefetch("materials", CaseMaterial.objects.select_related(*_MATERIAL_PARTS)),
            Prefetch("branches", Branch.objects.select_related(*_BRANCH_PARTS)),
            Prefetch("notices", Notice.objects.select_related("service")),
            "events",
            "route_entries",
            Prefetch(
                "flags",
                Flag.objects.filter(resolved_at__isnull=True).select_related("handled_post"),
                to_attr="open_flags",
            ),
        )
    )


_BRANCH_PARTS = ["stage", "department", "post", "assignee", "escalated_to"]
_MATERIAL_PARTS = ["requirement", "certificate__type", "certificate__issuer", "document__verified_department"]
_MATERIAL_PARTS += ["document__verified_post", "grant", "undertaking__breach"]


def department_case(actor: Actor, number: str) -> Case:
    """A submitted case of the caller's own department by its number, for a department's system; the look is recorded.

    Raises :class:`CaseNotFound` for any other, and for a caller without the scope.
    """
    case = None
    if (
        actor.is_client
        and actor.department_id
        and ClientScope.CASES_STATUS in actor.client_scopes
        and "\x00" not in number
    ):
        own = Case.objects.filter(department_id=actor.department_id).exclude(state=State.DRAFT)
        case = own.select_related("item_version", "department").filter(number=number).first()
    if case is None:
        raise errors.CaseNotFound
    events.record(codes.STATUS_READ, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=number)
    return case


def item_names(actor: Actor, case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of the items of visible cases, by case id (one query)."""
    return dict(visible_to(actor).filter(pk__in=list(case_ids)).values_list("pk", "item_version__name"))


def own_cases(actor: Actor, *, state: str = "", alone: bool = False) -> QuerySet[Case]:
    """A citizen's cases and drafts, newest first; ``state`` is drafts, correcting, open, closed or empty for all.
    Drafts within a joint case are listed as that; ``alone`` leaves out its submitted cases too."""
    cases = visible_to(actor).select_related("item_version", "department")
    cases = cases.exclude(_IN_OWN_JOINT if alone else _IN_OWN_JOINT & Q(state=State.DRAFT) & ~_OPEN_PART)
    if not actor.is_citizen:
        return cases.none()
    if state == "drafts":
        return cases.filter(state=State.DRAFT)
    if state == "correcting":
        return cases.filter(state=State.CORRECTING)
    if state == "open":
        return cases.filter(state__in=OPEN_STATES)
    if state == "closed":
        return cases.exclude(state__in=[*OPEN_STATES, State.DRAFT])
    return cases


# Under a joint case of the same party: that one is listed, and leads to them. Open parts are any other draft again.
_IN_OWN_JOINT = Q(joint_item__isnull=False, joint_item__joint__applicant=F("applicant"))
_OPEN_PART = Q(joint_item__state=JointItem.State.OPEN)


def on_earlier_versions(actor: Actor, version: ItemVersion) -> list[Case]:
    """The citizen's drafts and running cases for an item that began on another version than this one (one query)."""
    if not actor.is_citizen:
        return []
    cases = visible_to(actor).filter(item=version.item_id).exclude(item_version=version).exclude(state__in=FINAL_STATES)
    return list(cases.select_related("item_version").order_by("-id")[:10])


def find_by_number(number: str) -> Case | None:
    """Find a case by number for the public progress page, which shows no personal data."""
    return Case.objects.select_related("item_version", "department").filter(number=number.strip()).first()


def notices_without_file(*, before: dt.datetime, limit: int = 200) -> list[UUID]:
    """List notices issued before a moment whose PDF is not there yet, oldest first."""
    waiting = Notice.objects.filter(file="", created_at__lt=before).order_by("created_at")
    return list(waiting.values_list("pk", flat=True)[:limit])


def decided_before(moment: dt.datetime, *, limit: int = 200) -> list[UUID]:
    """List cases decided before a moment that are not closed yet; those whose fee is not paid wait for that."""
    waiting = Case.objects.filter(state=State.DECIDED, decided_at__lt=moment).order_by("decided_at")
    waiting = waiting.exclude(fee_notices__state=FeeNotice.State.UNPAID)
    return list(waiting.values_list("pk", flat=True)[:limit])


def waiting_parts(actor: Actor) -> tuple[Q, Q, Q]:
    """What waits for this very post: intake, an open branch of it, or a case whose branches are all done.
    No case is in two of them: deciding waits until no branch is open.
    """
    open_branches = Branch.objects.filter(case=OuterRef("pk"), state=Branch.State.OPEN)
    intake = Q(state=State.SUBMITTED, department_id__in=actor.departments(Permission.COUNTER))
    review = Q(Exists(open_branches.filter(routes.waiting_for(actor))), state=State.IN_REVIEW)
    departments = actor.departments(Permission.DECIDE)
    decide = Q(~Exists(open_branches), state=State.IN_REVIEW, department_id__in=departments)
    return intake, review, decide


def waiting_for(actor: Actor) -> Q:
    """What waits for this very post, as one condition."""
    intake, review, decide = waiting_parts(actor)
    return intake | review | decide


def actions_for(actor: Actor, case: Case) -> list[Action]:
    """The actions this actor can take on this case now, by the state table and the post's permissions."""
    if actor.is_citizen:
        return [one for one in moves_from(case.state, By.APPLICANT) if not is_too_late(case, one)]
    if not actor.is_staff:
        return []
    return [action for action in moves_from(case.state, By.STAFF) if _may(actor, case, action)]


def _may(actor: Actor, case: Case, action: Action) -> bool:
    if is_too_late(case, action):
        return False
    condition = _CONDITIONS.get(action)
    if condition and not condition(actor, case):
        return False
    permission = TABLE[action].permission
    return action in OF_BRANCH or permission is None or actor.may(permission, case.department_id)


def _corrections_asked(case: Case) -> int:
    return sum(notice.kind == Notice.Kind.CORRECTION for notice in case.notices.all())


_CONDITIONS: dict[Action, Callable[[Actor, Case], bool]] = {
    Action.REVIEW: lambda actor, case: routes.open_branch_for(actor, case) is not None,
    Action.ASK_CORRECTION: lambda _, case: _corrections_asked(case) == 0,
    Action.ASK_CORRECTION_AGAIN: lambda _, case: _corrections_asked(case) == 1,
    Action.DECIDE_AT_ONCE: lambda _, case: case.item_version.project_type == ProjectType.INSTANT,
    Action.EXTEND: lambda _, case: getattr(case, "extension", None) is None,
    Action.APPROVE: lambda actor, case: rules.may_approve(list(case.branches.all())) and not is_recused(actor, case),
    Action.REFUSE: lambda actor, case: rules.may_refuse(list(case.branches.all())) and not is_recused(actor, case),
    **routes.CONDITIONS,
    **proceedings.CONDITIONS,
    Action.ASK_OPINION: opinions.may_ask,
}


def may_see_originals(actor: Actor, case: Case) -> bool:
    """Whether the actor may compare copies with originals: the counter, the reviewers and the deciders of a case."""
    if not actor.is_staff or case.state in FINAL_STATES:
        return False
    handles = any(actor.may(right, case.department_id) for right in _HANDLING)
    return handles or any(branch.post_id == actor.post_id for branch in case.branches.all())


_HANDLING = (Permission.COUNTER, Permission.REVIEW, Permission.DECIDE)


def verified_material(actor: Actor, *, case_id: UUID, material_id: UUID) -> CaseMaterial:
    """A material whose copy somebody verified, for an officer who may compare copies of this case.

    Raises :class:`CaseNotFound` or :class:`MaterialNotFound`.
    """
    case = visible_to(actor).filter(pk=case_id).first()
    if case is None:
        raise errors.CaseNotFound
    parts = ("requirement", "document__verified_department", "document__verified_post")
    rows = CaseMaterial.objects.filter(case=case, pk=material_id, document__grade=Document.Grade.B)
    row = rows.select_related("case", *parts).first()
    if row is None or not may_see_originals(actor, case):
        raise errors.MaterialNotFound
    return row


def uses_of(actor: Actor, document: Document) -> QuerySet[CaseMaterial]:
    """Where a document is or was used, among the cases the actor may know of, newest case first."""
    uses = CaseMaterial.objects.filter(document=document, case__in=visible_to(actor))
    return uses.select_related("case__item_version", "requirement").order_by("-case__created_at")


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both lamps of a case; ``problem`` says why there is no reading."""

    promise: clock.Reading
    statute: clock.Reading
    problem: str = ""


def clocks(case: Case, *, today: dt.date | None = None, calendar: WorkCalendar | None = None) -> Clocks:
    """Read both clocks of a case. Lists pass one ``calendar`` for all rows."""
    day = today or timezone.localdate()
    none = clock.Reading(None, None, clock.Lamp.NONE)
    if case.accepted_on is None or case.state not in OPEN_STATES:
        return Clocks(none, none)
    version = case.item_version
    paused = case.state == State.SUSPENDED and case.renewal_ends_on is None  # a term ends all the same
    try:
        days = calendar or for_region(case.department.region.code)
        return Clocks(
            _read(case.promise_due_on, version.promise_days, version.promise_unit, days, day, paused),
            _read(case.statutory_due_on, version.statutory_days, version.statutory_unit, days, day, paused),
        )
    except UnknownYear as error:
        return Clocks(none, none, problem=error.text)


def intake_clock(case: Case, *, today: dt.date | None = None, calendar: WorkCalendar | None = None) -> clock.Reading:
    """Read how long a case may still wait for an answer: five working days, then it counts as accepted (第三十二条)."""
    none = clock.Reading(None, None, clock.Lamp.NONE)
    if case.state != State.SUBMITTED or case.received_on is None:
        return none
    days = calendar or for_region(case.department.region.code)
    try:
        due = days.add(case.received_on, clock.SILENCE_DAYS)
        return clock.read(due, clock.Limit(clock.SILENCE_DAYS), days, today or timezone.localdate())
    except UnknownYear:
        return none


def _read(
    due: dt.date | None, days: int | None, unit: str, calendar: WorkCalendar, today: dt.date, paused: bool
) -> clock.Reading:
    limit = clock.Limit(days or 0, working=unit == "W")
    return clock.read(due, limit, calendar, today, paused=paused)


def open_evidence(actor: Actor, *, case_id: UUID, material_id: UUID) -> tuple[str, bytes]:
    """Return (media type, content) of a material's file for somebody who may see the case.

    Staff look under the case's grant, and the look is recorded as a disclosure; without an open grant there is
    nothing to see. Raises :class:`CaseNotFound` or :class:`MaterialNotFound`.
    """
    case = visible_to(actor).filter(pk=case_id).first()
    if case is None:
        raise errors.CaseNotFound
    material = CaseMaterial.objects.select_related(
        "certificate", "document__verified_department", "document__verified_post", "grant"
    ).filter(case=case, pk=material_id)
    found = material.first()
    if found is None or (found.certificate is None and found.document is None):
        raise errors.MaterialNotFound
    return read_material(actor, case, found)


def read_material(actor: Actor, case: Case, found: CaseMaterial) -> tuple[str, bytes]:
    """The file of a material that the caller may see; staff look under the case's grant, and a copy is stamped.

    Raises :class:`MaterialNotFound` for staff without an open grant.
    """
    if actor.is_staff:
        _use_grant(actor, found.grant, case)
    if found.certificate:
        return "application/pdf", read_file(actor, found.certificate)
    document: Document = found.document  # type: ignore[assignment]
    content = read_document(actor, document)
    if actor.is_staff:
        words = stamping.words(document, purpose=f"办理{case.number}")
        content = stamping.stamp(content, document.media_type, words)
    return document.media_type, content


def _use_grant(actor: Actor, grant: Grant | None, case: Case) -> None:
    if grant is None or grant.ends_at is not None:
        raise errors.MaterialNotFound
    grants.use(actor, grant=grant, operation="file", holder_id=case.applicant_id)
