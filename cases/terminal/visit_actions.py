"""A visit: the card, the second proof, the way in, staying, and the end, which ends the session where it lives.

Locks: the machine, then its visits. Card tries are counted before the transaction, as at the ticket kiosk.
"""

import datetime as dt
import secrets
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases.counter.queries import windows_for
from cases.terminal import errors, rules
from cases.terminal.models import Terminal, TerminalVisit
from cases.terminal.queries import account_of, get_terminal, left_behind, terms
from common import events
from common.limits import is_over
from identity.account_actions import end_session_of, mark_session
from identity.actor import SYSTEM, Actor
from identity.code_actions import send_code_if, use_code
from identity.errors import CodeExpired
from identity.models import Account, OneTimeCode
from identity.persons.documents import recognise
from identity.persons.finding import find_open_person
from identity.staff.current import hold

_KEEP_DAYS = 180
_CARDS = 30  # cards at one machine in a minute
_State = TerminalVisit.State
_End = TerminalVisit.End


def read_card(actor: Actor, *, key: str, number: str) -> None:
    """Keep what the machine's card reader has read until its page fetches it, seconds later.

    Raises :class:`TerminalNotFound`, :class:`TooManyCards` or the refusals of a document's number.
    """
    terminal = get_terminal(key)
    _slow_down(terminal)
    document = recognise(number, name="value")
    Terminal.objects.filter(pk=terminal.pk).update(card=document.number, card_at=timezone.now())


@transaction.atomic
def take_card(actor: Actor, *, terminal: Terminal) -> str:
    """The number the reader has just read, once; empty when there is none or it lay too long."""
    row = Terminal.objects.select_for_update(no_key=True).get(pk=terminal.pk)
    if row.card_at is None:
        return ""
    number = row.card if row.card and timezone.now() < row.card_at + rules.CARD else ""
    row.card = row.card_at = None
    row.save(update_fields=["card", "card_at", "updated_at"])
    return str(number)


def begin_visit(actor: Actor, *, terminal: Terminal, number: str) -> TerminalVisit:
    """Begin with the number of a card. Whether anybody is known by it, nothing that follows tells.

    Raises :class:`TooManyCards`, or the refusals of a document's number.
    """
    _slow_down(terminal)
    person = find_open_person(recognise(number, name="value"))
    visit = TerminalVisit(terminal=terminal, person=person, number=f"{secrets.randbelow(10_000):04d}")
    visit.save(force_insert=True)
    return visit


def _slow_down(terminal: Terminal) -> None:
    if is_over("terminal-card", str(terminal.pk), most=_CARDS, seconds=60):
        raise errors.TooManyCards


def send_visit_code(actor: Actor, *, visit: TerminalVisit, address: str) -> Account | None:
    """Send a code to the phone of whoever the card names; returns whose account it went to.

    It is sent to nobody where the card is unknown, or where a second factor was set up that a message would weaken:
    then a clerk lets in. Raises :class:`TooManyTries`.
    """
    account = account_of(visit)
    phone = visit.person.phone if visit.person else None
    is_right = account is not None and account.phone_index is not None and not is_mfa_enabled(account)
    number = str(phone) if is_right and phone else _nobodys(visit)
    code_id = send_code_if(
        actor, phone=number, is_right=bool(is_right and phone), purpose=OneTimeCode.Purpose.TERMINAL, address=address
    )
    TerminalVisit.objects.filter(pk=visit.pk, state=_State.ASKED).update(code_id=code_id)
    return account if is_right and phone else None


def _nobodys(visit: TerminalVisit) -> str:
    """A number for counting tries by that no message goes to."""
    return f"13{visit.pk.int % 10**9:09d}"


def prove_by_code(actor: Actor, *, visit: TerminalVisit, code: str) -> TerminalVisit:
    """The second proof: the code that went to the phone. Call it outside a transaction: a wrong try counts.

    Raises :class:`CodeWrong`, :class:`CodeExpired` or :class:`VisitOver`.
    """
    index = use_code(actor, code_id=visit.code_id, code=code, purpose=OneTimeCode.Purpose.TERMINAL)
    account = account_of(visit)
    if account is None or account.phone_index is None or bytes(account.phone_index) != index:
        raise CodeExpired(fields={"code": CodeExpired.message})
    with transaction.atomic():
        row = _locked_visit(visit.pk)
        if row.state != _State.ASKED:
            raise errors.VisitOver
        return _prove(row, TerminalVisit.Way.CODE)


@transaction.atomic
def release(actor: Actor, *, visit_id: UUID) -> TerminalVisit:
    """The second proof: a clerk of this hall compared the card with whoever stands at the machine.

    Raises :class:`ReleaseNotWaiting`, :class:`ReleaseElsewhere` or :class:`NotReleasable`.
    """
    hold(actor)
    row = _find_locked(visit_id)
    if row is None or row.state != _State.ASKED or not rules.is_fresh(row.created_at, timezone.now()):
        raise errors.ReleaseNotWaiting
    if not windows_for(actor).filter(hall_id=row.terminal.hall_id).exists():
        raise errors.ReleaseElsewhere
    if account_of(row) is None:
        raise errors.NotReleasable
    row.released_by_id = actor.known_account_id
    _prove(row, TerminalVisit.Way.RELEASE)
    events.record(codes.TERMINAL_RELEASED, actor=actor, subject_id=row.terminal_id, holder_id=row.person_id)
    return row


def _prove(row: TerminalVisit, way: TerminalVisit.Way) -> TerminalVisit:
    row.state, row.way, row.proved_at = _State.PROVED, way, timezone.now()
    row.save(update_fields=["state", "way", "proved_at", "released_by", "updated_at"])
    return row


@transaction.atomic
def open_visit(actor: Actor, *, visit_id: UUID) -> TerminalVisit:
    """Let in whoever has proved themselves, once; the visit before at the same machine ends.

    Raises :class:`VisitOver`.
    """
    row = _locked_visit(visit_id)
    if row.state != _State.PROVED or not rules.is_fresh(row.created_at, timezone.now()) or account_of(row) is None:
        raise errors.VisitOver
    for earlier in _visits().filter(terminal_id=row.terminal_id, state=_State.OPEN):
        end_locked(SYSTEM, row=earlier, why=_End.REPLACED)
    row.state = _State.OPEN
    row.opened_at = row.seen_at = timezone.now()
    row.save(update_fields=["state", "opened_at", "seen_at", "updated_at"])
    return row


@transaction.atomic
def bind_session(actor: Actor, *, visit: TerminalVisit, session_key: str) -> None:
    """Tie the session that was just begun to its visit, and mark it in the person's list of devices."""
    place = _("自助终端：%(hall)s %(name)s") % {"hall": visit.terminal.hall.name, "name": visit.terminal.name}
    TerminalVisit.objects.filter(pk=visit.pk, state=_State.OPEN).update(session_key=session_key)
    mark_session(actor, session_key=session_key, place=place)
    events.record(
        codes.TERMINAL_OPENED, actor=actor, subject_id=visit.terminal_id, holder_id=visit.person_id, way=visit.way
    )


def stay(actor: Actor, *, visit: TerminalVisit) -> TerminalVisit:
    """Somebody touched the screen. Raises :class:`VisitOver`, then the visit is ended too."""
    now = timezone.now()
    if (
        visit.opened_at is None
        or visit.seen_at is None
        or rules.ends_at(visit.opened_at, visit.seen_at, terms()) <= now
    ):
        raise errors.VisitOver
    if not TerminalVisit.objects.filter(pk=visit.pk, state=_State.OPEN).update(seen_at=now):
        raise errors.VisitOver
    visit.seen_at = now
    return visit


@transaction.atomic
def end_visit(actor: Actor, *, visit_id: UUID, why: str) -> None:
    """End a visit, and its session where it lives; one that ended before stays as it is."""
    row = _find_locked(visit_id)
    if row is not None and row.state != _State.ENDED:
        end_locked(actor, row=row, why=_End(why))


def end_locked(actor: Actor, *, row: TerminalVisit, why: TerminalVisit.End) -> None:
    """End a locked visit that has not ended, inside the caller's transaction."""
    was_open = row.state == _State.OPEN
    row.state, row.ended_at, row.end_reason = _State.ENDED, timezone.now(), why
    row.save(update_fields=["state", "ended_at", "end_reason", "updated_at"])
    if not was_open or row.person is None:
        return
    if row.session_key:
        end_session_of(actor, account_id=row.person.account.pk, session_key=row.session_key)
    events.record(codes.TERMINAL_ENDED, actor=actor, subject_id=row.terminal_id, holder_id=row.person_id, why=str(why))


def end_left_behind(actor: Actor) -> int:
    """End visits whose time is over without the machine having said so; returns how many."""
    ids = left_behind()
    for pk in ids:
        _end_if_left(actor, pk)
    return len(ids)


@transaction.atomic
def _end_if_left(actor: Actor, visit_id: UUID) -> None:
    row = _find_locked(visit_id)
    if row is None or row.state != _State.OPEN or row.opened_at is None or row.seen_at is None:
        return
    now = timezone.now()
    if rules.ends_at(row.opened_at, row.seen_at, terms()) <= now:
        is_long = rules.is_over_limit(row.opened_at, now, terms())
        end_locked(actor, row=row, why=_End.LIMIT if is_long else _End.LEFT)


@transaction.atomic
def forget_visits(actor: Actor) -> int:
    """Delete visits nobody was let in to, after a day, and the others after half a year; the audit keeps its rows."""
    now = timezone.now()
    never = TerminalVisit.objects.filter(opened_at__isnull=True, created_at__lt=now - dt.timedelta(days=1))
    past = TerminalVisit.objects.filter(state=_State.ENDED, created_at__lt=now - dt.timedelta(days=_KEEP_DAYS))
    return never.delete()[0] + past.delete()[0]


def _visits() -> QuerySet[TerminalVisit]:
    rows = TerminalVisit.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("terminal__hall", "person__account")


def _find_locked(visit_id: UUID) -> TerminalVisit | None:
    """Lock the machine, then the visit."""
    place = TerminalVisit.objects.filter(pk=visit_id).values_list("terminal_id", flat=True).first()
    if place is None:
        return None
    Terminal.objects.select_for_update(no_key=True).values_list("pk", flat=True).get(pk=place)
    return _visits().filter(pk=visit_id).first()


def _locked_visit(visit_id: UUID) -> TerminalVisit:
    row = _find_locked(visit_id)
    if row is None:
        raise errors.VisitOver
    return row
