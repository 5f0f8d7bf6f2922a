"""Operations on items: proposed by one person, approved by a second, in force from their day (事项动态管理)."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.formatting import action_label, code_label
from identity.actor import Actor
from identity.reviewing.states import VersionState
from identity.staff.current import hold
from services import events as codes
from services.editing import steps
from services.editing.errors import OperationExists, OperationInvalid, OperationNotFound, StepNotAllowed
from services.editing.publishing import carry_out, set_due
from services.errors import ItemNotFound
from services.models import ItemOperation, ServiceItem
from services.states import (
    LIFECYCLE,
    OPEN_OPERATIONS,
    OPERATION_MOVES,
    Operation,
    OperationAction,
    OperationState,
    Standing,
)

_NEEDS_INSTEAD = {Operation.PAUSE, Operation.CANCEL}


@transaction.atomic
def propose(
    actor: Actor,
    *,
    item_id: UUID,
    kind: Operation,
    reason: str,
    effective_on: dt.date | None = None,
    legal_basis: str = "",
    instead: str = "",
    successors: Sequence[UUID] = (),
) -> ItemOperation:
    """Propose to pause, resume, cancel, split or merge an item; nothing changes before a second person approves.

    ``instead`` tells people what to do meanwhile or instead, for the guide. Raises :class:`OperationInvalid` with
    the fields, :class:`StepNotAllowed`, :class:`OperationExists`, :class:`DateInvalid`, ``Forbidden``.
    """
    items = _lock_all(actor, {item_id, *successors})
    item = items[item_id]
    change = LIFECYCLE[kind]
    if change.by_version or item.standing not in change.sources:
        raise StepNotAllowed(state=code_label(item.standing.label), action=action_label(kind.label))
    waiting = item.operations.filter(state__in=OPEN_OPERATIONS).first()
    if waiting:
        raise OperationExists(kind=action_label(waiting.get_kind_display()))
    taking = [items[pk] for pk in dict.fromkeys(successors)]
    _check(kind, item, taking, reason=reason, instead=instead)
    operation = ItemOperation(
        item=item,
        kind=kind,
        revision=0,
        author_id=actor.account_id,
        effective_on=steps.require_day(effective_on),
        reason=reason.strip()[:1000],
        legal_basis=legal_basis.strip()[:256],
        instead=instead.strip()[:500],
    )
    _settle(actor, operation, "propose", OperationState.IN_REVIEW)
    operation.successors.set(taking)
    return operation


def _lock_all(actor: Actor, wanted: set[UUID]) -> dict[UUID, ServiceItem]:
    """Lock items by their ids, after the post they are locked under; it must manage every one of them."""
    hold(actor)
    items = {item.pk: item for item in ServiceItem.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if wanted - items.keys():
        raise ItemNotFound
    for item in items.values():
        steps.require_manager(actor, item.department_id)
    return items


def _check(kind: Operation, item: ServiceItem, taking: list[ServiceItem], *, reason: str, instead: str) -> None:
    problems: dict[str, str] = {}
    least, most = LIFECYCLE[kind].successors
    if not reason.strip():
        problems["reason"] = _("请写明理由。")
    if kind in _NEEDS_INSTEAD and not instead.strip():
        problems["instead"] = _("请写明群众现在可以怎么办，会显示在办事指南上。")
    if len(taking) < least or (most is not None and len(taking) > most):
        problems["successors"] = _need(kind, least)
    elif item in taking:
        problems["successors"] = _("不能由自己接替自己。")
    elif any(one.standing == Standing.CANCELLED for one in taking):
        problems["successors"] = _("接替的事项里有已经取消的。")
    if problems:
        raise OperationInvalid(fields=problems, problem=next(iter(problems.values())))


def _need(kind: Operation, least: int) -> str:
    if not least:
        return _("这项操作没有接替的事项。")
    if kind == Operation.MERGE:
        return _("请选定合并到哪一个事项。")
    return _("拆分至少要有 %(least)s 个接替的事项。") % {"least": least}


def _settle(actor: Actor, operation: ItemOperation, action: str, target: str, *, note: str = "") -> None:
    steps.settle(
        actor,
        operation,
        action,
        target,
        event=codes.OPERATION_STEP,
        note=note,
        kind=operation.kind,
        item=str(operation.item_id),
    )


@transaction.atomic
def review(
    actor: Actor, *, operation_id: UUID, action: OperationAction, note: str = "", expected_revision: int
) -> ItemOperation:
    """Approve, return or withdraw a proposed operation. What is approved for today takes effect at once.

    Raises :class:`SamePerson`, :class:`StaleVersion`, :class:`StepNotAllowed`, :class:`NoteMissing`, and
    :class:`OperationInvalid` while an item that is to take over has no version fit to publish.
    """
    operation = _lock(actor, operation_id)
    move = steps.check(actor, operation, action, OPERATION_MOVES, expected_revision=expected_revision)
    if move.by_system:
        raise OperationNotFound
    if action == OperationAction.RETURN:
        note = steps.require_note(note)
    if action == OperationAction.APPROVE:
        _require_ready(operation)
    _settle(actor, operation, action, move.target, note=note)
    set_due(operation.item)
    if action == OperationAction.APPROVE and operation.effective_on <= timezone.localdate():
        carry_out(actor, operation)
    return operation


def _lock(actor: Actor, operation_id: UUID) -> ItemOperation:
    known = ItemOperation.objects.filter(pk=operation_id).first()
    if known is None:
        raise OperationNotFound
    items = _lock_all(actor, {known.item_id, *known.successors.values_list("pk", flat=True)})
    operation = ItemOperation.objects.get(pk=operation_id)
    operation.item = items[known.item_id]
    return operation


def _require_ready(operation: ItemOperation) -> None:
    """The item must still be where the operation starts, and what takes over must be there to be found."""
    item, kind = operation.item, Operation(operation.kind)
    if item.standing not in LIFECYCLE[kind].sources:
        raise StepNotAllowed(state=code_label(item.standing.label), action=action_label(kind.label))
    for successor in operation.successors.all():
        has_approved = successor.versions.filter(state=VersionState.APPROVED).exists()
        if successor.standing == Standing.CANCELLED or (successor.current_id is None and not has_approved):
            problem = _("接替的“%(name)s”还没有审核通过的版本。") % {"name": successor.name}
            raise OperationInvalid(fields={"successors": problem}, problem=problem)
