"""Questions that still wait end with their case."""

from django.utils import timezone

from cases.models import Case, OpinionAsked

_State = OpinionAsked.State


def end_questions(case: Case) -> None:
    """End the questions of a locked case that has ended; who was asked sees nothing of it any more."""
    for asked in OpinionAsked.objects.select_for_update().filter(request__case=case, state=_State.WAITING):
        asked.state, asked.settled_at = _State.ENDED, timezone.now()
        asked.version += 1
        asked.save()
