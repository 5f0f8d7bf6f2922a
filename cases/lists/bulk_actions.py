"""One thing done to many cases: chosen, looked over, then done in the background, case by case.

Each case has a row. Its act and its row are one transaction, so a worker that dies loses nothing and does nothing
twice: whoever runs the job again goes on with the rows that are left (ADR 0038).
"""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases import events as codes
from cases.actions import intake, moves
from cases.lists import assigning, errors, exporting
from cases.lists.filters import WorklistFilter
from cases.lists.messages import MESSAGES, phone_of
from cases.lists.models import BulkJob, BulkRow
from cases.lists.queries import ids, versions
from cases.lists.saved import may_run
from cases.models import Case
from common import events
from common.errors import DomainError
from common.formatting import code_label
from common.jobs import after_commit
from identity import messaging
from identity.actor import Actor
from identity.models import Account
from identity.queries import actor_for
from identity.staff.current import hold
from identity.staff.errors import HoldingEnded

_Kind = BulkJob.Kind
MOST = {_Kind.ACCEPT: 1000, _Kind.NOTIFY: 1000, _Kind.EXPORT: 20_000, _Kind.ASSIGN: 1000}
_DETAILS = {
    _Kind.ACCEPT: {""},
    _Kind.NOTIFY: set(MESSAGES),
    _Kind.EXPORT: set(exporting.FORMATS),
    _Kind.ASSIGN: {""},  # to whom, the page that looks the job over asks
}
_BATCH = 50
_LONGEST = 300


@transaction.atomic
def prepare(
    actor: Actor,
    *,
    kind: str,
    detail: str = "",
    case_ids: Sequence[UUID] = (),
    chosen: WorklistFilter | None = None,
) -> BulkJob:
    """Freeze which cases a job is about: those named, or all that a filter shows now. Nothing is done yet.

    Raises :class:`NothingChosen`, or :class:`MayNotRun` for a post that does no such thing.
    """
    hold(actor)
    if (
        actor.holding_id is None
        or kind not in MOST
        or detail not in _DETAILS[BulkJob.Kind(kind)]
        or not may_run(actor, kind)
    ):
        raise errors.MayNotRun
    most = MOST[BulkJob.Kind(kind)]
    wanted = list(dict.fromkeys(case_ids)) if chosen is None else ids(actor, chosen, most=most + 1)
    known = versions(actor, wanted[: most + 1])
    shown = [key for key in wanted if key in known]
    if not shown:
        raise errors.NothingChosen
    job = BulkJob.objects.create(
        account_id=actor.known_account_id,
        holding_id=actor.holding_id,
        kind=kind,
        detail=detail,
        total=len(shown[:most]),
        is_cut=len(shown) > most,
    )
    BulkRow.objects.bulk_create(
        (BulkRow(job=job, case_id=key, case_version=known[key]) for key in shown[:most]), batch_size=1000
    )
    return job


@transaction.atomic
def start(actor: Actor, *, job_id: UUID, detail: str = "") -> BulkJob:
    """Begin a prepared job; one that assigns is told to whom (``detail``).

    Raises :class:`JobNotFound`, :class:`JobMoved`, :class:`PostChanged` or :class:`AssigneeMissing`.
    """
    hold(actor)
    job = _lock(actor, job_id)
    if job.state != BulkJob.State.PREPARED:
        raise errors.JobMoved
    if job.holding_id != actor.holding_id:
        raise errors.PostChanged
    if job.kind == _Kind.ASSIGN:
        assigning.require_assignee(actor, job, detail)
        job.detail = detail
    job.state, job.started_at = BulkJob.State.RUNNING, timezone.now()
    job.save()
    events.record(codes.BULK_STARTED, actor=actor, subject_id=job.pk, kind=job.kind, detail=job.detail, cases=job.total)
    after_commit("cases.tasks.run_bulk_job", job_id=str(job.pk))
    return job


@transaction.atomic
def undo(actor: Actor, *, job_id: UUID) -> BulkJob:
    """Take an assignment of many cases back, case by case in the background like the assignment itself; once.

    What was concluded or assigned otherwise since stays. Raises :class:`JobNotFound`, :class:`NotUndoable` or
    :class:`PostChanged`.
    """
    hold(actor)
    done = _lock(actor, job_id)
    rows = done.rows.filter(state=BulkRow.State.DONE).order_by("id")
    is_over = done.state in {BulkJob.State.DONE, BulkJob.State.STOPPED}
    if done.kind != _Kind.ASSIGN or not is_over or hasattr(done, "undoing") or not rows.exists():
        raise errors.NotUndoable
    if done.holding_id != actor.holding_id:
        raise errors.PostChanged
    job = BulkJob.objects.create(
        account_id=actor.known_account_id,
        holding_id=actor.holding_id,
        kind=_Kind.UNASSIGN,
        detail=done.detail,
        total=rows.count(),
        undoes=done,
    )
    cases = rows.values_list("case_id", "case__version")
    BulkRow.objects.bulk_create(
        (BulkRow(job=job, case_id=key, case_version=version) for key, version in cases), batch_size=1000
    )
    return start(actor, job_id=job.pk)


@transaction.atomic
def stop(actor: Actor, *, job_id: UUID) -> BulkJob:
    """Do nothing more of a job; what is done stays done. Raises :class:`JobNotFound` or :class:`JobMoved`."""
    hold(actor)
    job = _lock(actor, job_id)
    if job.state not in {BulkJob.State.PREPARED, BulkJob.State.RUNNING}:
        raise errors.JobMoved
    _end(actor, job, BulkJob.State.STOPPED, "list.stopped_by_hand")
    return job


def run(actor: Actor, *, job_id: UUID) -> BulkJob:
    """Do what is left of a job for whoever began it, in the post they began it in; safe to run again and beside
    itself. ``actor`` is the system, which runs it.
    """
    job = BulkJob.objects.get(pk=job_id)
    act = _export if job.kind == _Kind.EXPORT else _some
    try:
        while job.state == BulkJob.State.RUNNING and act(job, _acting(job)):
            job.refresh_from_db()
    except DomainError as error:  # the post ended, or the account
        return _finish(actor, job, error.code)
    return _finish(actor, job, "")


def _acting(job: BulkJob) -> Actor:
    account = Account.objects.get(pk=job.account_id)
    who = actor_for(account)
    if not account.is_active or who.holding_id != job.holding_id:
        raise HoldingEnded
    return who


def _some(job: BulkJob, who: Actor) -> bool:
    """Do some cases; tell whether there may be more."""
    left = BulkRow.objects.filter(job=job, state=BulkRow.State.TODO).order_by("id")
    keys = list(left.values_list("pk", flat=True)[:_BATCH])
    for key in keys:
        _one(job, who, key)
    BulkJob.objects.filter(pk=job.pk).update(updated_at=timezone.now())
    return bool(keys)


@transaction.atomic
def _one(job: BulkJob, who: Actor, row_id: UUID) -> None:
    """One case and its row, together. A row that another worker did meanwhile, or of a stopped job, is left."""
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("job").get(pk=row_id)
    if row.state != BulkRow.State.TODO or row.job.state != BulkJob.State.RUNNING:
        return
    act: Callable[[], object] = partial(_ACTS[BulkJob.Kind(job.kind)], who, row)
    try:
        with transaction.atomic():
            act()
        row.state = BulkRow.State.DONE
    except HoldingEnded:
        raise
    except DomainError as error:
        row.state, row.code, row.message = BulkRow.State.REFUSED, error.code, error.text[:_LONGEST]
    row.save()


def _accept(who: Actor, row: BulkRow) -> None:
    intake.accept(who, case_id=row.case_id, expected_version=row.case_version, request_key=f"bulk-{row.pk}")


def _notify(who: Actor, row: BulkRow) -> None:
    case = moves.lock(who, row.case_id)
    message = MESSAGES[row.job.detail]
    if case.state not in message.states:
        raise errors.MessageUnfit(state=code_label(case.get_state_display()))
    since = timezone.now() - errors.NotifiedLately.PAUSE
    same = BulkRow.objects.filter(case=case, state=BulkRow.State.DONE, updated_at__gte=since)
    if same.filter(job__kind=_Kind.NOTIFY, job__detail=row.job.detail).exists():
        raise errors.NotifiedLately
    phone = phone_of(case)
    if not phone:
        raise errors.NobodyToReach
    messaging.send(phone=phone, text=str(message.text) % {"number": case.number})
    events.record(
        codes.CASE_NOTIFIED,
        actor=who,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        message=row.job.detail,
        job=str(row.job_id),
    )


_ACTS: dict[BulkJob.Kind, Callable[[Actor, BulkRow], None]] = {
    _Kind.ACCEPT: _accept,
    _Kind.NOTIFY: _notify,
    _Kind.ASSIGN: assigning.assign,
    _Kind.UNASSIGN: assigning.take_back,
}


def _export(job: BulkJob, who: Actor) -> bool:
    """Write the file in one go; a worker that dies half-way begins anew, and each case is recorded as read once."""
    wanted = list(BulkRow.objects.filter(job=job).order_by("id").values_list("case_id", flat=True))
    seen: list[Case] = []
    for part in exporting.read_cases(who, wanted):
        seen.extend(part)
        BulkJob.objects.filter(pk=job.pk).update(updated_at=timezone.now())
    content = exporting.write(job.detail, exporting.lines(seen))
    with transaction.atomic():
        hold(who)
        locked = BulkJob.objects.select_for_update().get(pk=job.pk)
        if locked.state != BulkJob.State.RUNNING or locked.file:
            return False
        locked.file.save(f"list.{job.detail}", ContentFile(content), save=False)
        locked.save()
        rows = BulkRow.objects.filter(job=job, state=BulkRow.State.TODO)
        rows.filter(case__in=[case.pk for case in seen]).update(state=BulkRow.State.DONE)
        gone = case_errors.CaseNotFound()
        rows.update(state=BulkRow.State.REFUSED, code=gone.code, message=gone.text)
        subjects = [(case.pk, case.applicant_id) for case in seen]
        events.record_all(codes.CASE_EXPORTED, actor=who, subjects=subjects, job=str(job.pk))
    return False


@transaction.atomic
def _finish(actor: Actor, job: BulkJob, code: str) -> BulkJob:
    locked = BulkJob.objects.select_for_update().get(pk=job.pk)
    left = locked.rows.filter(state=BulkRow.State.TODO).exists()
    if locked.state == BulkJob.State.RUNNING and (code or not left):
        _end(actor, locked, BulkJob.State.STOPPED if code else BulkJob.State.DONE, code)
    return locked


def _end(actor: Actor, job: BulkJob, state: BulkJob.State, code: str) -> None:
    job.state, job.stopped_by, job.ended_at = state, code, timezone.now()
    job.save()
    done, refused = (job.rows.filter(state=one).count() for one in (BulkRow.State.DONE, BulkRow.State.REFUSED))
    events.record(
        codes.BULK_ENDED, actor=actor, subject_id=job.pk, kind=job.kind, done=done, refused=refused, stopped_by=code
    )


def _lock(actor: Actor, job_id: UUID) -> BulkJob:
    job = BulkJob.objects.select_for_update().filter(pk=job_id, account_id=actor.known_account_id).first()
    if job is None:
        raise errors.JobNotFound
    return job
