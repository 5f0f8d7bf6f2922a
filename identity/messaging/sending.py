"""Hand over what waits in the outbox: each message once, however often the gateway fails or hangs.

A try first takes the row for :data:`LEASE` in a transaction of its own, so that two workers never have the same one and
a worker that dies leaves it to the next. The gateway is called outside every transaction. What it may have sent before
it failed is asked for again with the same key.
"""

import datetime as dt
import logging
from collections.abc import Callable
from threading import Thread
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from identity.messaging import KEEP, Gateway
from identity.models import OutboxMessage

PATIENCE = 10.0  # seconds a gateway may take
LEASE = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(minutes=15)
GIVE_UP = dt.timedelta(days=3)
_FAILURES_IN_A_ROW = 3  # then the gateway is down, and the rest waits for the next minute
_State = OutboxMessage.State
_log = logging.getLogger("onestop.messages")


class GatewayHangs(Exception):
    """The gateway did not answer in time."""


def deliver(*, message_id: UUID) -> bool | None:
    """Try one message that is due. True: handed over; False: failed, to be tried again; None: nothing to do."""
    row = _take(message_id)
    if row is None:
        return None
    try:
        _within(PATIENCE, lambda: _hand_over(row))
    except Exception as error:  # whatever a city's adapter raises
        _log.warning("message %s was not taken over (try %s): %s", row.pk, row.tries, type(error).__name__)
        wait = min(dt.timedelta(seconds=30) * 2 ** min(row.tries, 8), LONGEST_WAIT)
        _mine(row).update(due_at=timezone.now() + wait)
        return False
    _mine(row).update(state=_State.HANDED, handed_at=timezone.now())
    return True


def _mine(row: OutboxMessage) -> QuerySet[OutboxMessage]:
    """The row, unless another worker took it after our lease was over."""
    return OutboxMessage.objects.filter(pk=row.pk, state=_State.WAITING, tries=row.tries)


@transaction.atomic
def _take(message_id: UUID) -> OutboxMessage | None:
    now = timezone.now()
    rows = OutboxMessage.objects.select_for_update(skip_locked=True, no_key=True)
    row = rows.filter(pk=message_id, state=_State.WAITING, due_at__lte=now).first()
    if row is None:
        return None
    if now > (row.ends_at or row.created_at + GIVE_UP):
        row.state = _State.FAILED
        row.save(update_fields=["state", "updated_at"])
        _log.error("message %s was given up after %s tries", row.pk, row.tries)
        return None
    row.tries += 1
    row.due_at = now + LEASE
    row.save(update_fields=["tries", "due_at", "updated_at"])
    return row


def _hand_over(row: OutboxMessage) -> None:
    if row.channel == OutboxMessage.Channel.EMAIL:
        assert row.email is not None
        key = f"<{row.pk}@{settings.PUBLIC_BASE_URL.rpartition('/')[2]}>"
        EmailMessage(row.subject or "", row.text, to=[row.email], headers={"Message-ID": key}).send()
        return
    assert row.phone is not None
    gateway: Gateway = import_string(settings.MESSAGE_GATEWAY)()
    gateway.send(phone=row.phone, text=row.text, key=str(row.pk))


def _within(seconds: float, call: Callable[[], None]) -> None:
    """Call in a thread that nobody waits for any longer than this; raises what it raises, or GatewayHangs."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise GatewayHangs
    if failed:
        raise failed[0]


def deliver_due(*, limit: int = 500) -> int:
    """Try what is due, oldest first, until the gateway fails three times in a row; returns how many it took over."""
    due = OutboxMessage.objects.filter(state=_State.WAITING, due_at__lte=timezone.now()).order_by("due_at")
    done = failures = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        result = deliver(message_id=pk)
        done += result is True
        failures = 0 if result else failures + (result is False)
        if failures == _FAILURES_IN_A_ROW:
            break
    return done


def forget_old() -> int:
    """Delete what left the site more than a day ago, and what was given up; returns how many."""
    old = OutboxMessage.objects.exclude(state=_State.WAITING).filter(created_at__lt=timezone.now() - KEEP)
    return old.delete()[0]
