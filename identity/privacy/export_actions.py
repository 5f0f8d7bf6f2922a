"""Copies of one's data: asked for, made in the background, downloaded, erased (个人信息保护法第四十五条)."""

import datetime as dt
import tempfile
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.idempotency import claim
from common.jobs import after_commit, for_each
from identity import events as codes
from identity import levels, messaging
from identity.actor import SYSTEM, Actor
from identity.mandates.queries import hold
from identity.models import DataExport, Party
from identity.privacy import archive
from identity.privacy.errors import ExportGone, ExportRunning, TooManyExports
from identity.privacy.rules import EXPORTS_PER_DAY, KEEP_EXPORT, require_own

_State = DataExport.State
_LIVE = (_State.WAITING, _State.READY)
_DAY = dt.timedelta(days=1)
_IN_MEMORY = 8 * 1024 * 1024


@transaction.atomic
def request_export(actor: Actor, *, request_key: str = "") -> DataExport:
    """Have a copy made of all data of the party one acts for; an earlier copy is erased.

    It needs the level that certificates need, since they are in it. Raises :class:`NotYourData`,
    :class:`AssuranceTooLow`, :class:`ExportRunning`, :class:`TooManyExports` or :class:`AccountClosed`.
    """
    party_id = require_own(actor)
    levels.require(actor, levels.Right.USE_CERTIFICATES)
    hold(actor)
    claimed = claim(actor_id=actor.account_id, action="request_export", request_key=request_key)
    if claimed.earlier_id:
        return DataExport.objects.get(pk=claimed.earlier_id)
    mine = DataExport.objects.filter(party_id=party_id)
    live = list(mine.filter(state__in=[_State.WAITING, _State.READY]).select_for_update())
    if any(row.state == _State.WAITING for row in live):
        raise ExportRunning
    if mine.filter(created_at__gt=timezone.now() - _DAY).count() >= EXPORTS_PER_DAY:
        raise TooManyExports(limit=EXPORTS_PER_DAY)
    for row in live:
        _erase(actor, row, why="replaced")
    try:
        with transaction.atomic():
            export = DataExport.objects.create(party_id=party_id, account_id=actor.known_account_id)
    except IntegrityError as error:  # another account of the same organisation was quicker
        raise ExportRunning from error
    events.record(codes.EXPORT_REQUESTED, actor=actor, subject_id=export.pk, holder_id=export.party_id)
    after_commit("identity.tasks.produce_export", export_id=str(export.pk))
    claimed.settle(export.pk)
    return export


def produce_file(*, export_id: UUID) -> None:
    """Make the copy and tell its owner; safe to run twice, and nothing comes of it when the account was closed."""
    export = DataExport.objects.filter(pk=export_id, state=_State.WAITING).first()
    if export is None:
        return
    party = Party.objects.select_related("person", "organisation").get(pk=export.party_id)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as made:
        archive.write(party, made)
        size = made.tell()
        made.seek(0)
        _keep(export_id, File(made), size)


@transaction.atomic
def _keep(export_id: UUID, content: "File[bytes]", size: int) -> None:
    waiting = DataExport.objects.select_for_update(of=("self",)).select_related("account__person")
    export = waiting.filter(pk=export_id, state=_State.WAITING).first()
    if export is None:
        return
    export.file.save(f"{export.pk}.zip", content, save=False)
    export.state, export.size, export.ready_at = _State.READY, size, timezone.now()
    export.expires_at = export.ready_at + KEEP_EXPORT
    export.save()
    events.record(codes.EXPORT_READY, actor=SYSTEM, subject_id=export.pk, holder_id=export.party_id, size=export.size)
    person = export.account.person
    if person and person.phone:
        text = _(
            "您要的数据已经准备好，登录后在“我的数据”里下载，%(days)s 天后自动删除。不是您本人操作的，请尽快改密码。"
        )
        messaging.send(phone=person.phone, text=text % {"days": KEEP_EXPORT.days})


@transaction.atomic
def download(actor: Actor, *, export_id: UUID) -> bytes:
    """Return the copy and record the download. Raises :class:`NotYourData` or :class:`ExportGone`."""
    hold(actor)
    export = _ready(actor, export_id)
    export.downloaded_at = timezone.now()
    export.save(update_fields=["downloaded_at", "updated_at"])
    events.record(codes.EXPORT_DOWNLOADED, actor=actor, subject_id=export.pk, holder_id=export.party_id)
    with export.file.open() as stored:
        return stored.read()


@transaction.atomic
def discard(actor: Actor, *, export_id: UUID) -> None:
    """Erase one's copy before its time. Raises :class:`NotYourData` or :class:`ExportGone`."""
    _erase(actor, _ready(actor, export_id), why="by_owner")


def _ready(actor: Actor, export_id: UUID) -> DataExport:
    """Lock a copy that whoever asked for it may have now."""
    ready = DataExport.objects.select_for_update().filter(state=_State.READY, expires_at__gt=timezone.now())
    export = ready.filter(pk=export_id, party_id=require_own(actor), account_id=actor.known_account_id).first()
    if export is None:
        raise ExportGone
    return export


@transaction.atomic
def erase_all_of(actor: Actor, *, account_id: UUID, why: str) -> int:
    """Erase every copy an account asked for, ready or being made; returns how many."""
    rows = list(DataExport.objects.filter(account_id=account_id, state__in=_LIVE).select_for_update())
    for row in rows:
        _erase(actor, row, why=why)
    return len(rows)


def erase_copies(actor: Actor, *, party_id: UUID, why: str) -> int:
    """Erase every copy about a party, ready or being made, inside the caller's transaction; returns how many."""
    rows = list(DataExport.objects.filter(party_id=party_id, state__in=_LIVE).select_for_update())
    for row in rows:
        _erase(actor, row, why=why)
    return len(rows)


def _erase(actor: Actor, export: DataExport, *, why: str) -> None:
    name, storage = export.file.name, export.file.storage
    export.state, export.file = _State.ERASED, ""
    export.save(update_fields=["state", "file", "updated_at"])
    if name:
        transaction.on_commit(lambda: storage.delete(name))
    events.record(codes.EXPORT_ERASED, actor=actor, subject_id=export.pk, holder_id=export.party_id, why=why)


def expire_due(*, now: dt.datetime) -> int:
    """Erase copies whose days are over and give up those nobody could make in a day; returns how many."""
    due = DataExport.objects.filter(state=_State.READY, expires_at__lte=now)
    stuck = DataExport.objects.filter(state=_State.WAITING, created_at__lt=now - _DAY)
    stuck.update(state=_State.FAILED, updated_at=now)
    return for_each(list(due.values_list("pk", flat=True)), _expire)


@transaction.atomic
def _expire(export_id: UUID) -> bool:
    export = DataExport.objects.select_for_update().filter(pk=export_id, state=_State.READY).first()
    if export is None:
        return False
    _erase(SYSTEM, export, why="over")
    return True
