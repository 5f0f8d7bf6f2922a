"""How a special procedure that is a hearing or an expert review ends, and what a stage or decision waits for."""

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Branch, Case, Expert, ExpertReview, Hearing, HearingParticipant, SpecialProcedure
from cases.proceedings import errors, queries, rules
from common.written import Given, written
from services.codes import StageKind

_State = Hearing.State


def finish(procedure: SpecialProcedure, *, result: str) -> None:
    """End what a procedure was for; the case is locked.

    Raises :class:`RecordOpen` or :class:`SignaturesOpen` for a hearing, :class:`OpinionsOutstanding` or
    :class:`NobodyJudged` for experts.
    """
    hearing = Hearing.objects.filter(procedure=procedure).exclude(state__in=rules.SETTLED).first()
    if hearing is not None:
        _finish_hearing(hearing, result)
    review = ExpertReview.objects.filter(procedure=procedure, ended_at__isnull=True).first()
    if review is not None:
        _finish_review(review, result)


def _finish_hearing(hearing: Hearing, result: str) -> None:
    if hearing.state != _State.RECORDED:
        raise errors.RecordOpen
    waiting = [row.name for row in hearing.participants.filter(way=HearingParticipant.Way.WAITING)]
    if waiting:
        raise errors.SignaturesOpen(names="、".join(waiting))
    hearing.state, hearing.result = _State.HELD, result
    hearing.save()


def _finish_review(review: ExpertReview, result: str) -> None:
    waiting = [one.name for one in queries.experts_waiting(review)]
    if waiting:
        raise errors.OpinionsOutstanding(names="、".join(waiting))
    if not review.experts.filter(conflict=Expert.Conflict.NONE).exists():
        raise errors.NobodyJudged
    review.summary, review.ended_at = result, timezone.now()
    review.save()


def end_with(case: Case) -> None:
    """What was under way ends with a case that has ended; the case is locked."""
    now = timezone.now()
    open_ones = Hearing.objects.filter(case=case).exclude(state__in=rules.SETTLED)
    open_ones.update(state=_State.CANCELLED, updated_at=now)
    ExpertReview.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now, updated_at=now)


def require_heard(case: Case) -> None:
    """Raise :class:`HearingOpen` while a hearing may be asked for, or is due."""
    standing = queries.hearing_of(case)
    if standing is not None and not standing.is_settled:
        raise errors.HearingOpen(state=standing.hearing.get_state_display())


def require_stage(case: Case, branch: Branch) -> None:
    """A stage of hearing is concluded on a hearing that is settled, a stage of experts on their finished review.

    Raises :class:`HearingMissing`, :class:`HearingOpen` or :class:`ExpertReviewMissing`.
    """
    if branch.stage.kind == StageKind.HEARING:
        if queries.hearing_of(case) is None:
            raise errors.HearingMissing
        require_heard(case)
    if branch.stage.kind == StageKind.EXPERT:
        done = ExpertReview.objects.filter(case=case, ended_at__isnull=False)
        if not done.exists():
            raise errors.ExpertReviewMissing


def heard_on(case: Case) -> Hearing | None:
    """The hearing the decision rests on (第四十八条第二款)."""
    return _held.one(case.pk)


@written
def _held(case_id: Given) -> QuerySet[Hearing]:
    return Hearing.objects.filter(case_id=case_id, state=_State.HELD).order_by("-id")[:1]
