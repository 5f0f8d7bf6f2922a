"""Asking a source and keeping what it said, with source and time; misses are limited."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from common import crypto, events
from identity import events as codes
from identity.actions import PHONE
from identity.actor import Actor
from identity.errors import TooManyTries
from identity.models import Person, VerificationRecord
from identity.verification import FACTS, Facts, Result, source

_DAY = dt.timedelta(days=1)
_MISSES_PER_PHONE = 3  # of one document from one phone in a day
_MISSES_PER_NUMBER = 10  # of one document from all phones in a day


@transaction.atomic
def compare(actor: Actor, facts: Facts, *, person: Person | None) -> Result:
    """Compare three facts with the population library and record the answer.

    Raises :class:`TooManyTries` after three misses of a document from one phone in a day, or ten from all, and
    :class:`VerificationUnavailable` when the source is silent; then nothing is recorded.
    """
    phone = crypto.blind_index(facts.phone, purpose=PHONE)
    misses = VerificationRecord.objects.filter(
        id_number_index=facts.index, created_at__gt=timezone.now() - _DAY, result=Result.DIFFERS
    )
    if misses.filter(phone_index=phone).count() >= _MISSES_PER_PHONE or misses.count() >= _MISSES_PER_NUMBER:
        raise TooManyTries
    asked = source()
    result = asked.compare(facts)
    VerificationRecord.objects.create(
        person=person,
        id_number_index=facts.index,
        phone_index=phone,
        source=asked.name,
        facts=list(FACTS),
        result=result,
    )
    if person is not None:
        detail = {"source": asked.name, "result": str(result), "level": person.assurance_level}
        events.record(codes.LEVEL_CHECKED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    return result
