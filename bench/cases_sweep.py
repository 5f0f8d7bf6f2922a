"""A usual night over the open cases: a hundredth of what waits or is reviewed has come to its day."""

import time
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from cases import tasks
from cases.models import Branch, Case, CaseEvent
from cases.states import OPEN_STATES, Action

_NIGHT: tuple[Callable[[int], None], ...] = (
    tasks.deem_accepted,
    tasks.follow_undertakings,
    tasks.fill_missing_limits,
    tasks.escalate_reviews,
    tasks.remind_of_cases,
    tasks.follow_notices,
)
# Received in the last days but for every hundredth; reviews end on the days to come, told of where that is soon but
# for every hundredth.
_WAITING = "UPDATE cases_case SET received_on = %(today)s::date WHERE state = 'submitted'"
_LATE = """UPDATE cases_case c SET received_on = %(today)s::date - 20 WHERE state = 'submitted'
 AND substr(number, 6)::bigint / 100 %% 100 = 0 AND NOT EXISTS (SELECT FROM cases_notice n WHERE n.case_id = c.id)"""
_REVIEWED = """UPDATE cases_branch SET opened_on = %(today)s::date, due_on = %(today)s::date + 30,
 escalated_at = NULL WHERE state = 'open'"""
_NEAR = """UPDATE cases_branch b SET due_on = %(today)s::date + 1 FROM cases_case c
 WHERE c.id = b.case_id AND b.state = 'open' AND substr(c.number, 6)::bigint / 100 %% 100 = 1"""


def prepare_night() -> None:
    """Bring the days of the open cases to where they stand on a usual evening."""
    today = timezone.localdate()
    with connection.cursor() as cursor:
        for statement in (_WAITING, _LATE, _REVIEWED, _NEAR):
            cursor.execute(statement, {"today": today})
        for model in (Case, Branch):
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def sweep_s() -> float:
    """Seconds of the night's clock tasks, one after the other; what they did is printed."""
    waiting = Case.objects.filter(state__in=OPEN_STATES).count()
    start = time.perf_counter()
    for task in _NIGHT:
        begun = time.perf_counter()
        task(timestamp=0)
        print(f"  {task.__name__:<36}{time.perf_counter() - begun:.1f} s", flush=True)
    spent = time.perf_counter() - start
    acts = CaseEvent.objects.filter(action__in=[Action.DEEM_ACCEPTED, Action.ESCALATE]).count()
    print(f"  {waiting} open cases, {acts} of them deemed accepted or brought to a superior", flush=True)
    return round(spent, 1)
