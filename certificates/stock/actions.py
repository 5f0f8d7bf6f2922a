"""Existing stock into the register: checked row by row, each row once, holders matched and never made up.

Only who defines the type or is entrusted with its issue vouches for its certificates (国办函〔2016〕108号 grade A).
"""

import datetime as dt
import hashlib
import itertools
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors, rules, transitions
from certificates import events as codes
from certificates.actions import HELD
from certificates.models import Certificate, CertificateType, StockImport, TypeDuty, WaitingStock
from certificates.states import Operation
from certificates.stock.reading import StockRow, Wrong, rows_of
from certificates.subjects import subject_index
from certificates.transitions import Stated
from common import events
from identity.actor import SYSTEM, Actor, ActorKind
from identity.errors import DocumentInvalid, IdNumberInvalid
from identity.models import Department, Organisation, Party, Person
from identity.permissions import Permission
from identity.persons import documents
from identity.staff.current import hold as hold_post

BATCH = 200
Report = Callable[[int, str, str], None]  # line of the file, outcome, what is wrong


def _require_source(actor: Actor, kind: CertificateType, issuer: Department) -> None:
    """Raise ``Forbidden``, or :class:`SourceNotAuthoritative` unless the issuer defines or issues the type."""
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.ISSUE_CERTIFICATE, issuer.pk)
    issues = TypeDuty.objects.filter(type=kind, right=TypeDuty.Right.ISSUE, post__department=issuer)
    if kind.definer_id != issuer.pk and not issues.exists():
        raise errors.SourceNotAuthoritative(department=issuer.name, name=kind.name)


def check_stock(actor: Actor, *, kind: CertificateType, issuer: Department, path: Path, report: Report) -> Counter[str]:
    """Tell of every row what an import would do with it, without writing anything: ``{outcome: rows}``."""
    _require_source(actor, kind, issuer)
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for line, row in rows_of(path, kind):
        outcome, problem = _judge(kind, issuer, row, seen)[:2]
        counts[outcome] += 1
        report(line, outcome, problem)
    return counts


def import_stock(
    actor: Actor,
    *,
    kind: CertificateType,
    issuer: Department,
    path: Path,
    report: Report,
    tell: Callable[[int], None] = lambda done: None,
) -> StockImport:
    """Import a file, ``BATCH`` rows in a transaction; what stopped half-way goes on where it was, by the same file.

    Wrong rows are reported and left out. ``tell`` hears how many rows are done. Raises
    :class:`SourceNotAuthoritative` or :class:`StockFileInvalid`.
    """
    _require_source(actor, kind, issuer)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    record, _made = StockImport.objects.get_or_create(
        type=kind,
        issuer=issuer,
        sha256=digest,
        defaults={"file_name": path.name[-200:], "made_by_id": actor.account_id},
    )
    seen: set[str] = set()
    for batch in _batches(rows_of(path, kind)):
        record = _import_batch(actor, record.pk, kind, issuer, batch, seen, report)
        tell(record.done)
    return _finish(actor, record)


def _batches(rows: Iterator[tuple[int, StockRow | Wrong]]) -> Iterator[list[tuple[int, StockRow | Wrong]]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


@transaction.atomic
def _import_batch(
    actor: Actor,
    record_id: UUID,
    kind: CertificateType,
    issuer: Department,
    batch: list[tuple[int, StockRow | Wrong]],
    seen: set[str],
    report: Report,
) -> StockImport:
    hold_post(actor)
    CertificateType.objects.select_for_update(no_key=True).get(pk=kind.pk)  # one import of a type at a time
    record = StockImport.objects.select_for_update().get(pk=record_id)
    counts = Counter(record.counts)
    for line, row in batch:
        if line <= record.done:
            seen.update([row.number] if isinstance(row, StockRow) else [])
            continue
        outcome, problem = _take(actor, record, kind, issuer, row, seen)
        counts[outcome] += 1
        report(line, outcome, problem)
    record.done, record.counts = max(record.done, batch[-1][0]), dict(counts)
    record.save()
    return record


@transaction.atomic
def _finish(actor: Actor, record: StockImport) -> StockImport:
    record = StockImport.objects.select_for_update().get(pk=record.pk)
    if record.finished_at is None:
        record.finished_at = timezone.now()
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


def _take(
    actor: Actor, record: StockImport, kind: CertificateType, issuer: Department, row: StockRow | Wrong, seen: set[str]
) -> tuple[str, str]:
    outcome, problem, holder = _judge(kind, issuer, row, seen)
    if outcome == "new" and isinstance(row, StockRow) and holder:
        _register(actor, record, kind, issuer, row, holder)
    elif outcome == "waiting" and isinstance(row, StockRow):
        person_index, uscc = _key_of(kind, row.holder_code)
        WaitingStock.objects.get_or_create(
            type=kind,
            issuer=issuer,
            number=row.number,
            defaults={"stock_import": record, "person_index": person_index, "uscc": uscc, "row": row.stored()},
        )
    return outcome, problem


def _judge(
    kind: CertificateType, issuer: Department, row: StockRow | Wrong, seen: set[str]
) -> tuple[str, str, Party | None]:
    """What becomes of a row: new, known (in the register already), waiting for its holder, or wrong and why."""
    if isinstance(row, Wrong):
        return "wrong", f"{row.column}：{row.problem}", None
    if row.number in seen:
        return "wrong", _("证照编号在文件里重复。"), None
    seen.add(row.number)
    person_index, uscc = _key_of(kind, row.holder_code)
    if person_index is None and not uscc:
        return "wrong", _("持证人代码不对，或者不是这类证照的持证人。"), None
    holder = _holder(person_index, uscc)
    there = Certificate.objects.filter(type=kind, issuer=issuer, number=row.number).order_by("-version").first()
    if there:
        same = holder is not None and there.holder_id == holder.pk
        return ("known", "", holder) if same else ("wrong", _("这个编号已经是别人的证照。"), holder)
    if holder is None:
        return "waiting", _("持证人还没有登记，登记后自动入库。"), None
    if "".join(holder.name.split()) != "".join(row.holder_name.split()):
        return "wrong", _("持证人名称与登记的不一致。"), holder
    if _is_doubled(kind, holder, row):
        return "wrong", _("持证人已有一张有效或者暂扣的这类证照。"), holder
    return "new", "", holder


def _key_of(kind: CertificateType, code: str) -> tuple[bytes | None, str]:
    """By what the holder is found: a person by the index of the citizen ID, an organisation by its credit code."""
    kinds = CertificateType.HolderKind
    try:
        if kind.holder_kind != kinds.ORGANISATION:
            return documents.check(documents.Kind.CITIZEN, code).index, ""
    except (IdNumberInvalid, DocumentInvalid):
        pass
    is_uscc = kind.holder_kind != kinds.PERSON and len(code) == 18 and code.isascii() and code.isalnum()
    return None, code if is_uscc else ""


def _holder(person_index: bytes | None, uscc: str) -> Party | None:
    parties = Party.objects.select_related("person", "organisation")
    if person_index is not None:
        person = Person.objects.select_related("party").filter(id_number_index=person_index).first()
        if person is None or person.locked_at:
            return None
        return parties.get(pk=person.party.merged_into_id or person.pk)
    return parties.filter(organisation__uscc=uscc).first()


def _is_doubled(kind: CertificateType, holder: Party, row: StockRow) -> bool:
    today = timezone.localdate()
    if not kind.is_single_instance or (row.valid_until and row.valid_until < today.isoformat()):
        return False
    held = Certificate.objects.filter(type=kind, holder=holder, state__in=HELD)
    return held.filter(subject_index=subject_index(kind, row.face)).exclude(valid_until__lt=today).exists()


def _register(
    actor: Actor, record: StockImport, kind: CertificateType, issuer: Department, row: StockRow, holder: Party
) -> Certificate:
    """Enter one certificate of the stock; past its last day it is entered as expired. Its file follows a look."""
    Party.objects.select_for_update(no_key=True).get(pk=holder.pk)
    until = dt.date.fromisoformat(row.valid_until) if row.valid_until else None
    ended = until is not None and until < timezone.localdate()
    certificate = Certificate.objects.create(
        identifier=rules.identifier(type_code=kind.type_code, issuer_code=issuer.uscc, serial=row.number, version=1),
        type=kind,
        number=row.number,
        holder=holder,
        issuer=issuer,
        state=Certificate.State.EXPIRED if ended else Certificate.State.VALID,
        issued_on=dt.date.fromisoformat(row.issued_on),
        valid_from=dt.date.fromisoformat(row.valid_from),
        valid_until=until,
        subject_index=subject_index(kind, row.face),
        face=row.face,
        verify_code=secrets.token_hex(16),
        file_state=Certificate.FileState.LAZY,
    )
    transitions.log(certificate, Operation.ISSUE, "", actor, Stated(reason=_("存量证照入库")))
    events.record(
        codes.STOCK_REGISTERED,
        actor=actor,
        subject_id=certificate.pk,
        holder_id=holder.pk,
        type=kind.key,
        **{"import": str(record.pk)},
    )
    return certificate


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
    outcome, _problem, holder = _judge(waiting.type, waiting.issuer, row, set())
    if outcome == "new" and holder:
        _register(SYSTEM, waiting.stock_import, waiting.type, waiting.issuer, row, holder)
    elif outcome != "known":
        waiting.save(update_fields=["updated_at"])
        return False
    waiting.delete()
    return True
