"""A spreadsheet is checked first, then applied: in batches, so that a long one shows how far it got."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from common import events
from common.errors import DomainError, NotFound
from common.jobs import after_commit
from identity import events as codes
from identity.actor import Actor
from identity.models import StaffImport
from identity.queries import actor_for
from identity.staff import errors
from identity.staff.current import hold
from identity.staff.queries import managed
from identity.staff.rules import is_system
from identity.staff.sheets import checking, reading

_BATCH = 100
_KEPT_PROBLEMS = 1000
_NAME_LIMIT = 200
MOST_BYTES = reading.MOST_BYTES


def check_sheet(actor: Actor, *, content: bytes) -> checking.Plan:
    """Read and check a spreadsheet without writing anything. Raises :class:`FileUnreadable`."""
    if not is_system(actor):
        managed(actor)
    return checking.check(actor, *reading.read(content))


@transaction.atomic
def upload_sheet(actor: Actor, *, file_name: str, content: bytes) -> StaffImport:
    """Check a spreadsheet and keep it, encrypted, with the report, to be applied. Raises :class:`FileUnreadable`."""
    plan = check_sheet(actor, content=content)
    row = StaffImport(
        made_by_id=actor.account_id,
        holding_id=actor.holding_id,
        file_name="".join(letter for letter in file_name if letter.isprintable())[-_NAME_LIMIT:],
        sha256=hashlib.sha256(content).hexdigest(),
        total=len(plan.steps),
        counts=plan.counts(),
        problems=[asdict(problem) for problem in plan.problems[:_KEPT_PROBLEMS]],
    )
    row.file.save("sheet", ContentFile(content), save=False)
    row.save()
    return row


@transaction.atomic
def start_import(actor: Actor, *, import_id: UUID) -> StaffImport:
    """Have a checked spreadsheet applied in the background.

    Raises :class:`ImportMoved` when that was asked for before, :class:`ImportHasProblems` for one with wrong rows.
    """
    hold(actor)
    row = StaffImport.objects.select_for_update().filter(pk=import_id, made_by_id=actor.account_id).first()
    if row is None:
        raise NotFound
    managed(actor)
    if row.state not in {StaffImport.State.CHECKED, StaffImport.State.FAILED}:
        raise errors.ImportMoved
    if row.counts["wrong"] and row.state == StaffImport.State.CHECKED:
        raise errors.ImportHasProblems(count=row.counts["wrong"])
    row.state, row.holding_id = StaffImport.State.RUNNING, actor.holding_id
    row.save()
    after_commit("identity.tasks.apply_staff_import", import_id=str(row.pk))
    return row


def run_import(actor: Actor, *, import_id: UUID) -> StaffImport:
    """Apply a started import for whoever started it, in the post they started it in; safe to run again.

    The sheet is checked anew: what others changed meanwhile counts. ``actor`` is the system, which runs the job.
    """
    row = StaffImport.objects.select_related("made_by").get(pk=import_id)
    if row.state != StaffImport.State.RUNNING or row.made_by is None:
        return row
    account = row.made_by

    def acting() -> Actor:
        who = actor_for(account)
        if not account.is_active or who.holding_id != row.holding_id:
            raise errors.HoldingEnded
        return who

    def tell(done: int, total: int) -> None:
        StaffImport.objects.filter(pk=row.pk).update(done=done, total=total)

    try:
        problems = apply_sheet(acting(), content=row.file.read(), tell=tell, acting=acting)
    except DomainError as error:
        problems = [reading.Problem("", 0, "", error.code, error.text)]
    row.refresh_from_db()
    row.state = StaffImport.State.FAILED if problems else StaffImport.State.DONE
    row.problems = [asdict(problem) for problem in problems[:_KEPT_PROBLEMS]]
    row.counts = {**row.counts, "wrong": len(problems)}
    row.save()
    return row


def apply_sheet(
    actor: Actor,
    *,
    content: bytes,
    tell: Callable[[int, int], Any],
    acting: Callable[[], Actor] | None = None,
) -> list[reading.Problem]:
    """Apply a spreadsheet, a hundred rows in a transaction; ``tell`` hears (rows done, rows in all) after each batch.

    With any wrong row nothing is done, and the problems are returned. A row that is refused only now (somebody else
    was quicker) is returned as a problem, and the others go on. ``acting`` builds the actor anew for each batch.
    """
    plan = check_sheet(actor, content=content)
    if plan.problems:
        return plan.problems
    steps = plan.steps
    problems: list[reading.Problem] = []
    done = 0
    for batch in _batches(steps):
        who = acting() if acting else actor
        with transaction.atomic():
            hold(who)
            problems += filter(None, (_apply(who, change) for change in batch))
        done += len(batch)
        tell(done, len(steps))
    digest = hashlib.sha256(content).hexdigest()
    events.record(codes.STAFF_IMPORTED, actor=actor, subject_id=digest[:16], sha256=digest, rows=done - len(problems))
    return problems


def _batches(steps: list[checking.Change]) -> Iterator[list[checking.Change]]:
    """At most a hundred rows, of one sheet: a department opened in one batch is the actor's to fill in the next."""
    for _sheet, rows in itertools.groupby(steps, key=lambda change: change.sheet):
        while batch := list(itertools.islice(rows, _BATCH)):
            yield batch


def _apply(actor: Actor, change: checking.Change) -> reading.Problem | None:
    assert change.step is not None
    try:
        with transaction.atomic():
            change.step(actor)
    except DomainError as error:
        text = " ".join(str(value) for value in error.fields.values()) or error.text
        return reading.Problem(change.sheet, change.row, "", error.code, text)
    return None
