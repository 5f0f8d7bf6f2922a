"""Phones in tests: what arrived, and somebody who wants to register."""

import re

from common import crypto
from common.checksums import id_number_check
from identity.actions import PHONE
from identity.actor import SYSTEM
from identity.models import OutboxMessage
from identity.verification.local import save_record

NEW_PHONE = "13900000201"
NEW_NAME = "钱多多·𠮷"
_FIRST17 = "51990219900101188"
NEW_NUMBER = _FIRST17 + id_number_check(_FIRST17)
NEW_PASSWORD = "Bamboo-bridge-42"


def texts_to(phone: str) -> list[str]:
    """What a phone received, oldest first."""
    index = crypto.blind_index(phone, purpose=PHONE)
    return [row.text for row in OutboxMessage.objects.filter(phone_index=index).order_by("created_at")]


def code_in(text: str) -> str:
    """The six digits in a message."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, text
    return found.group()


def last_code(phone: str) -> str:
    """The code a phone received last."""
    return code_in(texts_to(phone)[-1])


def know_newcomer(*, phone: str = NEW_PHONE, name: str = NEW_NAME) -> None:
    """Enter the newcomer in the population register."""
    save_record(SYSTEM, id_number=NEW_NUMBER, name=name, phone=phone)
