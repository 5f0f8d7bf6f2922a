"""Existing stock by upload: kept encrypted, checked in the background, read, then imported with progress and resume."""

import csv
import datetime as dt
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from certificates import errors
from certificates import events as codes
from certificates.models import CertificateType, StockImport, TypeDuty
from certificates.stock.actions import check_stock, import_stock
from certificates.stock.source import require_source
from common import events
from common.errors import DomainError
from common.formatting import code_label
from common.jobs import after_commit
from identity.actor import Actor
from identity.models import Department
from identity.permissions import Permission
from identity.queries import actor_for
from identity.staff.current import hold
from identity.staff.errors import HoldingEnded

MOST_BYTES = 20 * 2**20  # by upload; the command takes ten times as much
_SUFFIXES = (".csv", ".xlsx")
_State = StockImport.State
_STARTS = (_State.CHECKED, _State.FAILED)
OUTCOMES = ("new", "known", "waiting", "wrong")


def imports(actor: Actor) -> QuerySet[StockImport]:
    """The imports of the departments where the post issues certificates, newest first."""
    rows = StockImport.objects.select_related("type", "issuer", "made_by")
    return rows.filter(issuer_id__in=actor.departments(Permission.ISSUE_CERTIFICATE))


def get_import(actor: Actor, stock_id: UUID) -> StockImport:
    """One of :func:`imports`; raises :class:`StockNotFound`."""
    found = imports(actor).filter(pk=stock_id).first()
    if found is None:
        raise errors.StockNotFound
    return found


def issuers(actor: Actor) -> QuerySet[Department]:
    """The departments that the post issues for."""
    return Department.objects.filter(pk__in=actor.departments(Permission.ISSUE_CERTIFICATE)).select_related("region")


def types_of(departments: Iterable[UUID]) -> QuerySet[CertificateType]:
    """The types that one of these departments vouches for: it defines them, or a post of it issues them."""
    ids = list(departments)
    duties = TypeDuty.objects.filter(right=TypeDuty.Right.ISSUE, post__department_id__in=ids)
    return CertificateType.objects.filter(Q(definer_id__in=ids) | Q(pk__in=duties.values("type_id"))).order_by("name")


@transaction.atomic
def upload_stock(
    actor: Actor, *, kind: CertificateType, issuer: Department, file_name: str, chunks: Iterable[bytes]
) -> StockImport:
    """Keep a file to be checked in the background; nothing enters the register. The same file again is the same row.

    Raises ``Forbidden``, :class:`SourceNotAuthoritative` or :class:`StockFileInvalid`.
    """
    hold(actor)
    require_source(actor, kind, issuer)
    name = "".join(letter for letter in Path(file_name).name if letter.isprintable())[-200:]
    if Path(name).suffix.lower() not in _SUFFIXES:
        raise errors.StockFileInvalid(problem=_("只能导入 CSV 或者 XLSX 文件。"))
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            raise errors.StockFileInvalid(
                problem=_("超过 %(most)s MB，请分成几份，或者由管理员用命令导入。") % {"most": MOST_BYTES // 2**20}
            )
    if not content:
        raise errors.StockFileInvalid(problem=_("文件是空的。"))
    digest = hashlib.sha256(content).hexdigest()
    CertificateType.objects.select_for_update(no_key=True).get(pk=kind.pk)  # two uploads of one file at once
    row = StockImport.objects.filter(type=kind, issuer=issuer, sha256=digest).first()
    if row and (row.state == _State.DONE or (row.file and not _is_unread(row))):
        return row
    row = row or StockImport(type=kind, issuer=issuer, sha256=digest)
    row.file_name, row.made_by_id, row.holding_id = name, actor.account_id, actor.holding_id
    row.state, row.problem = _State.CHECKING, ""
    if not row.file:
        row.file.save("stock", ContentFile(bytes(content)), save=False)
    row.save()
    events.record(codes.STOCK_UPLOADED, actor=actor, subject_id=kind.pk, sha256=digest, size=len(content))
    after_commit("certificates.tasks.check_stock_file", stock_id=str(row.pk))
    return row


def check_uploaded(*, stock_id: UUID) -> None:
    """The job of an upload: judge every row, keep the report. Safe to run twice."""
    row = _of(stock_id, _State.CHECKING)
    if row is None:
        return
    lines = io.StringIO()
    report = csv.writer(lines)
    report.writerow([_("行"), _("结果"), _("说明")])
    try:
        with _unpacked(row) as path:
            counts = check_stock(
                _actor_of(row),
                kind=row.type,
                issuer=row.issuer,
                path=path,
                report=lambda line, outcome, problem: report.writerow([line, outcome_label(outcome), problem]),
            )
    except DomainError as error:
        _fail(row, error)
        return
    row.report.save("report", ContentFile(("\ufeff" + lines.getvalue()).encode()), save=False)
    row.total, row.state = sum(counts.values()), _State.CHECKED
    if not row.done:
        row.counts = dict(counts)
    row.save()


@transaction.atomic
def start_stock(actor: Actor, *, stock_id: UUID) -> StockImport:
    """Have a checked file imported in the background; rows that are wrong stay out. Raises :class:`StockMoved`."""
    hold(actor)
    get_import(actor, stock_id)
    row = StockImport.objects.select_for_update(of=("self",)).select_related("type", "issuer").get(pk=stock_id)
    require_source(actor, row.type, row.issuer)
    if not may_start(row):
        raise errors.StockMoved(state=code_label(row.get_state_display()))
    if not row.done:
        row.counts = {}
    row.state, row.problem, row.made_by_id, row.holding_id = _State.RUNNING, "", actor.account_id, actor.holding_id
    row.save()
    after_commit("certificates.tasks.import_stock_file", stock_id=str(row.pk))
    return row


def may_start(row: StockImport) -> bool:
    """Whether a file can be imported, or what is left of it: somebody could read what its rows would become."""
    return row.state in _STARTS and bool(row.file) and not _is_unread(row)


def _is_unread(row: StockImport) -> bool:
    """Whether the check itself failed, so that nobody knows what its rows would become."""
    return row.state == _State.FAILED and not row.report


def run_stock(*, stock_id: UUID) -> None:
    """The job of an import: goes on where a lost worker stopped, in the post it was started in. Safe to run twice."""
    row = _of(stock_id, _State.RUNNING)
    if row is None:
        return
    try:
        with _unpacked(row) as path:
            import_stock(
                _actor_of(row),
                kind=row.type,
                issuer=row.issuer,
                path=path,
                report=lambda line, outcome, problem: None,
                acting=lambda: _actor_of(row),
            )
    except DomainError as error:
        _fail(row, error)
        return
    _drop_file(StockImport.objects.get(pk=row.pk))


def lost_imports(*, before: dt.datetime) -> list[tuple[UUID, str]]:
    """(id, state) of uploads whose job was lost with its worker: nothing moved since ``before``."""
    rows = StockImport.objects.filter(state__in=(_State.CHECKING, _State.RUNNING), updated_at__lt=before)
    return list(rows.exclude(file="").values_list("pk", "state"))


def forget_uploads(*, before: dt.datetime) -> int:
    """Erase files that were checked and never imported, with their reports; returns how many."""
    rows = StockImport.objects.filter(state__in=_STARTS, updated_at__lt=before).exclude(file="", report="")
    old = list(rows)
    for row in old:
        _drop_file(row)
        if row.report:
            row.report.delete(save=False)
        row.save()
    return len(old)


def outcome_label(outcome: str) -> str:
    """What becomes of a row, in words."""
    return {
        "new": _("入库"),
        "known": _("已在库"),
        "waiting": _("等持证人登记"),
        "wrong": _("有误"),
    }[outcome]


def problem_lines(row: StockImport, *, most: int) -> list[tuple[int, str, str]]:
    """The first rows of the report that are not simply taken: (line, outcome in words, what is wrong)."""
    if not row.report:
        return []
    with row.report.open("rb") as stored:
        lines = csv.reader(io.StringIO(stored.read().decode("utf-8-sig")))
    next(lines, None)
    plain = {outcome_label("new"), outcome_label("known")}
    found: list[tuple[int, str, str]] = []
    for line, outcome, problem in lines:
        if outcome not in plain:
            found.append((int(line), outcome, problem))
        if len(found) == most:
            break
    return found


def read_report(actor: Actor, row: StockImport) -> bytes:
    """The whole report as CSV; recorded. Raises :class:`StockNotFound` while there is none."""
    if not row.report:
        raise errors.StockNotFound
    events.record(codes.STOCK_REPORT_READ, actor=actor, subject_id=row.type_id, sha256=row.sha256)
    with row.report.open("rb") as stored:
        return stored.read()


def _of(stock_id: UUID, state: str) -> StockImport | None:
    rows = StockImport.objects.select_related("type__current", "issuer__region", "made_by")
    return rows.filter(pk=stock_id, state=state).first()


def _actor_of(row: StockImport) -> Actor:
    """Whoever asked, in the post they asked in. Raises :class:`HoldingEnded`."""
    if row.made_by is None:
        raise HoldingEnded
    who = actor_for(row.made_by)
    if not row.made_by.is_active or who.holding_id != row.holding_id:
        raise HoldingEnded
    return who


@contextmanager
def _unpacked(row: StockImport) -> Iterator[Path]:
    """The stored file in the clear, for as long as it is read."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"stock{Path(row.file_name).suffix.lower()}"
        with row.file.open("rb") as stored:
            path.write_bytes(stored.read())
        yield path


def _fail(row: StockImport, error: DomainError) -> None:
    StockImport.objects.filter(pk=row.pk).exclude(state=_State.DONE).update(
        state=_State.FAILED, problem=f"{error.text}{error.what_to_do}"[:500]
    )


def _drop_file(row: StockImport) -> None:
    """The bytes are personal data that nobody needs once they are in the register."""
    if row.file:
        row.file.delete(save=False)
        row.save(update_fields=["file", "updated_at"])
