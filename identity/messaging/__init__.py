"""Everything the site tells people: one outbox for all that leaves it, one inbox for each person.

:func:`send` is for a few words to one phone (a code, a warning). What happens in people's matters is announced with
:func:`identity.messaging.announcing.notify`: it comes to their inbox, and by phone and e-mail as they chose. Both write
their rows in the caller's transaction; a job hands them over after the commit (:mod:`identity.messaging.sending`),
through the gateway that ``settings.MESSAGE_GATEWAY`` names.

A gateway is a class without arguments that has :meth:`Gateway.send`. Two come with the site:
``identity.messaging.outbox.OutboxGateway`` (rows stay there for a process of the city; the default) and
``identity.messaging.console.ConsoleGateway`` (the terminal of a developer).
"""

import datetime as dt
from typing import Protocol

from django.utils import timezone

from common import crypto
from common.jobs import after_commit
from identity.actions import PHONE
from identity.models import OutboxMessage

KEEP = dt.timedelta(days=1)


class Gateway(Protocol):
    """What a gateway must do."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Take over one message: ``phone`` is 11 digits, ``text`` at most 70 characters or several parts.

        Called in a job, outside every transaction. It raises when it cannot tell that the message was taken over, and
        is then called again later with the same ``key``: a message whose key was taken over already is not sent
        again. Whoever does not answer within ten seconds counts as failed. It must not log ``text`` (it may hold a
        code), and raises nothing for a number that cannot be reached.
        """


def send(*, phone: str, text: str, lasts: dt.timedelta | None = None) -> None:
    """Write one text message in the caller's transaction, to be sent after the commit.

    ``lasts`` says after what time it is of no use: a code that comes late is not sent at all. What this number got
    more than a day ago is forgotten.
    """
    now = timezone.now()
    index = crypto.blind_index(phone, purpose=PHONE)
    old = OutboxMessage.objects.filter(phone_index=index, created_at__lt=now - KEEP)
    old.exclude(state=OutboxMessage.State.WAITING).delete()
    row = OutboxMessage.objects.create(
        phone=phone, phone_index=index, text=text, due_at=now, ends_at=now + lasts if lasts else None
    )
    after_commit("identity.tasks.send_message", message_id=str(row.pk))


def send_email(*, email: str, subject: str, text: str, lasts: dt.timedelta | None = None) -> None:
    """As :func:`send`, to an e-mail address."""
    now = timezone.now()
    row = OutboxMessage.objects.create(
        channel=OutboxMessage.Channel.EMAIL,
        email=email,
        subject=subject,
        text=text,
        due_at=now,
        ends_at=now + lasts if lasts else None,
    )
    after_commit("identity.tasks.send_message", message_id=str(row.pk))
