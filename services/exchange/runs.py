"""One import of exchange tables, from staging to the end: chunk by chunk, so that it can be gone on with."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from common import events
from common.errors import DomainError
from identity.actor import SYSTEM, Actor, ActorKind
from identity.queries import actor_for
from identity.staff.current import hold
from identity.staff.errors import HoldingEnded
from services import events as codes
from services.actions import lock_catalogue
from services.exchange import bulk, first_load, lanes, outcomes, side, staging, tables
from services.exchange.entries import take_entry
from services.exchange.export import current_names
from services.exchange.items import take_items
from services.exchange.outcomes import Problem, RowOutcome
from services.exchange.references import take_reference
from services.exchange.same import is_same_entry, is_same_reference
from services.importing import reasons
from services.models import ExchangeBatch, ExchangeRow

CHUNK = 4_000  # rows of a transaction: plain ones are written by the thousand, the others by the slice
_SLICE = 500
_WAIT = "1s"  # for those who read rows
_State = ExchangeBatch.State
_BASICS = frozenset(table.name for table in tables.BASICS)
_Head = tuple[int, str, str]  # of a row: id, table, outcome

Progress = Callable[[int, int], None]  # rows done, of how many


def digest_of(place: Path) -> str:
    """SHA-256 of a file, or of the files of a folder in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(one for one in place.iterdir() if one.is_file()) if place.is_dir() else [place]:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def import_folder(place: Path, *, is_dry_run: bool, progress: Progress) -> ExchangeBatch:
    """Import a folder (or one file) for the system. A dry run writes nothing but its report, which is returned.

    Raises :class:`ExchangeRefused` when the files cannot be used at all.
    """
    if not is_dry_run:
        first_load.make_all_again()
        batch = _begun(place)
        first_load.put_aside(batch)
        while go_on(batch.pk):
            batch.refresh_from_db()
            progress(batch.done, batch.total)
        batch.refresh_from_db()
        return batch
    with transaction.atomic():  # all in one, so that later rows see what earlier ones would have made
        batch = _begun(place)
        while go_on(batch.pk):
            batch.refresh_from_db()
            progress(batch.done, batch.total)
        batch.refresh_from_db()
        batch.dry_problems = list(problem_rows(batch).values("table", "number", "guid", "problems", "outcome")[:1000])  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return batch


@transaction.atomic
def _begun(place: Path) -> ExchangeBatch:
    digest = digest_of(place) if place.exists() else ""
    batch = ExchangeBatch.objects.create(
        kind=ExchangeBatch.Kind.IMPORT, state=_State.RUNNING, file_name=place.name[:200], sha256=digest
    )
    begin_staged(batch, place)
    events.record(codes.EXCHANGE_STARTED, actor=SYSTEM, subject_id=batch.pk, kind=batch.kind, file_sha256=digest)
    return batch


def begin_staged(batch: ExchangeBatch, place: Path) -> None:
    """Take the rows in and set the batch to its beginning; inside the caller's transaction."""
    batch.rows.all().delete()
    batch.total, batch.done, batch.counts, batch.problem = staging.stage(batch, place), 0, {}, ""
    batch.save()


def actor_of(batch: ExchangeBatch) -> Actor:
    """Whoever asked for the batch, in the post they asked in. Raises :class:`HoldingEnded`."""
    if batch.made_by is None:
        return SYSTEM
    who = actor_for(batch.made_by)
    if not batch.made_by.is_active or who.holding_id != batch.holding_id:
        raise HoldingEnded
    return who


def go_on(batch_id: UUID) -> bool:
    """Do the next chunk of a batch; False when there is none. Two workers on one batch take turns.

    While the batch is checked, the chunk's work is undone at once and only what it found is kept. Where somebody holds
    a table for long, everything is let go and the same is tried again.
    """
    try:
        return _chunk(batch_id)
    except first_load.TableBusy:
        return True


def _chunk(batch_id: UUID) -> bool:
    with transaction.atomic():
        batch = _locked(batch_id)
        if batch is None:
            return False
        if lanes.go_on(batch) or first_load.make_lookups_again(batch):
            return True
        ahead = list(_ahead(batch)[:CHUNK]) if batch.done < batch.total else []
        if ahead and lanes.divide(batch, next_table=ahead[0][1]):
            return True
        if not ahead and batch.state == _State.RUNNING:
            lock_catalogue()
            batch.last_row = batch.rows.aggregate(last=Max("id"))["last"] or 0  # what lanes took is not looked at again
            batch.save()
            if first_load.make_again(batch, bulk.index_some) or bulk.index_some():
                return True
        if not ahead:
            _finish(batch)
            return False
        if batch.state == _State.CHECKING:
            with transaction.atomic():
                counts, telling = _work(batch, ahead)
                transaction.set_rollback(True)
        else:
            counts, telling = _work(batch, ahead)
        _note(batch, ahead, counts, telling)
        if batch.done == batch.total >= first_load.LEAST:
            bulk.analyse()
    return True


def _locked(batch_id: UUID) -> ExchangeBatch | None:
    states = (_State.RUNNING, _State.CHECKING)
    batches = ExchangeBatch.objects.select_for_update(of=("self",)).select_related("made_by")
    return batches.filter(pk=batch_id, kind=ExchangeBatch.Kind.IMPORT, state__in=states).first()


def _ahead(batch: ExchangeBatch) -> QuerySet[ExchangeRow, _Head]:
    """The rows that lead, in their order: id, table and what is known of each from the file alone.

    Of a list that lanes write, those that they leave.
    """
    rows = ExchangeRow.objects.filter(batch=batch, parent="", id__gt=batch.last_row or 0).order_by("id")
    if batch.lanes.exists():
        rows = rows.filter(is_plain=False)
    return rows.values_list("id", "table", "outcome")


def _work(batch: ExchangeBatch, ahead: list[_Head]) -> tuple[Counter[str], list[ExchangeRow]]:
    """Take the rows of a chunk in their order; returns how many came out how, and those with something to tell."""
    actor = actor_of(batch)
    hold(actor)
    lock_catalogue()
    counts = Counter(outcome for _pk, _table, outcome in ahead if outcome)
    todo = {pk: table for pk, table, outcome in ahead if not outcome}
    rows = _read(pk for pk, table in todo.items() if table not in _BASICS)
    for row in rows:
        _take_shared(actor, batch, row)
    left = [pk for pk, table in todo.items() if table in _BASICS]
    if left and actor.kind == ActorKind.SYSTEM:
        settled = bulk.take_plain(actor, batch, first=ahead[0][0], last=ahead[-1][0])
        counts.update(outcome.value for pk, outcome in settled.items() if pk in todo)  # lanes took what lies between
        left = [pk for pk in left if pk not in settled]
    names = current_names() if left else side.Names()
    for start in range(0, len(left), _SLICE):
        for one in take_items(actor, batch, _read(left[start : start + _SLICE]), names):
            _say(one.row, one.outcome or RowOutcome.REJECTED, one.problems)
            rows.append(one.row)
    counts.update(row.outcome for row in rows)
    return counts, [row for row in rows if row.problems]


def _read(ids: Iterable[int]) -> list[ExchangeRow]:
    wanted = list(ids)
    return list(ExchangeRow.objects.filter(pk__in=wanted).order_by("id")) if wanted else []


def _take_shared(actor: Actor, batch: ExchangeBatch, row: ExchangeRow) -> None:
    """A place, a word of the vocabulary or a directory entry: the system's to write, for others there to be read."""
    rest = None
    if row.table != tables.REFERENCES:
        rest = ExchangeRow.objects.filter(batch=batch, parent=row.guid, table=tables.ENTRY_REST).first()
    if actor.kind != ActorKind.SYSTEM:
        told = rest.values if rest else None
        is_same = is_same_reference(row.values) if row.table == tables.REFERENCES else is_same_entry(row.values, told)
        if is_same:
            _say(row, RowOutcome.UNCHANGED, [])
            return
        _say(row, RowOutcome.REJECTED, [outcomes.BY_COMMAND_ONLY.found()])
    elif row.table == tables.REFERENCES:
        problem = _in_savepoint(lambda: take_reference(actor, row.values))
        is_kept = problem and problem.code == reasons.MAINTAINED_HERE.code
        refused = RowOutcome.KEPT if is_kept else RowOutcome.REJECTED
        _say(row, refused if problem else RowOutcome.UNCHANGED, [problem] if problem else [])
    else:
        with transaction.atomic():
            _say(row, *take_entry(actor, row.values, rest.values if rest else None))


def _in_savepoint(work: Callable[[], Problem | None]) -> Problem | None:
    with transaction.atomic():
        problem = work()
        if problem:
            transaction.set_rollback(True)
        return problem


def _say(row: ExchangeRow, outcome: RowOutcome, problems: list[Problem]) -> None:
    row.outcome = outcome.value
    row.problems = [{"code": one.code, "message": one.message} for one in problems]


def _note(batch: ExchangeBatch, ahead: list[_Head], counts: Counter[str], telling: list[ExchangeRow]) -> None:
    """Keep what became of the rows: those with something to tell on themselves, all of them as counts."""
    ExchangeRow.objects.bulk_update(telling, ["outcome", "problems"], batch_size=500)
    batch.counts = dict(Counter(batch.counts) + counts)
    batch.last_row, batch.done = ahead[-1][0], batch.done + len(ahead)
    batch.save()


def _finish(batch: ExchangeBatch) -> None:
    """Report rows that belong to nothing, drop what was taken, and close the batch (or the check of it)."""
    leading = ExchangeRow.objects.filter(batch=batch, parent="").values("guid")
    lost = ExchangeRow.objects.filter(batch=batch).exclude(parent="").exclude(parent__in=leading).filter(outcome="")
    orphan = outcomes.ORPHAN.found()
    told = [{"code": orphan.code, "message": orphan.message}]
    count = lost.update(outcome=RowOutcome.REJECTED, problems=told)
    if count:
        batch.counts = {**batch.counts, "rejected": batch.counts.get("rejected", 0) + count}
    if batch.state == _State.CHECKING:
        batch.state = _State.CHECKED
    else:
        if not (batch.lanes.exists() and _cleared(batch)):
            batch.rows.filter(problems=[]).delete()
        batch.state, batch.finished_at = _State.DONE, timezone.now()
        events.record(
            codes.EXCHANGE_FINISHED,
            actor=actor_of(batch) if batch.made_by is None else SYSTEM,
            subject_id=batch.pk,
            kind=batch.kind,
            file_sha256=batch.sha256,
            counts=batch.counts,
        )
    batch.save()


def _cleared(batch: ExchangeBatch) -> bool:
    """Empty the table of the rows of a long first load that were all taken; not where others have rows in it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not _is_all_taken(batch):
                return False
            cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
            cursor.execute("LOCK TABLE services_exchangerow IN ACCESS EXCLUSIVE MODE")
            if not _is_all_taken(batch):  # somebody took rows in until now
                return False
            cursor.execute("TRUNCATE services_exchangerow")
    except OperationalError:  # lock timeout
        return False
    return True


def _is_all_taken(batch: ExchangeBatch) -> bool:
    """Whether the table holds rows of this batch alone, and nothing is to be told of any."""
    rows = ExchangeRow.objects
    return not (
        rows.filter(batch__lt=batch.pk).exists()
        or rows.filter(batch__gt=batch.pk).exists()
        or problem_rows(batch).exists()
    )


def problem_rows(batch: ExchangeBatch) -> QuerySet[ExchangeRow]:
    """Rows of a batch about which there is something to tell, in the order of the files."""
    return batch.rows.exclude(problems=[]).order_by("id")


def fail(batch_id: UUID, error: DomainError) -> None:
    """Close a batch that cannot go on, with the reason."""
    states = (_State.WAITING, _State.CHECKING, _State.RUNNING)
    ExchangeBatch.objects.filter(pk=batch_id, state__in=states).update(
        state=_State.FAILED, problem=f"{error.text} {error.what_to_do}"[:1000], updated_at=timezone.now()
    )
