"""Reads of the stored findings: never a scan of the catalogue, only of what the last run kept."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from common.jobs import PATIENCE
from identity.actor import Actor
from identity.permissions import Permission
from services.lint.findings import RULES, Finding, restored
from services.models import ItemLint, LintRun


@dataclass(frozen=True, slots=True)
class Report:
    """The report of the last finished run, and how far the one under way is."""

    run: LintRun | None
    open_run: LintRun | None
    departments: list[dict[str, Any]]  # those the actor may see, worst first


def open_run() -> LintRun | None:
    """The run that has not moved for a while, to be asked for again."""
    return LintRun.objects.filter(finished_at=None, updated_at__lt=timezone.now() - PATIENCE).first()


def may_read(actor: Actor) -> bool:
    """Whether the post manages items or supervises anywhere."""
    return bool(_departments(actor))


def _departments(actor: Actor) -> frozenset[UUID]:
    return actor.departments(Permission.MANAGE_ITEMS) | actor.departments(Permission.SUPERVISE)


def report(actor: Actor) -> Report:
    """Departments by what their items ask in vain, as of the last run (two queries)."""
    seen = {str(pk) for pk in _departments(actor)} | {""}
    finished = LintRun.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
    running = LintRun.objects.filter(finished_at=None).first()
    rows = [row for row in finished.departments if row["department_id"] in seen] if finished else []
    return Report(finished, running, rows)


def ranked_items(
    actor: Actor, *, department: str = "", code: str = "", text: str = "", only_in_vain: bool = False
) -> QuerySet[ItemLint]:
    """Items of the departments the post may see, those that ask most in vain first.

    ``department`` is its name, ``code`` that of a finding, ``text`` a part of the item's name.
    """
    rows = ItemLint.objects.filter(Q(department__in=_departments(actor)) | Q(department=None))
    if not may_read(actor):
        return rows.none()
    if department:
        rows = rows.filter(department_name=department)
    if code:
        rows = rows.filter(codes__contains=[code])
    if only_in_vain:
        rows = rows.filter(in_vain__gt=0)
    if text.strip():
        rows = rows.filter(item__name__icontains=text.strip())
    return rows.filter(version=F("item__current")).select_related("item").order_by("-in_vain", "-errors", "item_id")


def findings_of(row: ItemLint) -> list[Finding]:
    """The stored findings of an item; codes of checks that no longer exist are left out."""
    return [restored(one) for one in row.findings if one["code"] in RULES]
