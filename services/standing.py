"""How an item stands today and what it said before. What is decided for a day holds from that day at every read."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from identity.reviewing.states import PUBLIC_VERSIONS
from services.models import ItemVersion, ServiceItem
from services.states import LIFECYCLE, Operation, OperationState, Standing

_EARLIER = 50  # versions listed beside a guide


def as_of(item: ServiceItem, today: dt.date) -> ServiceItem:
    """Let an item, in memory only, stand as decided for ``today``, though the nightly task has not run yet.

    Costs nothing while nothing is due; two queries when something is.
    """
    if item.due_on is None or item.due_on > today:
        return item
    waiting = item.versions.filter(
        state=ItemVersion.State.APPROVED, published_at__isnull=False, effective_on__lte=today, base=item.current_id
    )
    version = waiting.select_related("result_type").order_by("-version").first()
    if version and item.state != ServiceItem.State.CANCELLED:
        version.item = item
        item.current, item.name = version, version.name
    for operation in item.operations.filter(state=OperationState.APPROVED, effective_on__lte=today):
        change = LIFECYCLE[Operation(operation.kind)]
        if item.standing in change.sources and change.target is not None:
            item.state = change.target
    if item.current and item.current.cancel_on and item.current.cancel_on <= today:
        item.state = Standing.CANCELLED
    return item


@dataclass(frozen=True, slots=True)
class Closure:
    """Why an item takes no applications: since when, why, what people do instead, and which items took its place."""

    is_paused: bool
    kind: str
    since: dt.date | None
    reason: str
    instead: str
    successors: list[ServiceItem]


def closure(item: ServiceItem) -> Closure | None:
    """Say why a paused or cancelled item takes no applications; None for one in use (no query then)."""
    if item.state == ServiceItem.State.ACTIVE:
        return None
    today = timezone.localdate()
    decided = item.operations.filter(
        Q(state=OperationState.DONE) | Q(state=OperationState.APPROVED, effective_on__lte=today)
    )
    last = decided.exclude(kind=Operation.RESUME).order_by("-effective_on", "-id").first()
    successors = last.successors.filter(current__isnull=False).order_by("name") if last else []
    return Closure(
        is_paused=item.state == ServiceItem.State.PAUSED,
        kind=last.kind if last else "",
        since=last.effective_on if last else (item.current.cancel_on if item.current else None),
        reason=last.reason if last else "",
        instead=last.instead if last else "",
        successors=list(successors),
    )


def closure_of(item: ServiceItem) -> Closure | None:
    """Say why an item takes no applications today, for an item loaded in any way; None for one in use."""
    return closure(as_of(item, timezone.localdate()))


def earlier_versions(item: ServiceItem) -> list[ItemVersion]:
    """The retired versions of an item, newest first, for the list beside its guide (one query, none for a first)."""
    if item.current is None or item.current.version == 1:
        return []
    rows = item.versions.filter(state=ItemVersion.State.RETIRED).order_by("-version")
    return list(rows.only("version", "effective_on")[:_EARLIER])


def replaced_on(version: ItemVersion) -> dt.date | None:
    """The day on which the next version took a retired one's place (one query)."""
    later = ItemVersion.objects.filter(item=version.item_id, version__gt=version.version, state__in=PUBLIC_VERSIONS)
    return later.order_by("version").values_list("effective_on", flat=True).first()


def asked_by(item: ServiceItem) -> list[tuple[str, str]]:
    """What the newest version of an item asks for: (``field:key`` or ``material:key``, name) (two queries)."""
    version = item.versions.exclude(state=ItemVersion.State.DISCARDED).order_by("-version").first()
    if version is None:
        return []
    fields = [(f"field:{one['key']}", one["label"]) for step in version.steps for one in step["fields"]]
    return [(f"material:{row.key}", row.name) for row in version.materials.all()] + fields
