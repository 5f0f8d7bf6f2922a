"""Messages in a table: the demonstration shows it, a gateway's process takes from it."""

import datetime as dt

from django.utils import timezone

from common import crypto
from identity.actions import PHONE
from identity.models import OutboxMessage

KEEP = dt.timedelta(days=1)


class OutboxGateway:
    """Writes one row for each message, number and text encrypted."""

    def send(self, *, phone: str, text: str) -> None:
        """Store one message; what this number got more than a day ago is removed."""
        index = crypto.blind_index(phone, purpose=PHONE)
        OutboxMessage.objects.filter(phone_index=index, created_at__lt=timezone.now() - KEEP).delete()
        OutboxMessage.objects.create(phone=phone, phone_index=index, text=text)
