"""Tasks of reviewers: a proof that an open case relies on changed, and somebody looks into what it means there."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases import errors
from cases import events as codes
from cases.flags import CHANGED, clear
from cases.models import Branch, Case, Flag
from cases.states import State
from cases.visibility import visible_to
from common import events
from identity.actor import Actor
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_WAITING = (State.SUBMITTED, State.CORRECTING)
_RUNNING = (State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED)
SHORTEST, LONGEST = 5, 300


def tasks_for(actor: Actor) -> QuerySet[Flag]:
    """Changes this very post has to look into, oldest first: the counter before acceptance, then the posts that
    review the case and its deciders. Others than staff: none.
    """
    if not actor.is_staff:
        return Flag.objects.none()
    branches = Branch.objects.filter(case=OuterRef("case"), post=actor.post_id)
    intake = Q(case__state__in=_WAITING, case__department_id__in=actor.departments(Permission.COUNTER))
    review = Q(case__state__in=_RUNNING) & Exists(branches)
    decide = Q(case__state__in=(*_RUNNING, State.DECIDED), case__department_id__in=actor.departments(Permission.DECIDE))
    open_flags = Flag.objects.filter(resolved_at__isnull=True, handled_at__isnull=True).filter(intake | review | decide)
    return open_flags.select_related("case__item_version", "case__department").order_by("created_at", "pk")


def my_tasks_in(actor: Actor, case: Case) -> set[UUID]:
    """The flags of one case that this post may settle."""
    return set(tasks_for(actor).filter(case=case).values_list("pk", flat=True))


@transaction.atomic
def handle(actor: Actor, *, case_id: UUID, flag_id: UUID, note: str) -> Flag:
    """Say what came of looking into a change. One that only changed what a valid certificate says is settled by it;
    what is not valid, or in dispute, keeps blocking the approval until it is valid or compared again.

    Raises :class:`FlagNotFound` for a post it does not wait for and when somebody was quicker, or
    :class:`FlagNoteMissing`; then nothing changes.
    """
    said = " ".join(note.split())
    if not SHORTEST <= len(said) <= LONGEST or "\x00" in said:
        raise errors.FlagNoteMissing(fields={"note": errors.FlagNoteMissing.message})
    hold_post(actor)
    case = visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=case_id).first()
    if case is None or not tasks_for(actor).filter(pk=flag_id, case=case).exists():
        raise errors.FlagNotFound
    flag = Flag.objects.select_for_update(no_key=True).get(pk=flag_id)
    if flag.handled_at is not None or flag.resolved_at is not None:
        raise errors.FlagNotFound
    flag.handled_at, flag.note = timezone.now(), said
    flag.handled_by_id, flag.handled_post_id = actor.known_account_id, actor.post_id
    flag.save()
    events.record(
        codes.FLAG_HANDLED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        flag=str(flag.pk),
        state=flag.state,
    )
    if flag.state == CHANGED:
        clear(flag, case)
    return flag
