"""A process is killed, the database goes away, the year changes in the middle: one outcome, nothing lost."""

import datetime as dt
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.actions import decision, intake, submission
from cases.models import Case, Notice
from cases.states import FINAL_STATES, State
from certificates.models import Certificate
from common.models import AuditEvent
from common.workdays import for_region
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.threads import at_once
from tests.factories.visitors import a_form, a_visitor, address

pytestmark = pytest.mark.django_db(transaction=True)


def killed(act: Callable[[], object]) -> int:
    """Run an act in a process of its own with its own connection; returns the signal that ended it, 0 for none."""
    connection.close()
    number = os.fork()
    if not number:
        try:
            act()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(number, 0)[1])


def die(*_args: object, **_given: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("place", ["cases.actions.decision.issue", "cases.notices.events.record"])
def test_a_worker_killed_between_decision_and_issue_leaves_an_undecided_case(place, monkeypatch):
    cast = build_cast()
    case = moves.a_reviewed_case(cast)
    before = AuditEvent.objects.count()
    with monkeypatch.context() as broken:
        broken.setattr(place, die)
        assert killed(lambda: decision.approve(cast.decider, case_id=case.pk, request_key="k")) == signal.SIGKILL
    left = Case.objects.get(pk=case.pk)
    assert (left.state, left.version, left.certificate_id) == (State.IN_REVIEW, case.version, None)
    assert not Certificate.objects.filter(case_number=case.number).exists()
    assert AuditEvent.objects.count() == before
    decided = decision.approve(cast.decider, case_id=case.pk, request_key="k")
    made = Certificate.objects.get(case_number=case.number)
    assert decided.certificate_id == made.pk
    approvals = Notice.objects.filter(case=case, kind=Notice.Kind.APPROVAL)
    assert [one.number.endswith("〕1号") for one in approvals] == [True]  # the number came back with the rest


def test_a_withdrawal_against_the_decision_has_one_outcome():
    cast = build_cast()
    case = moves.a_reviewed_case(cast)
    results = at_once(
        lambda: submission.withdraw(cast.citizen, case_id=case.pk, reason="不办了"),
        lambda: decision.approve(cast.decider, case_id=case.pk),
    )
    refused = [one for one in results if isinstance(one, str)]
    assert len(refused) == 1, results
    assert refused[0] in {"case.closed", "case.move_not_allowed"}
    case.refresh_from_db()
    is_granted = case.state == State.DECIDED
    assert is_granted != (case.state in FINAL_STATES)
    assert Certificate.objects.filter(case_number=case.number).count() == is_granted
    assert case.events.filter(to_state__in=[State.DECIDED, State.WITHDRAWN]).count() == 1


def _overdue(cast: Cast) -> tuple[Case, dt.date]:
    """A case nobody answered, and a day by which silence has accepted it."""
    case = moves.a_submitted_case(cast)
    late = timezone.localdate()
    Case.objects.filter(pk=case.pk).update(received_on=late - dt.timedelta(days=30))
    return Case.objects.get(pk=case.pk), late


def test_corrections_that_come_while_the_sweep_runs_are_received_anew(monkeypatch):
    cast = build_cast()
    case = moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充")
    received, today = case.received_on, timezone.localdate()
    Case.objects.filter(pk=case.pk).update(state=State.SUBMITTED, received_on=today - dt.timedelta(days=30))
    found = intake.for_each

    def corrected_meanwhile(keys, act):
        Case.objects.filter(pk=case.pk).update(state=State.CORRECTING, received_on=received)
        submission.correct(cast.citizen, case_id=case.pk)
        return found(keys, act)

    monkeypatch.setattr(intake, "for_each", corrected_meanwhile)
    assert intake.deem_accepted(today=today) == 0
    case.refresh_from_db()
    assert (case.state, case.received_on, case.is_deemed_accepted) == (State.SUBMITTED, today, False)


def test_an_answer_against_the_sweep_has_one_outcome():
    cast = build_cast()
    case, late = _overdue(cast)
    results = at_once(lambda: intake.accept(cast.clerk, case_id=case.pk), lambda: intake.deem_accepted(today=late))
    case.refresh_from_db()
    assert case.state == State.IN_REVIEW
    assert case.is_deemed_accepted  # whoever came first: silence had made it
    assert case.accepted_on == case.received_on
    assert case.branches.count() == 2
    assert case.notices.filter(kind=Notice.Kind.ACCEPTANCE).count() == 1
    clerk, swept = results
    assert swept == (clerk == "case.move_not_allowed")


def test_a_correction_asked_for_against_the_sweep_has_one_outcome():
    cast = build_cast()
    case, late = _overdue(cast)
    clerk, swept = at_once(
        lambda: intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充").state,
        lambda: intake.deem_accepted(today=late),
    )
    case.refresh_from_db()
    is_asked = case.state == State.CORRECTING
    assert case.notices.filter(kind=Notice.Kind.CORRECTION).count() == is_asked
    assert case.notices.filter(kind=Notice.Kind.ACCEPTANCE).count() == (not is_asked)
    assert case.branches.count() == (0 if is_asked else 2)
    assert (clerk == State.CORRECTING, swept) == (is_asked, int(not is_asked))


def test_a_database_that_goes_away_in_the_midst_of_a_request_leaves_nothing_half_done():
    cast = build_cast()
    case = moves.a_ready_draft(cast)
    client = a_visitor(cast.account, acting_for=cast.shop)
    client.raise_request_exception = False
    where, form = address("submit_case", case.pk), a_form(case, declared="on")
    answers: list[int] = []
    pages: list[str] = []

    def send() -> None:
        try:
            answer = client.post(where, form)
            answers.append(answer.status_code)
            pages.append(answer.content.decode())
        finally:
            connection.close()

    sender = threading.Thread(target=send)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)  # the request waits here
        sender.start()
        _cut_the_one_that_waits()
        sender.join()
    assert answers == [503]
    assert "database_away" in pages[0]  # certainly not done
    case.refresh_from_db()
    assert (case.state, case.number, case.notices.count()) == (State.DRAFT, None, 0)
    answers.clear()
    send()
    send()  # the same form once more: the same outcome
    assert answers == [302, 302]
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    assert case.notices.count() == 1


_DIES = """
CREATE FUNCTION dies_in_commit() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON cases_case DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION dies_in_commit();
"""
_LIVES = "DROP TRIGGER dies ON cases_case; DROP FUNCTION dies_in_commit()"


@contextmanager
def _database_that_dies_in_the_commit() -> Iterator[None]:
    """End the connection that changed a case while it commits; PostgreSQL does this itself."""
    with connection.cursor() as cursor:
        cursor.execute(_DIES)
    try:
        yield
    finally:
        connection.close()  # it was lost
        with connection.cursor() as cursor:
            cursor.execute(_LIVES)


def test_a_connection_lost_in_the_very_commit_is_told_as_not_known():
    cast = build_cast()
    case = moves.a_ready_draft(cast)
    client = a_visitor(cast.account, acting_for=cast.shop)
    client.raise_request_exception = False
    with _database_that_dies_in_the_commit():
        answer = client.post(address("submit_case", case.pk), a_form(case, declared="on"))
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "outcome_unknown" in page
    assert "没有办成" not in page
    body = {
        "version": Case.objects.get(pk=case.pk).version,
        "step": "shop",
        "answers": {"org.name": "青禾餐饮店", "area": "81"},
    }
    with _database_that_dies_in_the_commit():
        answer = client.put(f"/api/v1/cases/{case.pk}/answers", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown"), answer.content.decode()
    assert answer.headers["Retry-After"] == "10"


def _cut_the_one_that_waits() -> None:
    """End the connection of this database that waits for a lock, as a restart of the server does."""
    find = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    own = connection.connection.info
    with psycopg.connect(own.dsn, password=own.password, autocommit=True) as other:
        for _round in range(600):
            if other.execute(find).fetchall():
                return
            other.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waited")


def test_a_clock_that_moves_over_new_year_counts_every_day_once(monkeypatch):
    cast = build_cast()
    zone = timezone.get_default_timezone()
    year = timezone.localdate().year
    eve = dt.datetime(year, 12, 31, 23, 59, 30, tzinfo=zone)
    draft = moves.a_ready_draft(cast)
    monkeypatch.setattr(timezone, "now", lambda: eve.astimezone(dt.UTC))
    case = submission.submit(cast.citizen, case_id=draft.pk, declared=True)
    assert intake.deem_accepted(today=timezone.localdate()) == 0
    monkeypatch.setattr(timezone, "now", lambda: (eve + dt.timedelta(minutes=1)).astimezone(dt.UTC))
    assert intake.deem_accepted(today=timezone.localdate()) == 0
    case = intake.accept(cast.clerk, case_id=case.pk)
    new_year = dt.date(year + 1, 1, 1)
    assert (case.received_on, case.accepted_on) == (dt.date(year, 12, 31), new_year)
    assert f"{year % 100:02d}1231" in case.number
    receipt, acceptance = case.notices.order_by("created_at")
    assert receipt.number.endswith(f"〔{year}〕1号")
    assert acceptance.number.endswith(f"〔{year + 1}〕1号")
    calendar = for_region(cast.scjg.region.code)
    assert case.promise_due_on == _counted(new_year, cast.version.promise_days, calendar)
    assert case.statutory_due_on == _counted(new_year, cast.version.statutory_days, calendar)
    monkeypatch.setattr(timezone, "now", lambda: eve.astimezone(dt.UTC))  # a clock set back
    assert intake.deem_accepted(today=timezone.localdate()) == 0
    assert case.events.count() == len(set(case.events.values_list("to_state", "action")))


def _counted(start: dt.date, days: int, calendar) -> dt.date:
    """The last of so many working days after a day, one after the other."""
    day = start
    while days:
        day += dt.timedelta(days=1)
        days -= calendar.is_workday(day)
    return day
