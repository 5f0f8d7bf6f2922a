"""Existing stock into the register: checked row by row, each row once, holders matched and never made up.

Only who defines the type or is entrusted with its issue vouches for its certificates (国办函〔2016〕108号 grade A).
"""

import datetime as dt
import itertools
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import events as codes
from certificates import rules, transitions
from certificates.models import Certificate, CertificateType, StockImport, WaitingStock
from certificates.states import Operation
from certificates.stock.judging import Judged, Line, judge
from certificates.stock.reading import StockRow, rows_of
from certificates.stock.source import digest_of, require_source
from certificates.transitions import Stated
from common import events
from identity.actor import SYSTEM, Actor
from identity.models import Department, Organisation, Party, Person
from identity.staff.current import hold as hold_post

BATCH = 500
Report = Callable[[int, str, str], None]  # line of the file, outcome, what is wrong


def check_stock(actor: Actor, *, kind: CertificateType, issuer: Department, path: Path, report: Report) -> Counter[str]:
    """Tell of every row what an import would do with it, without writing anything: ``{outcome: rows}``."""
    require_source(actor, kind, issuer)
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for batch in _batches(rows_of(path, kind)):
        for one in judge(kind, issuer, batch, seen):
            counts[one.outcome] += 1
            report(one.line, one.outcome, one.problem)
    return counts


def import_stock(
    actor: Actor,
    *,
    kind: CertificateType,
    issuer: Department,
    path: Path,
    report: Report,
    tell: Callable[[int], None] = lambda done: None,
    acting: Callable[[], Actor] | None = None,
) -> StockImport:
    """Import a file, ``BATCH`` rows in a transaction; what stopped half-way goes on where it was, by the same file.

    Wrong rows are reported and left out. ``tell`` hears how many rows are done; ``acting`` gives the actor anew for
    each batch. Raises :class:`SourceNotAuthoritative` or :class:`StockFileInvalid`.
    """
    require_source(actor, kind, issuer)
    record, _made = StockImport.objects.get_or_create(
        type=kind,
        issuer=issuer,
        sha256=digest_of(path),
        defaults={"file_name": path.name[-200:], "made_by_id": actor.account_id},
    )
    seen: set[str] = set()
    for batch in _batches(rows_of(path, kind)):
        who = acting() if acting else actor
        record = _import_batch(who, record.pk, kind, issuer, batch, seen, report)
        tell(record.done)
    return _finish(actor, record)


def _batches(rows: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


@transaction.atomic
def _import_batch(
    actor: Actor,
    record_id: UUID,
    kind: CertificateType,
    issuer: Department,
    batch: list[Line],
    seen: set[str],
    report: Report,
) -> StockImport:
    """One batch with its place in the file, both or neither; rows before that place were done by an earlier run."""
    hold_post(actor)
    CertificateType.objects.select_for_update(no_key=True).get(pk=kind.pk)  # one import of a type at a time
    record = StockImport.objects.select_for_update().get(pk=record_id)
    if batch[-1][0] <= record.done:
        seen.update(row.number for _line, row in batch if isinstance(row, StockRow))
        return record
    counts = Counter(record.counts)
    ahead = []
    for line, row in batch:
        if line > record.done:
            ahead.append((line, row))
        elif isinstance(row, StockRow):
            seen.add(row.number)
    judged = judge(kind, issuer, ahead, seen, lock=True)
    _register(actor, record, kind, issuer, [one for one in judged if one.outcome == "new"])
    _let_wait(record, kind, issuer, [one for one in judged if one.outcome == "waiting"])
    for one in judged:
        counts[one.outcome] += 1
        report(one.line, one.outcome, one.problem)
    record.counts, record.done = dict(counts), batch[-1][0]
    record.save(update_fields=["counts", "done", "updated_at"])
    return record


@transaction.atomic
def _finish(actor: Actor, record: StockImport) -> StockImport:
    record = StockImport.objects.select_for_update().get(pk=record.pk)
    if record.finished_at is None:
        record.finished_at, record.state = timezone.now(), StockImport.State.DONE
        record.save()
        events.record(
            codes.STOCK_IMPORTED,
            actor=actor,
            subject_id=record.type_id,
            sha256=record.sha256,
            rows=sum(record.counts.values()),
            counts=record.counts,
        )
    return record


def _let_wait(record: StockImport, kind: CertificateType, issuer: Department, rows: list[Judged]) -> None:
    WaitingStock.objects.bulk_create(
        (
            WaitingStock(
                stock_import=record,
                type=kind,
                issuer=issuer,
                number=one.row.number,
                person_index=one.person_index,
                uscc=one.uscc,
                row=one.row.stored(),
            )
            for one in rows
            if one.row
        ),
        ignore_conflicts=True,  # it waits already, from another file
    )


def _register(
    actor: Actor, record: StockImport, kind: CertificateType, issuer: Department, rows: list[Judged]
) -> list[Certificate]:
    """Enter certificates of the stock; past their last day they are expired. A file is made when somebody looks."""
    certificates = Certificate.objects.bulk_create(
        _certificate(kind, issuer, one.row, one.holder, one.subject) for one in rows if one.row and one.holder
    )
    transitions.log_all(certificates, Operation.ISSUE, actor, Stated(reason=_("存量证照入库")))
    events.record_all(
        codes.STOCK_REGISTERED,
        actor=actor,
        subjects=[(one.pk, one.holder_id) for one in certificates],
        type=kind.key,
        **{"import": str(record.pk)},
    )
    return certificates


def _certificate(kind: CertificateType, issuer: Department, row: StockRow, holder: Party, subject: str) -> Certificate:
    until = dt.date.fromisoformat(row.valid_until) if row.valid_until else None
    ended = until is not None and until < timezone.localdate()
    return Certificate(
        identifier=rules.identifier(type_code=kind.type_code, issuer_code=issuer.uscc, serial=row.number, version=1),
        type=kind,
        type_version_id=kind.current_id,
        number=row.number,
        holder=holder,
        issuer=issuer,
        state=Certificate.State.EXPIRED if ended else Certificate.State.VALID,
        issued_on=dt.date.fromisoformat(row.issued_on),
        valid_from=dt.date.fromisoformat(row.valid_from),
        valid_until=until,
        subject_index=subject,
        face=row.face,
        verify_code=secrets.token_hex(16),
        file_state=Certificate.FileState.LAZY,
    )


def attach_waiting(*, limit: int = 200) -> int:
    """Register waiting rows whose holders are registered by now; returns how many left the queue.

    A row that does not fit its holder any more (another name, a newer certificate) stays and is looked at again
    only after the others: it is never attached to somebody else.
    """
    persons = Person.objects.filter(locked_at__isnull=True).values("id_number_index")
    organisations = Organisation.objects.values("uscc")
    waiting = WaitingStock.objects.filter(person_index__in=persons) | WaitingStock.objects.filter(
        uscc__in=organisations
    )
    ids = list(waiting.order_by("updated_at").values_list("pk", flat=True)[:limit])
    return sum(_attach(pk) for pk in ids)


@transaction.atomic
def _attach(waiting_id: UUID) -> bool:
    rows = WaitingStock.objects.select_for_update(of=("self",), skip_locked=True)
    waiting = rows.select_related("type", "issuer", "stock_import").filter(pk=waiting_id).first()
    if waiting is None:
        return False
    row = StockRow(**waiting.row)
    (judged,) = judge(waiting.type, waiting.issuer, [(0, row)], set(), lock=True)
    if judged.outcome == "new":
        _register(SYSTEM, waiting.stock_import, waiting.type, waiting.issuer, [judged])
    elif judged.outcome != "known":
        waiting.save(update_fields=["updated_at"])
        return False
    waiting.delete()
    return True
