"""Reads about what departments are asked. Who is asked sees what was chosen for them and nothing else of the case."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases import events as codes
from cases.models import Branch, Case, CaseMaterial, OpinionAsked, OpinionFile, OpinionRequest
from cases.opinions import errors, rules
from cases.routes.queries import own_accounts
from cases.rules import is_case_number
from cases.states import State
from cases.storing import content_of as stored_content
from common import events
from common.written import Given, written
from identity.actor import Actor
from identity.models import Post, PostHolding
from identity.permissions import Permission
from identity.staff.current import current

_State = OpinionAsked.State
_REVIEWING = [PostHolding.Role.REVIEWER, PostHolding.Role.DECIDER]
FILTERS = ("todo", "late", "done")
MOST_POSTS = 1000
HAS_OPINIONS = Exists(OpinionRequest.objects.filter(case=OuterRef("pk")))


def _asked() -> QuerySet[OpinionAsked]:
    parts = ("request__department", "request__post", "request__branch__stage", "department", "post", "assignee")
    return OpinionAsked.objects.select_related(
        *parts, "escalated_to", "request__case__department__region", "request__case__item_version"
    )


def waiting_rows(actor: Actor) -> QuerySet[OpinionAsked]:
    """What waits for an answer of this very officer: of the post and nobody else's, or brought before the post."""
    if not actor.is_staff:
        return OpinionAsked.objects.none()
    mine = Q(assignee=None) | Q(assignee__in=own_accounts(actor))
    return OpinionAsked.objects.filter(_of_post(actor) & mine | Q(escalated_to=actor.post_id), state="waiting")


def _of_post(actor: Actor) -> Q:
    """What this post was asked, for who reviews there (:func:`rules.is_asked`)."""
    return Q(post=actor.post_id, department__in=actor.departments(Permission.REVIEW))


def listing(actor: Actor, *, shown: str, number: str = "", today: dt.date) -> QuerySet[OpinionAsked]:
    """What this post is asked: what waits for the officer, the most urgent first; what is late; what is settled."""
    if not actor.is_staff:
        return OpinionAsked.objects.none()
    rows = _asked()
    if shown == "done":
        rows = rows.filter(_of_post(actor) | Q(escalated_to=actor.post_id)).exclude(state="waiting")
        rows = rows.order_by("-id")
    else:
        rows = rows.filter(pk__in=waiting_rows(actor).values("pk")).order_by("due_on", "id")
        rows = rows.filter(due_on__lt=today) if shown == "late" else rows
    if number:
        rows = rows.filter(request__case__number=number) if is_case_number(number) else rows.none()
    return rows


def of_case(case: Case) -> list[OpinionAsked]:
    """Everybody who was asked about a case that :func:`cases.queries.get_case` gave, oldest question first; two
    queries where anybody was."""
    if not getattr(case, "has_opinions", True):
        return []
    rows = _asked().filter(request__case=case).prefetch_related("files", "request__papers__requirement")
    return list(rows.order_by("id"))


def get_asked(actor: Actor, asked_id: UUID) -> OpinionAsked:
    """A question put to this post, with what it shows. Raises :class:`OpinionNotFound`."""
    row = _asked().filter(pk=asked_id).first()
    if row is None or not rules.is_asked(actor, row):
        raise errors.OpinionNotFound
    return row


@dataclass(frozen=True, slots=True)
class Shown:
    """What who is asked sees of a case: chosen answers (key → value) and papers that can be opened now."""

    case: Case
    answers: dict[str, object]
    papers: list[CaseMaterial]


def open_asked(actor: Actor, asked_id: UUID) -> tuple[OpinionAsked, Shown]:
    """A question with what it shows; the look is recorded, with the fields. Nothing is shown once it is settled.

    Raises :class:`OpinionNotFound`.
    """
    row = get_asked(actor, asked_id)
    request, case = row.request, row.request.case
    if row.state != _State.WAITING:
        return row, Shown(case, {}, [])
    answers = {key: (case.answers.get(key) or {}).get("value") for key in request.fields if key in case.answers}
    papers = list(_openable(request.papers.all()))
    events.record(
        codes.OPINION_READ,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        number=case.number or "",
        fields=list(answers),
    )
    return row, Shown(case, answers, papers)


def _openable(papers: QuerySet[CaseMaterial]) -> QuerySet[CaseMaterial]:
    rows = papers.filter(grant__isnull=False, grant__ends_at__isnull=True)
    return rows.filter(
        Q(document__isnull=False) | ~Q(certificate__file="") & Q(certificate__isnull=False)
    ).select_related("requirement", "certificate", "document__verified_department", "document__verified_post", "grant")


def showable_papers(case: Case) -> list[CaseMaterial]:
    """The papers of a case that can be shown to who is asked (one query)."""
    return list(_openable(CaseMaterial.objects.filter(case=case)).order_by("requirement__order", "id"))


def paper_of(actor: Actor, asked_id: UUID, material_id: UUID) -> tuple[OpinionAsked, CaseMaterial]:
    """A paper that a waiting question shows. Raises :class:`OpinionNotFound` for any other."""
    row = get_asked(actor, asked_id)
    paper = _openable(row.request.papers.all()).filter(pk=material_id).first()
    if row.state != _State.WAITING or paper is None:
        raise errors.OpinionNotFound
    return row, paper


def file_of(actor: Actor, asked_id: UUID, file_id: UUID, *, case: Case | None = None) -> OpinionFile:
    """A file of an answer: for who was asked, or, with ``case`` from :func:`cases.queries.get_case`, for who may see
    that case. Raises :class:`OpinionNotFound`."""
    row = OpinionFile.objects.select_related("asked__request__case").filter(pk=file_id, asked_id=asked_id).first()
    if row is None or not actor.is_staff:
        raise errors.OpinionNotFound
    if row.asked.request.case_id != case.pk if case else not rules.is_asked(actor, row.asked):
        raise errors.OpinionNotFound
    return row


def content_of(row: OpinionFile) -> bytes:
    """The file as it was kept; raises :class:`FileGone` when it was destroyed."""
    return stored_content(row.file)


def posts_to_ask(actor: Actor) -> list[Post]:
    """Posts of other departments that somebody holds now with the right to review, by department (one query)."""
    held = current(PostHolding.objects.filter(role__in=_REVIEWING, account__is_active=True))
    posts = Post.objects.filter(is_active=True, department__is_active=True, pk__in=held.values("post"))
    posts = posts.exclude(department=actor.department_id).select_related("department")
    return list(posts.order_by("department__region__code", "department__name", "name")[:MOST_POSTS])


def colleagues(asked: OpinionAsked) -> list[PostHolding]:
    """Who of the asked department may take the question over (one query)."""
    held = current(PostHolding.objects.filter(role__in=_REVIEWING, account__is_active=True))
    held = held.filter(post__department_id=asked.department_id, post__is_active=True)
    rows = held.select_related("post", "account").order_by("post__name", "id")
    return [one for one in rows if (one.post_id, one.account_id) != (asked.post_id, asked.assignee_id)]


def asking_branch(actor: Actor, case: Case) -> Branch | None:
    """The open branch from which this officer would ask."""
    mine = set(own_accounts(actor))
    return next(
        (
            one
            for one in case.branches.all()
            if one.post_id == actor.post_id
            and one.state == Branch.State.OPEN
            and (one.assignee_id is None or one.assignee_id in mine)
        ),
        None,
    )


def may_ask(actor: Actor, case: Case) -> bool:
    """Whether this officer may ask others about a case: who reviews it now, and who decides it."""
    if case.state != State.IN_REVIEW:
        return False
    return asking_branch(actor, case) is not None or actor.may(Permission.DECIDE, case.department_id)


def open_names(case: Case, *, branch: Branch | None = None) -> list[str]:
    """The departments that may still answer: those a branch asked, or all there are (one query)."""
    return _still_asked(case.pk, branch.pk, of="branch") if branch else _still_asked(case.pk, of="case")


@written
def _still_asked(case_id: Given, *branch_id: Given, of: str) -> QuerySet[OpinionAsked, str]:
    rows = OpinionAsked.objects.filter(request__case=case_id, state=_State.WAITING)
    rows = rows.filter(request__branch=branch_id[0]) if of == "branch" else rows
    return rows.order_by("id").values_list("department__short_name", flat=True)


def require_settled(case: Case, *, branch: Branch | None = None) -> None:
    """Raise :class:`OpinionsOpen` while an answer may still come."""
    names = open_names(case, branch=branch)
    if names:
        raise errors.OpinionsOpen(names="、".join(names))
