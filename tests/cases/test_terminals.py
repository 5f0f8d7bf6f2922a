"""A visit to a terminal: a card, a second proof, the way in once, and an end that ends the session where it lives."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from cases.terminal import errors, queries, rules, setup_actions, visit_actions
from cases.terminal.models import Terminal, TerminalVisit
from cases.terminal.rules import Terms
from common.errors import DomainError
from common.models import AuditEvent
from identity.actor import PUBLIC, SYSTEM
from identity.errors import CodeExpired, CodeWrong, IdNumberInvalid
from identity.halls.errors import HallNotFound
from identity.models import Account, OutboxMessage
from tests.factories.cast import a_person
from tests.factories.terminals import Machine, a_machine, last_code
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db
State = TerminalVisit.State
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def machine(db) -> Machine:
    return a_machine()


def an_asked_visit(machine: Machine, number: str = "") -> TerminalVisit:
    number = number or machine.hall.cast.li.id_number
    return visit_actions.begin_visit(PUBLIC, terminal=machine.terminal, number=number)


def sent(visit: TerminalVisit) -> TerminalVisit:
    visit_actions.send_visit_code(PUBLIC, visit=visit, address="10.0.0.1")
    return queries.get_asked(str(visit.pk), visit.terminal)


def proved(machine: Machine) -> TerminalVisit:
    visit = sent(an_asked_visit(machine))
    return visit_actions.prove_by_code(PUBLIC, visit=visit, code=last_code(machine.hall.cast))


def test_the_time_left_is_the_shorter_of_idleness_and_limit():
    terms = Terms(idle=MINUTE, grace=MINUTE / 2, limit=15 * MINUTE)
    now = timezone.now()
    assert rules.ends_at(now, now, terms) == now + dt.timedelta(seconds=100)
    assert rules.ends_at(now, now + 14 * MINUTE, terms) == now + 15 * MINUTE
    assert rules.is_over_limit(now, now + 15 * MINUTE, terms)
    assert not rules.is_fresh(now, now + 5 * MINUTE)
    assert rules.is_fresh(now, now + 4 * MINUTE)


def test_whoever_looks_after_the_hall_enrols_and_nobody_else(machine):
    terminal = setup_actions.save_terminal(machine.hall.keeper, hall_id=machine.hall.hall.pk, name="2 号机")
    assert len(terminal.key) == 43
    for actor in (machine.hall.clerk, machine.hall.cast.outsider, machine.hall.cast.person):
        with pytest.raises(HallNotFound):
            setup_actions.save_terminal(actor, hall_id=machine.hall.hall.pk, name="3 号机")
        with pytest.raises(HallNotFound):
            setup_actions.renew_terminal_key(actor, hall_id=machine.hall.hall.pk, terminal_id=terminal.pk)
    for name in ("", "x" * 41, "1 号机", "a\x00b"):
        with pytest.raises(errors.TerminalInvalid):
            setup_actions.save_terminal(machine.hall.keeper, hall_id=machine.hall.hall.pk, name=name)
    assert Terminal.objects.count() == 2


def test_a_code_to_the_phone_is_the_second_proof(machine):
    visit = proved(machine)
    assert (visit.state, visit.way) == (State.PROVED, "code")
    opened = visit_actions.open_visit(PUBLIC, visit_id=visit.pk)
    assert opened.state == State.OPEN
    with pytest.raises(errors.VisitOver):
        visit_actions.open_visit(PUBLIC, visit_id=visit.pk)


def test_a_wrong_code_lets_nobody_in(machine):
    visit = sent(an_asked_visit(machine))
    wrong = "000000" if last_code(machine.hall.cast) != "000000" else "111111"
    with pytest.raises(CodeWrong):
        visit_actions.prove_by_code(PUBLIC, visit=visit, code=wrong)
    with pytest.raises(errors.VisitOver):
        visit_actions.open_visit(PUBLIC, visit_id=visit.pk)
    visit.refresh_from_db()
    assert visit.state == State.ASKED


def test_an_unknown_card_looks_the_same_and_gets_nothing(machine):
    nobody = an_asked_visit(machine, a_person("王甲", serial="77").id_number)  # registered, without an account
    assert queries.account_of(nobody) is None
    visit = sent(nobody)
    assert visit.code_id is not None
    assert not OutboxMessage.objects.exists()
    with pytest.raises((CodeExpired, CodeWrong)):
        visit_actions.prove_by_code(PUBLIC, visit=visit, code="123456")
    with pytest.raises(errors.NotReleasable):
        visit_actions.release(machine.hall.clerk, visit_id=visit.pk)
    assert list(queries.to_release(machine.hall.clerk)) == []


def test_who_has_a_second_factor_is_sent_no_code_but_a_clerk_lets_in(machine, monkeypatch):
    monkeypatch.setattr("cases.terminal.visit_actions.is_mfa_enabled", lambda account: True)
    visit = sent(an_asked_visit(machine))
    assert not OutboxMessage.objects.exists()
    released = visit_actions.release(machine.hall.clerk, visit_id=visit.pk)
    assert (released.state, released.way) == (State.PROVED, "release")
    assert released.released_by_id == machine.hall.clerk.account_id
    assert AuditEvent.objects.get(code="terminal.released").holder_id == machine.hall.cast.li.pk


def test_only_a_clerk_of_the_hall_releases_and_only_in_time(machine):
    visit = an_asked_visit(machine)
    for actor in (machine.hall.cast.outsider, machine.hall.cast.decider, machine.hall.cast.person):
        with pytest.raises(errors.ReleaseElsewhere):
            visit_actions.release(actor, visit_id=visit.pk)
        assert list(queries.to_release(actor)) == []
    TerminalVisit.objects.filter(pk=visit.pk).update(created_at=timezone.now() - 6 * MINUTE)
    with pytest.raises(errors.ReleaseNotWaiting):
        visit_actions.release(machine.hall.clerk, visit_id=visit.pk)
    visit.refresh_from_db()
    assert visit.state == State.ASKED


@pytest.mark.parametrize("number", [" ", "123", "110101199003071234", "x" * 60])
def test_what_is_no_card_begins_nothing(machine, number):
    with pytest.raises(IdNumberInvalid):
        an_asked_visit(machine, number)
    assert not TerminalVisit.objects.exists()


def test_cards_are_not_tried_without_end(machine):
    for _try in range(30):
        an_asked_visit(machine)
    with pytest.raises(errors.TooManyCards):
        an_asked_visit(machine)


def test_the_reader_s_card_is_fetched_once_and_soon(machine):
    number = machine.hall.cast.li.id_number
    visit_actions.read_card(PUBLIC, key=machine.terminal.key, number=number)
    assert visit_actions.take_card(PUBLIC, terminal=machine.terminal) == number
    assert visit_actions.take_card(PUBLIC, terminal=machine.terminal) == ""
    visit_actions.read_card(PUBLIC, key=machine.terminal.key, number=number)
    Terminal.objects.update(card_at=timezone.now() - dt.timedelta(seconds=30))
    assert visit_actions.take_card(PUBLIC, terminal=machine.terminal) == ""
    assert Terminal.objects.get().card is None
    for key, wrong in ((machine.terminal.key, "12"), ("nobody", number)):
        with pytest.raises(DomainError):
            visit_actions.read_card(PUBLIC, key=key, number=wrong)


def test_a_visit_left_alone_ends_with_its_session(machine):
    answer = machine.enter_by_code()
    assert answer.status_code == 302
    visit = TerminalVisit.objects.get()
    assert Session.objects.filter(session_key=visit.session_key).exists()
    assert visit_actions.end_left_behind(SYSTEM) == 0
    TerminalVisit.objects.update(seen_at=timezone.now() - 2 * MINUTE)
    assert visit_actions.end_left_behind(SYSTEM) == 1
    visit.refresh_from_db()
    assert (visit.state, visit.end_reason) == (State.ENDED, "left")
    assert not Session.objects.filter(session_key=visit.session_key).exists()


def test_the_longest_visit_ends_however_often_the_screen_is_touched(machine):
    machine.enter_by_code()
    visit = TerminalVisit.objects.get()
    TerminalVisit.objects.update(opened_at=timezone.now() - 15 * MINUTE, seen_at=timezone.now())
    visit.refresh_from_db()
    with pytest.raises(errors.VisitOver):
        visit_actions.stay(SYSTEM, visit=visit)
    visit_actions.end_left_behind(SYSTEM)
    visit.refresh_from_db()
    assert visit.end_reason == "limit"


def test_a_machine_out_of_use_or_with_a_new_address_signs_out(machine):
    keeper, hall_id = machine.hall.keeper, machine.hall.hall.pk
    machine.enter_by_code()
    setup_actions.renew_terminal_key(keeper, hall_id=hall_id, terminal_id=machine.terminal.pk)
    assert TerminalVisit.objects.get().end_reason == "machine"
    assert not Session.objects.filter(session_key=TerminalVisit.objects.get().session_key).exists()
    with pytest.raises(errors.TerminalNotFound):
        queries.get_terminal(machine.terminal.key)
    terminal = Terminal.objects.get()
    setup_actions.save_terminal(keeper, hall_id=hall_id, terminal_id=terminal.pk, name="1 号机", is_active=False)
    with pytest.raises(errors.TerminalNotFound):
        queries.get_terminal(terminal.key)


def test_what_is_long_past_is_forgotten(machine):
    machine.enter_by_code()
    an_asked_visit(machine)
    assert visit_actions.forget_visits(SYSTEM) == 0
    TerminalVisit.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    assert visit_actions.forget_visits(SYSTEM) == 1
    visit = TerminalVisit.objects.get()
    visit_actions.end_visit(SYSTEM, visit_id=visit.pk, why="done")
    TerminalVisit.objects.update(created_at=timezone.now() - dt.timedelta(days=181))
    assert visit_actions.forget_visits(SYSTEM) == 1


@pytest.mark.django_db(transaction=True)
def test_two_proofs_at_one_machine_leave_one_visit_open():
    machine = a_machine()
    first, second = (an_asked_visit(machine) for _ in range(2))
    release = lambda visit: visit_actions.release(machine.hall.clerk, visit_id=visit.pk)  # noqa: E731
    assert at_once(lambda: release(first), lambda: release(first)).count("terminal.not_waiting") == 1
    release(second)
    enter = lambda visit: visit_actions.open_visit(PUBLIC, visit_id=visit.pk)  # noqa: E731
    results = at_once(lambda: enter(first), lambda: enter(first), lambda: enter(second), lambda: enter(second))
    assert results.count("terminal.over") == 2
    assert TerminalVisit.objects.filter(state=State.OPEN).count() == 1
    assert TerminalVisit.objects.filter(state=State.ENDED, end_reason="replaced").count() == 1


def test_a_disabled_account_is_not_let_in(machine):
    visit = proved(machine)
    Account.objects.filter(pk=machine.hall.cast.account.pk).update(is_active=False)
    with pytest.raises(errors.VisitOver):
        visit_actions.open_visit(PUBLIC, visit_id=visit.pk)
