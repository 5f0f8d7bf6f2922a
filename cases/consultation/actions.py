"""Writes of a thread. Everybody locks the case first, so one message comes after the other."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases import events as codes
from cases import messages
from cases.actions import moves
from cases.consultation import errors, queries, rules
from cases.consultation.models import Consultation, ConsultationFile, ConsultationMessage
from cases.models import Case
from cases.states import FINAL_STATES, State
from cases.uploading import cleaned
from certificates.uploads import CheckedFile
from common import events
from common.errors import Forbidden
from common.idempotency import claim
from common.jobs import for_each
from identity.actor import SYSTEM, Actor
from identity.models import Party

_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_Side, _State = ConsultationMessage.Side, Consultation.State


def ask(
    actor: Actor, *, case_id: UUID, text: str, uploads: Sequence[UploadedFile] = (), request_key: str = ""
) -> ConsultationMessage:
    """Ask something about one's case; the same ``request_key`` twice asks once.

    Raises :class:`CaseNotFound`, :class:`ConsultationClosed`, :class:`TooManyQuestions`, :class:`TextMissing`,
    :class:`TooManyFiles` or the upload errors.
    """
    if not actor.is_citizen:
        raise case_errors.CaseNotFound
    queries.require_known(actor, case_id)
    words, files = _words(text), _files(uploads)
    with transaction.atomic():
        return _ask(actor, case_id, words, files, request_key)


def _ask(
    actor: Actor, case_id: UUID, words: str, files: Sequence[CheckedFile], request_key: str
) -> ConsultationMessage:
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="ask_about_case", request_key=request_key)
    if claimed.earlier_id:
        return ConsultationMessage.objects.get(pk=claimed.earlier_id)
    now = timezone.now()
    thread = Consultation.objects.filter(case=case).first()
    if not rules.may_ask(case, thread, today=timezone.localdate()):
        raise errors.ConsultationClosed
    thread = thread or Consultation(case=case, department_id=case.department_id, asked_at=now, open_questions=0)
    if thread.open_questions >= rules.MOST_OPEN:
        raise errors.TooManyQuestions(limit=rules.MOST_OPEN)
    if thread.open_questions == 0:
        thread.asked_at, thread.due_on = now, rules.due_day(case, timezone.localdate(now))
    thread.state = _State.WAITING
    thread.open_questions += 1
    message = _write(actor, thread, _Side.APPLICANT, words, files)
    _record(codes.QUESTION_ASKED, actor, case, message)
    claimed.settle(message.pk)
    return message


def answer(
    actor: Actor,
    *,
    case_id: UUID,
    text: str,
    uploads: Sequence[UploadedFile] = (),
    request_key: str = "",
    expected_version: int | None = None,
) -> ConsultationMessage:
    """Answer what is asked; all open questions count as answered, and the applicant is told.

    Raises :class:`ConsultationNotFound`, :class:`Forbidden`, :class:`ConsultationClosed`, :class:`AnsweredMeanwhile`
    (``expected_version`` is not the thread's any more), :class:`TextMissing`, :class:`TooManyFiles` or the upload
    errors.
    """
    queries.require_answerable(actor, case_id)
    words, files = _words(text), _files(uploads)
    with transaction.atomic():
        return _answer(actor, case_id, words, files, request_key, expected_version)


def _answer(
    actor: Actor,
    case_id: UUID,
    words: str,
    files: Sequence[CheckedFile],
    request_key: str,
    expected_version: int | None,
) -> ConsultationMessage:
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="answer_about_case", request_key=request_key)
    if claimed.earlier_id:
        return ConsultationMessage.objects.get(pk=claimed.earlier_id)
    thread = Consultation.objects.filter(case=case).first()
    if thread is None:
        raise errors.ConsultationNotFound
    if not queries.may_answer(actor, case):
        raise Forbidden
    if thread.state == _State.CLOSED:
        raise errors.ConsultationClosed
    if expected_version is not None and expected_version != thread.version:
        raise errors.AnsweredMeanwhile
    thread.state, thread.answered_at = _State.ANSWERED, timezone.now()
    thread.open_questions, thread.due_on = 0, None
    message = _write(actor, thread, _Side.STAFF, words, files)
    _record(codes.QUESTION_ANSWERED, actor, case, message)
    messages.notify(case, messages.QUESTION_ANSWERED, occasion=str(message.pk))
    claimed.settle(message.pk)
    return message


def _words(text: str) -> str:
    words = text.strip()
    if not words or len(words) > rules.LONGEST:
        raise errors.TextMissing(fields={"text": errors.TextMissing.message})
    return words


def _files(uploads: Sequence[UploadedFile]) -> list[CheckedFile]:
    """Open the files and write them anew, before anything is locked."""
    if len(uploads) > rules.MOST_FILES:
        refusal = errors.TooManyFiles(limit=rules.MOST_FILES)
        raise errors.TooManyFiles(limit=rules.MOST_FILES, fields={"attachments": refusal.text})
    return [cleaned(upload) for upload in uploads]


def _write(
    actor: Actor, thread: Consultation, side: str, words: str, files: Sequence[CheckedFile]
) -> ConsultationMessage:
    thread.version += 1
    thread.save()
    message = ConsultationMessage.objects.create(
        consultation=thread, side=side, account_id=actor.known_account_id, author=actor.history_label, text=words
    )
    for order, found in enumerate(files, start=1):
        row = ConsultationFile(message=message, order=order, name=found.name)
        row.media_type, row.sha256 = found.media_type, found.sha256
        row.file.save(f"{message.pk}-{order}.{_SUFFIX[found.media_type]}", ContentFile(found.content), save=False)
        row.save()
    return message


def _record(event: events.Event, actor: Actor, case: Case, message: ConsultationMessage) -> None:
    events.record(event, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, message=str(message.pk))


def close_due(actor: Actor, *, today: dt.date, limit: int = 500) -> int:
    """Close threads whose case ended ``CONSULT_CLOSE_DAYS`` ago, and give last days that had no calendar.

    A question that nobody answered keeps its thread open. Returns how many changed.
    """
    done, last = 0, None
    before = timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=settings.CONSULT_CLOSE_DAYS), dt.time()))
    over = Consultation.objects.filter(state=_State.ANSWERED, case__state__in=FINAL_STATES, case__closed_at__lt=before)
    undated = Consultation.objects.filter(state=_State.WAITING, due_on__isnull=True)
    done += for_each(list(undated.order_by("id").values_list("pk", flat=True)[:limit]), _date)
    while batch := list(
        (over.filter(pk__gt=last) if last else over).order_by("pk").values_list("pk", flat=True)[:limit]
    ):
        last = batch[-1]
        done += for_each(batch, lambda key: _close(actor, key, today))
    return done


def _hold(key: UUID) -> Consultation:
    """A thread with its case, the case locked first as everywhere."""
    case = moves.lock(SYSTEM, Consultation.objects.values_list("case_id", flat=True).get(pk=key))
    thread = Consultation.objects.get(pk=key)
    thread.case = case
    return thread


@transaction.atomic
def _date(key: UUID) -> bool:
    thread = _hold(key)
    if thread.state != _State.WAITING or thread.due_on:
        return False
    thread.due_on = rules.due_day(thread.case, timezone.localdate(thread.asked_at))
    thread.save(update_fields=["due_on", "updated_at"])
    return thread.due_on is not None


@transaction.atomic
def _close(actor: Actor, key: UUID, today: dt.date) -> bool:
    thread = _hold(key)
    if thread.state != _State.ANSWERED or not rules.is_time_over(thread.case, today):
        return False
    _close_for_good(actor, thread)
    return True


def _close_for_good(actor: Actor, thread: Consultation) -> None:
    thread.state, thread.closed_at = _State.CLOSED, timezone.now()
    thread.open_questions, thread.due_on = 0, None
    thread.save()
    events.record(codes.CONSULTATION_CLOSED, actor=actor, subject_id=thread.case_id, holder_id=thread.case.applicant_id)


def end_of_party(actor: Actor, *, party: Party) -> int:
    """End the open threads of somebody who closes their account: nobody is left to read an answer. Returns how many."""
    keys = (
        Consultation.objects.filter(case__applicant=party).exclude(state=_State.CLOSED).exclude(case__state=State.DRAFT)
    )
    threads = [_hold(key) for key in keys.order_by("case_id").values_list("pk", flat=True)]
    for thread in threads:
        _close_for_good(actor, thread)
    return len(threads)
