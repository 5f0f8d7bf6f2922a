"""How long the acts of a case take in the database, and the lists that staff and citizens open most.

One process, no HTTP, no PDF; each case is a whole walk from draft to decision. The list figures are measured
with all cases of the run in the table.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils import timezone

from cases import queries
from cases.actions import decision, drafts, intake, review, submission
from cases.lists import queries as lists
from cases.lists.filters import WorklistFilter
from cases.models import Branch, Case
from certificates import reuse
from certificates.actions import change_state
from certificates.choosing import Requirement
from certificates.models import CertificateType
from certificates.states import Operation
from common.workdays import for_region
from identity.actor import Actor
from services.pieces import kinds_of
from tests.factories import moves
from tests.factories.cast import Cast, build_cast

_ROUNDS = 50


def run(quick: bool) -> dict[str, object]:
    """Walk cases through; medians in ms, ``transitions_per_s`` counts the five acts after the draft."""
    walks = 12 if quick else 200
    cast = build_cast()
    CertificateType.objects.update(is_single_instance=False)  # one shop stands for every applicant
    times: dict[str, list[float]] = defaultdict(list)
    case = None
    for _ in range(walks):
        case = _walk(cast, times)
    assert case is not None
    figures: dict[str, object] = {"walks": walks}
    figures |= {f"{name}_ms": round(statistics.median(values), 1) for name, values in times.items()}
    acts = sum(statistics.median(times[name]) for name in ("submit", "accept", "review", "review", "approve"))
    figures["transitions_per_s"] = round(5000 / acts)
    for _ in range(walks * 2):
        moves.an_accepted_case(cast)
    figures["open_cases"] = walks * 2
    calendar = for_region("519900")
    figures["worklist_page_ms"] = _measure(lambda: _worklist_page(cast, calendar))
    figures["worklist_count_ms"] = _measure(lambda: lists.waiting_count(cast.food))
    figures["case_page_ms"] = _measure(lambda: queries.get_case(cast.food, case.pk))
    figures["own_cases_ms"] = _measure(lambda: list(queries.own_cases(cast.citizen)[:20]))
    requirements = [_requirement(cast, row) for row in case.materials.select_related("requirement")]
    figures["resolve_ms"] = _measure(lambda: reuse.resolve(requirements, today=timezone.localdate()))
    figures["suspend_flags"] = walks * 2
    figures["suspend_s"] = round(_suspend(cast) / 1000, 2)
    return figures


def _walk(cast: Cast, times: dict[str, list[float]]) -> Any:
    case = _timed(times, "draft", lambda: drafts.start_draft(cast.citizen, item_id=cast.item.pk))
    case = moves.a_ready_draft(cast)
    case = _timed(times, "submit", lambda: submission.submit(cast.citizen, case_id=case.pk, declared=True))
    case = _timed(times, "accept", lambda: intake.accept(cast.clerk, case_id=case.pk))
    moves.see_originals(cast, case)
    for key, actor in (("food", cast.food), ("fire", cast.fire)):
        _timed(times, "review", partial(_review, actor, case, case.branches.get(stage__key=key)))
    return _timed(times, "approve", lambda: decision.approve(cast.decider, case_id=case.pk))


def _review(actor: Actor, case: Case, branch: Branch) -> None:
    review.review(actor, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="符合", second_officer="周同行")


def _timed(times: dict[str, list[float]], name: str, act: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = act()
    times[name].append((time.perf_counter() - start) * 1000)
    return result


def _worklist_page(cast: Cast, calendar: Any) -> None:
    for row in lists.page(cast.food, WorklistFilter()).rows:
        queries.clocks(row.case, calendar=calendar)


def _measure(act: Callable[[], Any]) -> float:
    spent = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(spent), 2)


def _requirement(cast: Cast, row: Any) -> Requirement:
    types = frozenset(kind.pk for kind in row.requirement.satisfied_by.all())
    return Requirement(key=row.requirement.key, holder_id=cast.shop.pk, type_ids=types, kinds=kinds_of(row.requirement))


def _suspend(cast: Cast) -> float:
    start = time.perf_counter()
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=Operation.SUSPEND,
        reason="核查",
        legal_basis="食品安全法第一百二十六条",
    )
    return (time.perf_counter() - start) * 1000
