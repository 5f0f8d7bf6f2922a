"""Exchange at the workbench: a file is uploaded and checked, its report read, then applied; exports made to download.

The work itself is done by jobs, in the post in which it was asked for, and goes on after a worker was lost.
"""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.errors import DomainError, Forbidden
from common.jobs import PATIENCE, after_commit
from identity.actor import Actor
from identity.permissions import Permission
from identity.staff.current import hold
from services import events as codes
from services.exchange import outcomes, reading, runs
from services.exchange.errors import BatchMoved, BatchNotFound, ExportRunning, ExportTooLarge, FileUnfit
from services.exchange.export import export_catalogue
from services.exchange.sinks import FORMATS
from services.models import ExchangeBatch, ServiceItem

MOST_BYTES = 50 * 2**20  # a stored file is sealed as a whole; longer ones go by the command
MOST_ITEMS = 50_000
_SUFFIXES = (".jsonl", ".csv", ".xlsx", ".zip")
_State, _Kind = ExchangeBatch.State, ExchangeBatch.Kind


def may_exchange(actor: Actor) -> bool:
    """Whether the post manages items anywhere."""
    return bool(actor.departments(Permission.MANAGE_ITEMS))


def batches(actor: Actor) -> QuerySet[ExchangeBatch]:
    """The account's own batches, newest first; others know of none."""
    if not may_exchange(actor):
        return ExchangeBatch.objects.none()
    return ExchangeBatch.objects.filter(made_by_id=actor.account_id)


def get_batch(actor: Actor, batch_id: UUID) -> ExchangeBatch:
    """Return one of one's own batches; raises :class:`BatchNotFound`."""
    batch = batches(actor).filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    return batch


@transaction.atomic
def upload(actor: Actor, *, file_name: str, chunks: Iterable[bytes]) -> ExchangeBatch:
    """Keep a file to be checked in the background; nothing is changed. Raises :class:`FileUnfit` or ``Forbidden``."""
    _require(actor)
    name = "".join(letter for letter in Path(file_name).name if letter.isprintable())[-200:]
    if Path(name).suffix.lower() not in _SUFFIXES:
        raise FileUnfit(file=name, problem=_("只能导入 .jsonl、.csv、.xlsx 文件，或者装着它们的 .zip"))
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            raise FileUnfit(file=name, problem=_("超过 50 MB，请分几次导入，或者由管理员用命令导入"))
    if not content:
        raise FileUnfit(file=name, problem=_("文件是空的"))
    batch = _batch(actor, _Kind.IMPORT, name, _State.WAITING)
    batch.sha256 = hashlib.sha256(content).hexdigest()
    batch.file.save("tables", ContentFile(bytes(content)), save=False)
    batch.save()
    _tell(actor, batch)
    after_commit("services.tasks.check_exchange", batch_id=str(batch.pk))
    return batch


def _require(actor: Actor) -> None:
    if not may_exchange(actor):
        raise Forbidden
    hold(actor)


def _batch(actor: Actor, kind: str, name: str, state: str) -> ExchangeBatch:
    return ExchangeBatch(
        kind=kind, state=state, file_name=name, made_by_id=actor.account_id, holding_id=actor.holding_id
    )


def _tell(actor: Actor, batch: ExchangeBatch) -> None:
    events.record(codes.EXCHANGE_STARTED, actor=actor, subject_id=batch.pk, kind=batch.kind, file_sha256=batch.sha256)


def check(*, batch_id: UUID) -> None:
    """The job of an upload: take the rows in, try them out, keep the report. Safe to run twice."""
    try:
        _stage(batch_id)
        while runs.go_on(batch_id):
            pass
    except DomainError as error:
        runs.fail(batch_id, error)


@transaction.atomic
def _stage(batch_id: UUID) -> None:
    batch = ExchangeBatch.objects.select_for_update().filter(pk=batch_id, state=_State.WAITING).first()
    if batch is None:
        return
    with tempfile.TemporaryDirectory() as place:
        runs.begin_staged(batch, _unpacked(batch, Path(place)))
    batch.state = _State.CHECKING
    batch.save()


def _unpacked(batch: ExchangeBatch, place: Path) -> Path:
    """Put the stored file, or what it is an archive of, into a folder. Raises :class:`FileUnfit`."""
    stored = place / f"upload{Path(batch.file_name).suffix.lower()}"
    stored.write_bytes(batch.file.read())
    if stored.suffix != ".zip":
        named = place / Path(batch.file_name).name
        return stored.rename(named)
    reading.check_archive(stored)
    folder = place / "tables"
    folder.mkdir()
    try:
        with zipfile.ZipFile(stored) as packed:
            for part in packed.infolist():
                name = Path(part.filename).name
                if name and not part.is_dir() and not name.startswith("."):
                    _unpack(packed, part, folder / name)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise FileUnfit(file=batch.file_name, problem=_("不是完好的 ZIP 文件")) from error
    return folder


def _unpack(packed: zipfile.ZipFile, part: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file, no more of it than its heading says."""
    left = part.file_size
    with packed.open(part) as source, target.open("wb") as out:
        while left > 0 and (chunk := source.read(min(left, 1 << 20))):
            out.write(chunk)
            left -= len(chunk)


@transaction.atomic
def start(actor: Actor, *, batch_id: UUID) -> ExchangeBatch:
    """Have a checked import applied in the background; rows that were refused stay out. Raises :class:`BatchMoved`."""
    _require(actor)
    batch = (
        ExchangeBatch.objects.select_for_update()
        .filter(pk=batch_id, made_by_id=actor.account_id, kind=_Kind.IMPORT)
        .first()
    )
    if batch is None:
        raise BatchNotFound
    if batch.state != _State.CHECKED:
        raise BatchMoved(state=batch.get_state_display())
    first = batch.rows.order_by("id").values_list("id", flat=True).first() or 1
    in_file = Q(values={}) | Q(problems__contains=[{"code": outcomes.GUID_REPEATED.code}])  # known from the file alone
    batch.rows.exclude(in_file).update(outcome="", problems=[])
    batch.state, batch.done, batch.last_row, batch.counts = _State.RUNNING, 0, first - 1, {}
    batch.holding_id = actor.holding_id
    batch.save()
    after_commit("services.tasks.run_exchange", batch_id=str(batch.pk))
    return batch


def run(*, batch_id: UUID) -> None:
    """The job of an import or an export: do what is left of it. Safe to run twice."""
    kind = ExchangeBatch.objects.filter(pk=batch_id).values_list("kind", flat=True).first()
    try:
        if kind == _Kind.EXPORT:
            _produce(batch_id)
        elif kind:
            while runs.go_on(batch_id):
                pass
    except DomainError as error:
        runs.fail(batch_id, error)


@transaction.atomic
def request_export(actor: Actor, *, file_format: str) -> ExchangeBatch:
    """Have the whole catalogue written to an archive in the background.

    Raises :class:`ExportRunning` while one's own is being made, :class:`ExportTooLarge`, or ``Forbidden``.
    """
    _require(actor)
    if file_format not in FORMATS:
        raise FileUnfit(file=file_format[:20], problem=_("没有这种格式"))
    if batches(actor).select_for_update().filter(kind=_Kind.EXPORT, state=_State.RUNNING).exists():
        raise ExportRunning
    total = ServiceItem.objects.filter(current__isnull=False)[: MOST_ITEMS + 1].count()
    if total > MOST_ITEMS:
        raise ExportTooLarge(most=MOST_ITEMS)
    batch = _batch(actor, _Kind.EXPORT, f"catalogue-{timezone.localdate():%Y%m%d}-{file_format}.zip", _State.RUNNING)
    batch.format, batch.total = file_format, total
    batch.save()
    _tell(actor, batch)
    after_commit("services.tasks.run_exchange", batch_id=str(batch.pk))
    return batch


def _produce(batch_id: UUID) -> None:
    """Write the archive and keep it; the last of two workers finds it done."""
    batch = ExchangeBatch.objects.filter(pk=batch_id, state=_State.RUNNING).select_related("made_by").first()
    if batch is None:
        return
    runs.actor_of(batch)

    def tell(done: int, total: int) -> None:
        ExchangeBatch.objects.filter(pk=batch_id).update(done=done, total=total, updated_at=timezone.now())

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tables"
        folder.mkdir()
        export_catalogue(folder, file_format=batch.format, batch=batch.pk.hex, progress=tell)
        archive = Path(place) / "archive.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(folder.iterdir()):
                packed.write(file, file.name)
        _keep(batch_id, archive)


@transaction.atomic
def _keep(batch_id: UUID, archive: Path) -> None:
    batch = ExchangeBatch.objects.select_for_update().filter(pk=batch_id, state=_State.RUNNING).first()
    if batch is None:
        return
    batch.sha256 = runs.digest_of(archive)
    with archive.open("rb") as stream:
        batch.file.save("export.zip", File(stream), save=False)
    batch.state, batch.finished_at, batch.counts = _State.DONE, timezone.now(), {"exported": batch.done}
    batch.save()
    events.record(
        codes.EXCHANGE_FINISHED,
        actor=runs.actor_of(batch),
        subject_id=batch.pk,
        kind=batch.kind,
        file_sha256=batch.sha256,
        counts=batch.counts,
    )


def waiting(*, limit: int = 20) -> list[tuple[UUID, bool]]:
    """Batches that have not moved for a while, and whether they are still to be checked: to be asked for again."""
    states = (_State.WAITING, _State.CHECKING, _State.RUNNING)
    rows = ExchangeBatch.objects.filter(state__in=states, updated_at__lt=timezone.now() - PATIENCE)
    return [(pk, state != _State.RUNNING) for pk, state in rows.values_list("pk", "state")[:limit]]
