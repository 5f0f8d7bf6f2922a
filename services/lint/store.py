"""Stored findings: kept when a version is published, and refreshed over the whole catalogue by a job."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from common import events
from common.errors import Forbidden
from common.jobs import after_commit
from identity.actor import Actor, ActorKind
from identity.permissions import Permission
from services import events as codes
from services.descriptions import PREFETCH
from services.lint.findings import Finding
from services.lint.run import check_versions, load_around
from services.models import ItemLint, ItemVersion, LintRun, ServiceItem
from services.states import Standing

_CHUNK = 200
_COLUMNS = (
    "version",
    "department",
    "department_name",
    "in_vain",
    "waived",
    "errors",
    "warnings",
    "codes",
    "findings",
    "updated_at",
)


def keep(item: ServiceItem, findings: Sequence[Finding]) -> None:
    """Store what was found in the item's current version, in place of what was found before."""
    if item.current:
        _write([_row(item, item.current, findings)])


def _row(item: ServiceItem, version: ItemVersion, findings: Sequence[Finding]) -> ItemLint:
    asked = [finding for finding in findings if finding.rule.asks_in_vain]
    return ItemLint(
        item=item,
        version=version,
        department_id=item.department_id,
        department_name=item.department_name,
        in_vain=sum(not finding.is_waived for finding in asked),
        waived=sum(finding.is_waived for finding in asked),
        errors=sum(finding.is_error for finding in findings),
        warnings=sum(not finding.rule.is_error for finding in findings),
        codes=sorted({finding.code for finding in findings}),
        findings=[finding.stored() for finding in findings],
        updated_at=timezone.now(),
    )


def _write(rows: list[ItemLint]) -> None:
    ItemLint.objects.bulk_create(rows, update_conflicts=True, unique_fields=["item"], update_fields=_COLUMNS)


@transaction.atomic
def start_run(actor: Actor) -> LintRun:
    """Ask for a check of the whole catalogue, or join the one that is under way.

    Needs :attr:`Permission.MANAGE_ITEMS` or :attr:`Permission.SUPERVISE` anywhere, or the system.
    """
    may = actor.departments(Permission.MANAGE_ITEMS) or actor.departments(Permission.SUPERVISE)
    if actor.kind != ActorKind.SYSTEM and not may:
        raise Forbidden
    try:
        with transaction.atomic():
            run = LintRun.objects.create(started_by_id=actor.account_id, total=_items().count())
    except IntegrityError:  # one at a time: this one is as good
        return LintRun.objects.get(finished_at=None)
    events.record(codes.LINT_RUN_STARTED, actor=actor, subject_id=run.pk)
    after_commit("services.tasks.check_catalogue", run_id=str(run.pk))
    return run


def _items() -> Any:
    return ServiceItem.objects.filter(current__isnull=False).exclude(state=Standing.CANCELLED)


def go_on(run_id: UUID) -> bool:
    """Check the next items of a run; False when it is finished. Two workers on one run take turns."""
    around = load_around()
    with transaction.atomic():
        run = LintRun.objects.select_for_update().filter(pk=run_id, finished_at=None).first()
        if run is None:
            return False
        items = _items().filter(pk__gt=run.last_item) if run.last_item else _items()
        chunk = list(
            items.select_related("current__directory_version", "entry__current")
            .prefetch_related(*(f"current__{name}" for name in PREFETCH))
            .order_by("pk")[:_CHUNK]
        )
        if not chunk:
            _finish(run)
            return False
        versions = []
        for item in chunk:
            if item.current:
                item.current.item = item
                versions.append(item.current)
        found = check_versions(versions, around)
        _write([_row(version.item, version, found[version.pk]) for version in versions])
        run.last_item = chunk[-1].pk
        run.done += len(chunk)
        run.save()
        return True


def _finish(run: LintRun) -> None:
    ItemLint.objects.filter(Q(item__state=Standing.CANCELLED) | ~Q(version=F("item__current"))).delete()
    run.departments = department_ranks()
    run.finished_at = timezone.now()
    run.total = max(run.total, run.done)
    run.save()


def department_ranks() -> list[dict[str, Any]]:
    """Departments by what their items ask in vain, most first (one grouped query, for the end of a run)."""
    rows = (
        ItemLint.objects.values("department_id", "department_name")
        .annotate(
            items=Count("pk"),
            in_vain=Sum("in_vain"),
            waived=Sum("waived"),
            errors=Sum("errors"),
            warnings=Sum("warnings"),
        )
        .order_by("-in_vain", "-errors", "department_name")
    )
    return [{**row, "department_id": str(row["department_id"] or "")} for row in rows]
