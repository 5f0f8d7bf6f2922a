"""What takes effect: a version put in force, an operation carried out, on its day. Inside the caller's transaction."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common import events
from common.jobs import after_commit, for_each
from identity.actor import SYSTEM, Actor
from identity.reviewing.states import VERSION_MOVES, VersionAction, VersionState
from services import events as codes
from services.editing import steps
from services.editing.errors import BaseMoved
from services.lint.findings import Finding
from services.lint.store import keep
from services.models import ItemOperation, ItemSuccession, ItemVersion, ServiceItem
from services.search import reindex
from services.states import LIFECYCLE, OPERATION_MOVES, Operation, OperationAction, OperationState, Standing


def put_in_force(actor: Actor, version: ItemVersion, *, findings: Sequence[Finding] | None = None) -> None:
    """Make an approved version the item's current one; the one before is kept for the cases that began on it."""
    item = version.item
    for old in item.versions.filter(state=VersionState.PUBLISHED):
        _step(actor, old, VersionAction.REPLACE)
    version.effective_on = version.effective_on or timezone.localdate()
    scheduled_by = version.published_by_id
    _step(actor, version, VersionAction.PUBLISH)
    steps.keep_planner(version, scheduled_by)
    before = item.standing
    item.current, item.name = version, version.name
    item.save()
    set_due(item)
    if before == Standing.NEW:
        _tell(actor, item, before, Operation.ADD)
    reindex([item])
    _tell_bundles(item)
    if findings is not None:
        keep(item, findings)


def _tell_bundles(item: ServiceItem) -> None:
    """Let the bundles (一件事) that name the item be checked again: their mapping may no longer fit."""
    if item.entry_id:
        after_commit("services.tasks.check_bundles_with", entry_id=str(item.entry_id))


def _step(actor: Actor, version: ItemVersion, action: VersionAction) -> None:
    steps.settle(
        actor,
        version,
        action,
        VERSION_MOVES[action].target,
        event=codes.VERSION_STEP,
        version=version.version,
        item=str(version.item_id),
    )


def _tell(actor: Actor, item: ServiceItem, before: Standing, cause: str) -> None:
    events.record(
        codes.ITEM_STANDING,
        actor=actor,
        subject_id=item.pk,
        before=before.value,
        after=item.standing.value,
        cause=str(cause),
    )


def set_due(item: ServiceItem) -> None:
    """Note the next day on which something of the item takes effect; None when nothing waits."""
    versions = item.versions.filter(state=VersionState.APPROVED, published_at__isnull=False)
    days = [
        *versions.values_list("effective_on", flat=True),
        *item.operations.filter(state=OperationState.APPROVED).values_list("effective_on", flat=True),
    ]
    if item.current and item.current.cancel_on and item.standing != Standing.CANCELLED:
        days.append(item.current.cancel_on)
    item.due_on = min((day for day in days if day), default=None)
    item.save(update_fields=["due_on", "updated_at"])


def carry_out(actor: Actor, operation: ItemOperation) -> None:
    """Do what an approved operation says to its locked item, and to those that take its place."""
    item = operation.item
    before = item.standing
    change = LIFECYCLE[Operation(operation.kind)]
    successors = list(operation.successors.select_for_update().order_by("pk"))
    for successor in successors:
        waiting = successor.versions.filter(state=VersionState.APPROVED).select_related("item").first()
        if successor.current_id is None and waiting:
            waiting.item = successor
            waiting.effective_on = min(waiting.effective_on or operation.effective_on, timezone.localdate())
            put_in_force(actor, waiting)
        ItemSuccession.objects.get_or_create(former=item, successor=successor, defaults={"operation": operation})
    if change.target is not None:
        item.state = change.target
    item.save()
    operation.done_at = timezone.now()
    steps.settle(
        actor,
        operation,
        OperationAction.TAKE_EFFECT,
        OPERATION_MOVES[OperationAction.TAKE_EFFECT].target,
        event=codes.OPERATION_STEP,
        kind=operation.kind,
        item=str(item.pk),
    )
    _tell(actor, item, before, operation.kind)
    set_due(item)
    reindex([item])
    _tell_bundles(item)


def take_effect(*, today: dt.date) -> int:
    """Nightly: carry out what was decided for today or earlier, item by item. Safe to run twice."""
    due = ServiceItem.objects.filter(due_on__lte=today).order_by("due_on", "pk").values_list("pk", flat=True)
    return for_each(list(due), lambda item_id: _take_effect(item_id, today))


@transaction.atomic
def _take_effect(item_id: UUID, today: dt.date) -> bool:
    operation = (
        ItemOperation.objects.filter(item_id=item_id, state=OperationState.APPROVED, effective_on__lte=today)
        .values_list("pk", flat=True)
        .first()
    )
    wanted = {item_id}
    if operation:  # all items at once and by id: two such tasks never wait for each other
        wanted |= set(ServiceItem.objects.filter(pk__in=_successors(operation)).values_list("pk", flat=True))
    locked = {item.pk: item for item in ServiceItem.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    item = locked[item_id]
    if item.due_on is None or item.due_on > today:
        return False
    version = (
        item.versions.filter(state=VersionState.APPROVED, published_at__isnull=False, effective_on__lte=today)
        .order_by("-version")
        .first()
    )
    if version and item.standing != Standing.CANCELLED:
        version.item = item
        _publish_or_return(version)
    if operation:
        due = ItemOperation.objects.get(pk=operation)
        due.item = item
        if due.state == OperationState.APPROVED and item.standing in LIFECYCLE[Operation(due.kind)].sources:
            carry_out(SYSTEM, due)
    _end_as_planned(item, today)
    set_due(item)
    return True


def _publish_or_return(version: ItemVersion) -> None:
    """Publish on the day; a version that an import has overtaken goes back to its author, who is told why."""
    item = version.item
    if version.base_id == item.current_id or item.current is None:
        put_in_force(SYSTEM, version)
        return
    steps.settle(
        SYSTEM,
        version,
        VersionAction.RETURN,
        VersionState.RETURNED,
        event=codes.VERSION_STEP,
        note=BaseMoved(number=item.current.version).text,
        version=version.version,
        item=str(item.pk),
    )


def _successors(operation_id: UUID) -> list[UUID]:
    through = ItemOperation.successors.through
    return list(through._default_manager.filter(itemoperation_id=operation_id).values_list("serviceitem_id", flat=True))


def _end_as_planned(item: ServiceItem, today: dt.date) -> None:
    """计划取消日期: a version approved with an end takes its item out of use on that day."""
    current = item.current
    if current is None or current.cancel_on is None or current.cancel_on > today:
        return
    if item.standing != Standing.CANCELLED:
        before = item.standing
        item.state = Standing.CANCELLED
        item.save()
        _tell(SYSTEM, item, before, Operation.CANCEL)
        reindex([item])
        _tell_bundles(item)
