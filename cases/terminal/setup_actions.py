"""What whoever looks after a hall says about its machines: a name, in use or not, the address."""

import secrets
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import events as codes
from cases.counter.kept import kept_hall
from cases.terminal import errors
from cases.terminal.models import Terminal, TerminalVisit
from cases.terminal.visit_actions import end_locked
from common import events
from common.idempotency import claim
from identity.actor import Actor

_LONGEST = 40


@transaction.atomic
def save_terminal(
    actor: Actor,
    *,
    hall_id: UUID,
    name: str,
    is_active: bool = True,
    terminal_id: UUID | None = None,
    expected_revision: int | None = None,
    request_key: str = "",
) -> Terminal:
    """Enrol a machine, rename it or take it out of use; then whoever is at it is signed out.

    Raises :class:`HallNotFound`, :class:`TerminalNotFound`, :class:`TerminalInvalid` or :class:`TerminalChanged`.
    """
    hall = kept_hall(actor, hall_id)
    claimed = claim(actor_id=actor.account_id, action="save_terminal", request_key="" if terminal_id else request_key)
    if claimed.earlier_id:
        return Terminal.objects.get(pk=claimed.earlier_id)
    terminal = _locked(hall_id, terminal_id) if terminal_id else Terminal(hall=hall, key=_key(), revision=0)
    if terminal_id and expected_revision is not None and expected_revision != terminal.revision:
        raise errors.TerminalChanged
    terminal.name, terminal.is_active = name.strip(), is_active
    if not terminal.name or len(terminal.name) > _LONGEST or not terminal.name.isprintable():
        raise errors.TerminalInvalid(fields={"name": _("请填写，不超过 40 个字，不能有控制字符。")})
    terminal.revision += 1
    try:
        with transaction.atomic():
            terminal.save()
    except IntegrityError as error:
        raise errors.TerminalInvalid(fields={"name": _("这个大厅已经有一台叫这个名字的终端。")}) from error
    if not is_active:
        _clear(actor, terminal)
    claimed.settle(terminal.pk)
    events.record(codes.TERMINAL_SAVED, actor=actor, subject_id=terminal.pk, name=terminal.name, is_active=is_active)
    return terminal


@transaction.atomic
def renew_terminal_key(actor: Actor, *, hall_id: UUID, terminal_id: UUID) -> Terminal:
    """Give a machine a new address; the old one shows nothing from now on, and whoever is at it is signed out.

    Raises :class:`HallNotFound` or :class:`TerminalNotFound`.
    """
    kept_hall(actor, hall_id)
    terminal = _locked(hall_id, terminal_id)
    terminal.key = _key()
    terminal.save(update_fields=["key", "updated_at"])
    _clear(actor, terminal)
    events.record(codes.TERMINAL_KEY_RENEWED, actor=actor, subject_id=terminal.pk)
    return terminal


def _locked(hall_id: UUID, terminal_id: UUID) -> Terminal:
    terminal = Terminal.objects.select_for_update(no_key=True).filter(hall_id=hall_id, pk=terminal_id).first()
    if terminal is None:
        raise errors.TerminalNotFound
    return terminal


def _clear(actor: Actor, terminal: Terminal) -> None:
    """End every visit at a locked machine, and forget a card that nobody fetched."""
    Terminal.objects.filter(pk=terminal.pk).update(card=None, card_at=None)
    visits = TerminalVisit.objects.select_for_update(no_key=True, of=("self",)).select_related("person__account")
    for visit in visits.filter(terminal=terminal).exclude(state=TerminalVisit.State.ENDED):
        end_locked(actor, row=visit, why=TerminalVisit.End.MACHINE)


def _key() -> str:
    return secrets.token_urlsafe(32)
