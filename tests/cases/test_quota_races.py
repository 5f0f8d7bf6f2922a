"""Several people at once over the places of one item: each place is given once, and nobody hangs."""

import time
from itertools import count

import pytest

from cases.actions import clocks, decision, intake, submission
from cases.models import Case
from cases.quotas import turns
from cases.quotas.queue import line_of
from cases.quotas.standing import standing_under
from certificates.models import Certificate
from common.workdays import for_region
from identity.actor import Actor
from identity.models import PostHolding
from services.models import ItemVersion
from tests.factories import moves
from tests.factories.catalogue import an_item
from tests.factories.quotas import a_case_at_the_counter, a_limited_cast, colleagues
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def clerks(cast, how_many: int) -> list[Actor]:
    return colleagues(cast.clerk, PostHolding.Role.COUNTER_CLERK, how_many=how_many)


def granted() -> int:
    return Case.objects.filter(outcome="approved").count()


@pytest.fixture
def slow_reading(monkeypatch):
    """Whoever has read how it stands takes a while before going on: without a lock, others read the same."""

    def read(quota, case):
        standing = standing_under(quota, case)
        time.sleep(0.3)
        return standing

    monkeypatch.setattr(turns, "standing_under", read)


@pytest.mark.usefixtures("slow_reading")
@pytest.mark.parametrize("counts", ["in_force", "year"])
def test_two_windows_at_once_give_the_last_place_once(counts):
    cast = a_limited_cast(places=1, counts=counts, instant=True)
    cases = [a_case_at_the_counter(cast) for _ in range(2)]

    results = at_once(
        *[
            lambda one=one: decision.decide_at_once(one[0], case_id=one[1].pk)
            for one in zip(clerks(cast, 2), cases, strict=True)
        ]
    )

    assert [one for one in results if isinstance(one, str)] == ["case.quota_full"]
    assert granted() == 1
    assert Certificate.objects.filter(type=cast.food_licence).count() == 1


@pytest.mark.usefixtures("slow_reading")
def test_two_items_that_issue_the_same_certificate_share_its_places():
    cast = a_limited_cast(places=1, counts="in_force", instant=True)
    cases = [a_case_at_the_counter(cast) for _ in range(2)]
    other = an_item("食品经营许可（小餐饮）", department=cast.scjg, main="31002")
    ItemVersion.objects.filter(pk=other.current_id).update(
        quota_order="acceptance", quota_places=1, quota_counts="in_force", result_type=cast.food_licence
    )
    Case.objects.filter(pk=cases[1].pk).update(item=other)

    results = at_once(
        *[
            lambda one=one: decision.decide_at_once(one[0], case_id=one[1].pk)
            for one in zip(clerks(cast, 2), cases, strict=True)
        ]
    )

    assert [one for one in results if isinstance(one, str)] == ["case.quota_full"]
    assert Certificate.objects.filter(type=cast.food_licence).count() == 1


def test_two_deciders_at_once_give_the_last_place_to_the_earlier():
    cast = a_limited_cast(places=1, counts="year")
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)
    (colleague,) = colleagues(cast.decider, PostHolding.Role.DECIDER, how_many=1)

    results = at_once(
        lambda: decision.approve(cast.decider, case_id=first.pk),
        lambda: decision.approve(colleague, case_id=second.pk),
    )

    assert isinstance(results[0], Case)
    assert results[1] in {"case.quota_turn", "case.quota_full"}
    assert granted() == 1


def test_the_earlier_one_is_withdrawn_while_the_later_is_decided():
    cast = a_limited_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)

    results = at_once(
        lambda: submission.withdraw(cast.citizen, case_id=first.pk),
        lambda: decision.approve(cast.decider, case_id=second.pk),
    )

    assert results[0].state == "withdrawn"
    if results[1] == "case.quota_turn":  # the decision came first: it is made now
        results[1] = decision.approve(cast.decider, case_id=second.pk)
    assert (results[1].outcome, granted()) == ("approved", 1)


def test_the_order_of_acceptance_is_the_order_in_which_it_was_written(monkeypatch):
    cast = a_limited_cast()
    set_limits, turn = clocks.set_limits, count()

    def slowly(case: Case) -> None:
        time.sleep(0.2 if next(turn) % 2 == 0 else 0)  # the first to have its moment would be written second
        set_limits(case)

    monkeypatch.setattr(clocks, "set_limits", slowly)
    cases = [moves.a_submitted_case(cast) for _ in range(4)]

    at_once(
        *[lambda one=one: intake.accept(one[0], case_id=one[1].pk) for one in zip(clerks(cast, 4), cases, strict=True)]
    )

    line = list(line_of(cast.item.pk, for_region(cast.scjg.region.code)).cases)
    # The history is written under the lock of the line, in the order of its keys.
    assert [one.pk for one in line] == [
        one.pk for one in sorted(cases, key=lambda one: one.events.get(action="accept").pk)
    ]


def test_accepting_and_deciding_at_once_do_not_hang():
    cast = a_limited_cast(places=5, counts="in_force")
    reviewed = [moves.a_reviewed_case(cast) for _ in range(2)]
    waiting = [moves.a_submitted_case(cast) for _ in range(2)]

    deciders = colleagues(cast.decider, PostHolding.Role.DECIDER, how_many=2)
    decisions = [
        lambda one=one: decision.approve(one[0], case_id=one[1].pk) for one in zip(deciders, reviewed, strict=True)
    ]

    results = at_once(*decisions, *[lambda case=case: intake.accept(cast.clerk, case_id=case.pk) for case in waiting])

    assert all(isinstance(one, Case) for one in results)
    assert granted() == 2
