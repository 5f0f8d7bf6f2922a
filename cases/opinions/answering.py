"""What a department that is asked does: answers, asks to be let off, hands the question to a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases.models import Case, OpinionAsked, OpinionFile
from cases.opinions import errors, queries, rules
from cases.opinions.asking import record, require_waiting
from cases.routes.queries import own_accounts
from cases.uploading import cleaned
from certificates.uploads import CheckedFile
from common.idempotency import claim
from identity.actor import Actor
from identity.staff.current import hold

_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """A position and what is said about it."""

    stance: str
    text: str


def _lock(actor: Actor, asked_id: UUID) -> OpinionAsked:
    """Lock the post, the case and the question, in the order of everybody who works on a case.

    The case itself is not this actor's to know of; it is locked so that a decision waits for the answer, and an
    answer for the decision. Raises :class:`OpinionNotFound`.
    """
    hold(actor)
    found = queries.get_asked(actor, asked_id)
    case = Case.objects.select_for_update(no_key=True).get(pk=found.request.case_id)
    rows = OpinionAsked.objects.select_for_update(of=("self",)).select_related("request", "assignee", "post")
    asked = rows.get(pk=asked_id)
    if not rules.is_asked(actor, asked):  # handed over meanwhile
        raise errors.OpinionNotFound
    asked.request.case = case
    return asked


def _require_open(actor: Actor, asked: OpinionAsked, expected_version: int | None) -> None:
    require_waiting(asked)
    if expected_version is not None and expected_version != asked.version:
        raise errors.OpinionChanged
    if rules.is_colleagues(actor, asked, own_accounts(actor)):
        assert asked.assignee is not None
        raise errors.WithColleague(name=asked.assignee.staff_name)


def answer(
    actor: Actor,
    *,
    asked_id: UUID,
    given: Answer,
    uploads: Sequence[UploadedFile] = (),
    request_key: str = "",
    expected_version: int | None = None,
) -> OpinionAsked:
    """Answer a question for one's department, once; the same ``request_key`` twice answers once.

    Files are opened before anything is locked. Raises :class:`OpinionNotFound`, :class:`OpinionSettled`,
    :class:`OpinionChanged`, :class:`WithColleague`, :class:`StanceMissing`, :class:`AnswerMissing`,
    :class:`TooManyFiles` or the upload errors.
    """
    queries.get_asked(actor, asked_id)
    if given.stance not in OpinionAsked.Stance.values:
        raise errors.StanceMissing(fields={"stance": errors.StanceMissing.message})
    text = given.text.strip()
    if len(text) > rules.LONGEST_ANSWER or (given.stance in rules.NEEDS_WORDS and not text):
        raise errors.AnswerMissing(fields={"text": errors.AnswerMissing.message})
    files = _files(uploads)
    with transaction.atomic():
        asked = _lock(actor, asked_id)
        claimed = claim(actor_id=actor.account_id, action="answer_opinion", request_key=request_key)
        if claimed.earlier_id:
            return asked
        _require_open(actor, asked, expected_version)
        asked.state, asked.stance, asked.text = OpinionAsked.State.ANSWERED, given.stance, text
        asked.account_id, asked.author = actor.known_account_id, actor.history_label
        asked.settled_at = timezone.now()
        asked.version += 1
        asked.save()
        _keep(asked, files)
        record(actor, asked, "answered")
        claimed.settle(asked.pk)
        return asked


def _files(uploads: Sequence[UploadedFile]) -> list[CheckedFile]:
    if len(uploads) > rules.MOST_FILES:
        refusal = errors.TooManyFiles(limit=rules.MOST_FILES)
        raise errors.TooManyFiles(limit=rules.MOST_FILES, fields={"attachments": refusal.text})
    return [cleaned(upload) for upload in uploads]


def _keep(asked: OpinionAsked, files: Sequence[CheckedFile]) -> None:
    for order, found in enumerate(files, start=1):
        row = OpinionFile(asked=asked, order=order, name=found.name, media_type=found.media_type, sha256=found.sha256)
        row.file.save(f"{asked.pk}-{order}.{_SUFFIX[found.media_type]}", ContentFile(found.content), save=False)
        row.save()


@transaction.atomic
def ask_relief(actor: Actor, *, asked_id: UUID, reason: str, expected_version: int | None = None) -> OpinionAsked:
    """Ask to be let off, for a reason; who asked decides. Raises :class:`ReliefOpen` or :class:`ReasonMissing`."""
    asked = _lock(actor, asked_id)
    _require_open(actor, asked, expected_version)
    if asked.relief:
        raise errors.ReliefOpen
    asked.relief, asked.relief_refused = _reason(reason), ""
    asked.version += 1
    asked.save()
    record(actor, asked, "relief_asked")
    return asked


@transaction.atomic
def pass_on(
    actor: Actor, *, asked_id: UUID, holding_id: UUID, reason: str, expected_version: int | None = None
) -> OpinionAsked:
    """Hand a question to a colleague of the department, in the post they hold; its last day stays.

    Raises :class:`ColleagueUnfit` or :class:`ReasonMissing`.
    """
    asked = _lock(actor, asked_id)
    _require_open(actor, asked, expected_version)
    why = _reason(reason)
    to = next((one for one in queries.colleagues(asked) if one.pk == holding_id), None)
    if to is None or to.account_id == actor.account_id:
        raise errors.ColleagueUnfit(fields={"colleague": errors.ColleagueUnfit.message})
    asked.post, asked.assignee = to.post, to.account
    asked.passed_on = f"{actor.history_label} → {to.post.name} {to.account.staff_name}：{why}"
    asked.version += 1
    asked.save()
    record(actor, asked, "passed_on")
    return asked


def _reason(text: str) -> str:
    if not text.strip():
        raise case_errors.ReasonMissing(fields={"reason": case_errors.ReasonMissing.message})
    return text.strip()[:_LONGEST]
