"""销毁: what a term is over for is proposed by one person, approved by another, and gone for good.

A package goes with the files that its case alone held (机关档案管理规定, 国家档案局令第13号; 个人信息保护法第四十七条).
What is under a hold, or is still argued about, stays. See docs/adr/0047.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases import events as codes
from cases.archive import errors
from cases.archive.models import STANDING, ArchiveHold, ArchivePackage, DestructionList, DestructionRow
from cases.archive.queries import departments_of
from cases.models.case import Flag
from cases.promises.models import Breach
from common import events
from common.jobs import after_commit
from common.numbering import next_number
from identity.actor import Actor
from identity.models import Department
from identity.staff.current import hold as hold_post

MOST = 1000  # packages of one list: it is printed
_State = DestructionList.State
_SHORTEST, _LONGEST = 5, 500


def due(*departments: UUID, today: dt.date) -> QuerySet[ArchivePackage]:
    """What of departments may be destroyed: sealed, its term over, no hold standing, nothing about it open."""
    rows = ArchivePackage.objects.filter(department_id__in=departments, state=ArchivePackage.State.SEALED)
    rows = rows.filter(due_on__lte=today)
    hold = ArchiveHold.objects.filter(case=OuterRef("case_id"), state__in=STANDING)
    flag = Flag.objects.filter(case=OuterRef("case_id"), resolved_at__isnull=True, handled_at__isnull=True)
    counts = Q(state=Breach.State.PROPOSED) | Q(state=Breach.State.RECORDED, ends_on__gte=today)
    breach = Breach.objects.filter(counts, undertaking__case=OuterRef("case_id"))
    return rows.filter(~Exists(hold), ~Exists(flag), ~Exists(breach)).order_by("due_on", "id")


def due_counts(actor: Actor, *, today: dt.date) -> list[tuple[UUID, str, int]]:
    """(department, name, how many are due) of the own departments that have any, by name (one query)."""
    rows = due(*departments_of(actor), today=today).order_by("department__name")
    return list(rows.values_list("department", "department__name").annotate(number=Count("pk")))


@transaction.atomic
def propose(actor: Actor, *, department_id: UUID, reason: str, checked: bool) -> DestructionList:
    """Freeze what is due in a department as a list that somebody else has to approve; nothing is destroyed yet.

    ``checked``: the proposer looked for reviews and lawsuits about these cases. Raises :class:`ArchiveNotFound`,
    :class:`NotChecked`, :class:`HoldReasonMissing`, :class:`DestructionUnderWay` or :class:`NothingDue`.
    """
    hold_post(actor)
    if department_id not in departments_of(actor):
        raise errors.ArchiveNotFound
    said = _said(reason)
    _require_checked(checked)
    Department.objects.select_for_update(no_key=True).get(pk=department_id)  # one list after the other
    open_lists = DestructionList.objects.filter(department_id=department_id)
    if open_lists.filter(state__in=[_State.PROPOSED, _State.RUNNING]).exists():
        raise errors.DestructionUnderWay
    found = list(due(department_id, today=timezone.localdate()).values_list("pk", flat=True)[: MOST + 1])
    if not found:
        raise errors.NothingDue
    chosen = found[:MOST]
    made = DestructionList.objects.create(
        department_id=department_id,
        total=len(chosen),
        is_cut=len(found) > MOST,
        reason=said,
        proposed_by_id=actor.known_account_id,
    )
    DestructionRow.objects.bulk_create(DestructionRow(destruction=made, package_id=key) for key in chosen)
    events.record(
        codes.DESTRUCTION_PROPOSED,
        actor=actor,
        subject_id=made.pk,
        total=made.total,
        department=str(department_id),
    )
    return made


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not _SHORTEST <= len(said) <= _LONGEST or "\x00" in said:
        raise errors.HoldReasonMissing(fields={"reason": errors.HoldReasonMissing.message})
    return said


def _require_checked(checked: bool) -> None:
    if not checked:
        raise errors.NotChecked(fields={"checked": errors.NotChecked.message})


@transaction.atomic
def approve(actor: Actor, *, list_id: UUID, checked: bool, note: str = "") -> DestructionList:
    """Approve a list as the second person; it is numbered and carried out in the background.

    Raises :class:`DestructionNotFound`, :class:`DestructionMoved`, :class:`SamePerson` or :class:`NotChecked`.
    """
    made = _second(actor, list_id)
    _require_checked(checked)
    year = timezone.localdate().year
    serial = next_number(f"destruction:{made.department_id}:{year}")
    made.number = f"{made.department.uscc}-XH·{year}-{serial:04d}"
    _settle(actor, made, _State.RUNNING, note)
    after_commit("cases.tasks.destroy_archive", list_id=str(made.pk))
    return made


@transaction.atomic
def reject(actor: Actor, *, list_id: UUID, note: str) -> DestructionList:
    """Turn a list down as the second person, with the reason. Raises as :func:`approve`, or HoldReasonMissing."""
    made = _second(actor, list_id)
    try:
        said = _said(note)
    except errors.HoldReasonMissing as error:
        raise errors.HoldReasonMissing(fields={"note": errors.HoldReasonMissing.message}) from error
    return _settle(actor, made, _State.REJECTED, said)


@transaction.atomic
def withdraw(actor: Actor, *, list_id: UUID) -> DestructionList:
    """Undo a proposal before it is approved: everything stays. Raises as :func:`approve`."""
    hold_post(actor)
    made = _lock(actor, list_id)
    return _settle(actor, made, _State.WITHDRAWN, "")


def _second(actor: Actor, list_id: UUID) -> DestructionList:
    hold_post(actor)
    made = _lock(actor, list_id)
    if made.proposed_by_id in {actor.known_account_id, actor.stands_in_for}:
        raise errors.SamePerson
    return made


def _lock(actor: Actor, list_id: UUID) -> DestructionList:
    """A list of an own department that is still to be settled, locked."""
    rows = DestructionList.objects.select_for_update(of=("self",), no_key=True).select_related("department")
    made = rows.filter(pk=list_id, department_id__in=departments_of(actor)).first()
    if made is None:
        raise errors.DestructionNotFound
    if made.state != _State.PROPOSED:
        raise errors.DestructionMoved(state=made.get_state_display())
    return made


def _settle(actor: Actor, made: DestructionList, state: DestructionList.State, note: str) -> DestructionList:
    made.state, made.note = state, " ".join(note.split())[:_LONGEST]
    made.settled_by_id, made.settled_at = actor.known_account_id, timezone.now()
    made.save()
    events.record(
        codes.DESTRUCTION_SETTLED, actor=actor, subject_id=made.pk, state=str(state), number=made.number or ""
    )
    return made
