"""Only so many are granted: in the order of acceptance, and never more than there are (行政许可法第五十七条)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.actions import clocks, decision, intake, submission
from cases.models import Case
from cases.quotas.errors import QuotaFull, QuotaTurn
from cases.quotas.queue import silent_until
from cases.quotas.standing import standing_of, standing_of_item
from certificates.actions import change_state
from certificates.models import Certificate
from certificates.states import Operation
from common.workdays import WorkCalendar
from services.models import ItemVersion, ServiceItem
from tests.factories import moves
from tests.factories.quotas import a_case_at_the_counter, a_limited_cast, accepted, limit, received, swept

pytestmark = pytest.mark.django_db

IN_FORCE = {"places": 9, "counts": "in_force"}
LAW = {"reason": "经营者死亡", "legal_basis": "行政许可法第七十条"}


def approve(cast, case: Case) -> Case:
    return decision.approve(cast.decider, case_id=case.pk)


def ahead_of(case: Case) -> int:
    standing = standing_of(Case.objects.select_related("item_version", "department__region").get(pk=case.pk))
    assert standing is not None
    return standing.ahead


def test_the_earlier_one_is_decided_first_where_nobody_knows_the_number():
    cast = a_limited_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)

    with pytest.raises(QuotaTurn) as refused:
        approve(cast, second)

    assert refused.value.code == "case.quota_turn"
    assert first.number in refused.value.text
    second.refresh_from_db()
    assert (second.state, second.certificate_id) == ("in_review", None)
    assert approve(cast, first).outcome == "approved"
    assert approve(cast, second).outcome == "approved"


def test_what_may_not_be_known_of_is_counted_and_not_named():
    cast = a_limited_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)
    Case.objects.filter(pk=first.pk).update(department=cast.outsider.department_id)
    first.branches.update(department=cast.outsider.department_id)

    with pytest.raises(QuotaTurn) as refused:
        approve(cast, second)

    assert refused.value.params == {"count": 1, "which": ""}


def test_more_places_than_cases_ahead_wait_for_nobody():
    cast = a_limited_cast(places=2, counts="year")
    first, second, third = (moves.a_reviewed_case(cast) for _ in range(3))

    assert approve(cast, second).outcome == "approved"  # one place is left for the first
    with pytest.raises(QuotaTurn):
        approve(cast, third)

    assert approve(cast, first).outcome == "approved"
    with pytest.raises(QuotaFull):
        approve(cast, third)


def test_no_place_is_given_twice_and_a_refusal_needs_none():
    cast = a_limited_cast(places=1, counts="in_force")
    held = approve(cast, moves.a_reviewed_case(cast)).certificate
    second = moves.a_reviewed_case(cast)

    with pytest.raises(QuotaFull) as refused:
        approve(cast, second)
    assert refused.value.code == "case.quota_full"
    change_state(cast.decider, certificate_id=held.pk, operation=Operation.SUSPEND, **LAW)
    with pytest.raises(QuotaFull):  # 暂扣 ends no permit
        approve(cast, second)

    third = moves.a_reviewed_case(cast)
    assert decision.refuse(cast.decider, case_id=third.pk, reason="没有名额").outcome == "refused"
    Certificate.objects.filter(pk=held.pk).update(state="cancelled")
    assert approve(cast, second).outcome == "approved"


def test_a_certificate_whose_term_is_over_takes_no_place():
    cast = a_limited_cast(places=1, counts="in_force")
    held = approve(cast, moves.a_reviewed_case(cast)).certificate
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Certificate.objects.filter(pk=held.pk).update(valid_from=yesterday, valid_until=yesterday)

    assert approve(cast, moves.a_reviewed_case(cast)).outcome == "approved"


@pytest.mark.parametrize("way", ["withdraw", "terminate", "refuse"])
def test_whatever_ends_the_earlier_one_lets_the_next_have_its_turn(way):
    cast = a_limited_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)
    with pytest.raises(QuotaTurn):
        approve(cast, second)

    if way == "withdraw":
        submission.withdraw(cast.citizen, case_id=first.pk)
    else:
        getattr(decision, way)(cast.decider, case_id=first.pk, reason="不符合条件")

    assert approve(cast, second).outcome == "approved"


def test_a_special_procedure_keeps_its_place():
    cast = a_limited_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)
    clocks.start_special(
        cast.food, case_id=first.pk, kind="inspection", reason="送检", legal_basis="食品安全法", days_needed=5
    )

    with pytest.raises(QuotaTurn):
        approve(cast, second)


def test_on_the_same_day_the_moment_counts_and_at_the_same_moment_the_number():
    cast = a_limited_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)
    assert first.number < second.number

    accepted(first, days_ago=1, at="10:00")
    accepted(second, days_ago=1, at="09:59")
    assert (ahead_of(first), ahead_of(second)) == (1, 0)
    accepted(second, days_ago=1, at="10:00")
    assert (ahead_of(first), ahead_of(second)) == (0, 1)
    accepted(second, days_ago=2, at="23:00")
    assert (ahead_of(first), ahead_of(second)) == (1, 0)


def test_silence_counts_as_acceptance_on_the_day_of_receipt_before_and_after_the_sweep():
    cast = a_limited_cast()
    decided = moves.a_reviewed_case(cast)
    accepted(decided, days_ago=10)
    silent = moves.a_submitted_case(cast)
    received(silent, days_ago=30)

    assert ahead_of(decided) == 1
    with pytest.raises(QuotaTurn) as refused:
        approve(cast, decided)
    assert silent.number in refused.value.text
    assert swept() == 1
    assert (ahead_of(decided), ahead_of(silent)) == (1, 0)
    received(silent, days_ago=10, at="09:01")  # received on the day the other was accepted, a minute later
    Case.objects.filter(pk=silent.pk).update(accepted_on=timezone.localdate() - dt.timedelta(days=10))
    assert (ahead_of(decided), ahead_of(silent)) == (0, 1)


def test_who_is_accepted_late_stands_where_the_receipt_was():
    cast = a_limited_cast()
    decided = moves.a_reviewed_case(cast)
    accepted(decided, days_ago=10)
    late = moves.a_submitted_case(cast)
    received(late, days_ago=30)

    intake.accept(cast.clerk, case_id=late.pk)

    assert (ahead_of(decided), ahead_of(late)) == (1, 0)


def test_after_a_correction_the_last_piece_is_what_was_received():
    cast = a_limited_cast()
    corrected, other = moves.a_submitted_case(cast), moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=corrected.pk, corrections={}, general="请写明面积")
    submission.correct(cast.citizen, case_id=corrected.pk)
    received(corrected, days_ago=30, at="08:00")
    received(other, days_ago=30, at="10:00")
    assert (ahead_of(corrected), ahead_of(other)) == (1, 0)


def test_who_waits_for_an_answer_in_time_is_not_accepted_yet():
    cast = a_limited_cast()
    waiting, decided = moves.a_submitted_case(cast), moves.a_reviewed_case(cast)
    received(waiting, days_ago=1)

    assert (ahead_of(waiting), ahead_of(decided)) == (1, 0)
    assert approve(cast, decided).outcome == "approved"


def test_silence_is_never_guessed_for_a_year_without_a_calendar():
    assert silent_until(WorkCalendar(), dt.date(2020, 3, 13)) == dt.date(2020, 3, 5)  # a Friday; a Thursday
    assert silent_until(WorkCalendar(), dt.date(2099, 3, 13)) is None


def test_places_of_a_year_are_counted_from_its_first_moment():
    cast = a_limited_cast(places=1, counts="year")
    old = approve(cast, moves.a_reviewed_case(cast))
    new_year = timezone.localtime().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    case = moves.a_reviewed_case(cast)

    Case.objects.filter(pk=old.pk).update(decided_at=new_year)
    with pytest.raises(QuotaFull):
        approve(cast, case)
    Case.objects.filter(pk=old.pk).update(decided_at=new_year - dt.timedelta(microseconds=1))
    assert approve(cast, case).outcome == "approved"
    assert Case.objects.filter(outcome="refused").count() == 0


def test_where_the_law_sets_another_order_only_the_number_holds():
    cast = a_limited_cast(order="other", places=1, counts="year")
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)

    assert approve(cast, second).outcome == "approved"
    with pytest.raises(QuotaFull):
        approve(cast, first)
    limit(cast, order="other")
    assert approve(cast, first).outcome == "approved"


def test_a_limit_that_came_later_does_not_hold_and_one_that_was_lifted_holds_nobody():
    cast = a_limited_cast(order="")
    before = moves.a_reviewed_case(cast)
    newer = a_newer_version(cast, quota_order="acceptance", quota_places=1, quota_counts="year")
    Case.objects.filter(pk=moves.a_reviewed_case(cast).pk).update(outcome="approved", decided_at=timezone.now())

    under = moves.a_reviewed_case(cast)
    assert under.item_version_id == newer.pk
    with pytest.raises(QuotaFull):
        approve(cast, under)
    assert approve(cast, before).outcome == "approved"  # on the version without a limit

    a_newer_version(cast)
    assert approve(cast, under).outcome == "approved"


def a_newer_version(cast, **columns) -> ItemVersion:
    """Put another version of the item in force, with the old one's parts moved over."""
    ItemVersion.objects.filter(pk=cast.item.current_id).update(state="retired")
    old = ItemVersion.objects.get(pk=cast.item.current_id)
    new = ItemVersion.objects.get(pk=old.pk)
    new.pk, new._state.adding = None, True
    new.id = ItemVersion._meta.pk.get_default()
    new.version, new.state, new.quota_order, new.quota_places, new.quota_counts = (
        old.version + 1,
        "published",
        "",
        None,
        "",
    )
    for name, value in columns.items():
        setattr(new, name, value)
    new.save(force_insert=True)
    for part in ("materials", "route"):
        for row in getattr(old, part).all():
            types = list(row.satisfied_by.all()) if part == "materials" else []
            row.pk = row.id = type(row)._meta.pk.get_default()
            row.version, row._state.adding = new, True
            row.save(force_insert=True)
            if types:
                row.satisfied_by.set(types)
    ServiceItem.objects.filter(pk=cast.item.pk).update(current=new)
    cast.item.refresh_from_db()
    return new


def test_an_instant_item_is_decided_at_once_only_when_nobody_was_accepted_before():
    cast = a_limited_cast(instant=True)
    case = a_case_at_the_counter(cast)
    other = moves.a_submitted_case(cast)
    intake.accept(cast.clerk, case_id=other.pk)

    with pytest.raises(QuotaTurn):
        decision.decide_at_once(cast.clerk, case_id=case.pk)
    submission.withdraw(cast.citizen, case_id=other.pk)
    assert decision.decide_at_once(cast.clerk, case_id=case.pk).outcome == "approved"


def test_the_guide_counts_what_is_free_and_who_waits():
    cast = a_limited_cast(places=3, counts="in_force")
    approve(cast, moves.a_reviewed_case(cast))
    moves.a_reviewed_case(cast)
    item = ServiceItem.objects.select_related("current", "region").get(pk=cast.item.pk)

    standing = standing_of_item(item)

    assert (standing.used, standing.free, standing.ahead, standing.is_full) == (1, 2, 1, False)


@pytest.mark.parametrize(("given", "more"), [({}, 4), ({"places": 9, "counts": "year"}, 5), (IN_FORCE, 6)])
def test_a_turn_is_looked_up_in_a_fixed_number_of_statements(given, more):
    def statements() -> int:
        case = moves.a_reviewed_case(cast)
        with CaptureQueriesContext(connection) as captured:
            approve(cast, case)
        return len(captured)

    cast = a_limited_cast(order="")
    approve(cast, moves.a_reviewed_case(cast))  # what is read once in a process is read
    plain = statements()
    limit(cast, **given)
    statements()
    # the item's lock, what is in force, the case's own place, how many are ahead; places taken; the places' lock
    assert statements() == plain + more


def test_an_item_without_a_limit_costs_no_query():
    cast = a_limited_cast(order="")
    case = Case.objects.select_related("item_version").get(pk=moves.a_submitted_case(cast).pk)
    item = ServiceItem.objects.select_related("current").get(pk=cast.item.pk)

    with CaptureQueriesContext(connection) as captured:
        assert standing_of(case) is None
        assert standing_of_item(item) is None
    assert len(captured) == 0
