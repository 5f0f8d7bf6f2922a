"""The population register in this database."""

import hmac

from django.db import transaction
from django.utils import timezone

from common import crypto, events
from identity import events as codes
from identity import rules
from identity.actions import ID_NUMBER, require_system
from identity.actor import Actor
from identity.models import PopulationRecord
from identity.verification import Facts, Result


class LocalRegister:
    """Compares with :class:`PopulationRecord`."""

    name = "population_register"

    def compare(self, facts: Facts) -> Result:
        """Compare the three facts; a record without a phone agrees with none."""
        record = PopulationRecord.objects.filter(id_number_index=facts.index).first()
        if record is None:
            return Result.UNKNOWN
        claimed = "\x00".join((facts.id_number, rules.name_key(facts.name), facts.phone))
        known = "\x00".join((record.id_number, rules.name_key(record.name), record.phone or ""))
        same = hmac.compare_digest(claimed.encode(), known.encode())
        return Result.AGREED if same else Result.DIFFERS


@transaction.atomic
def save_record(actor: Actor, *, id_number: str, name: str, phone: str = "") -> PopulationRecord:
    """Enter a person in the register or correct the entry; system only.

    Raises :class:`IdNumberInvalid` or :class:`NameInvalid`.
    """
    require_system(actor)
    number = rules.normal_id_number(id_number, today=timezone.localdate())
    index = crypto.blind_index(number, purpose=ID_NUMBER)
    values = {
        "id_number": number,
        "name": rules.normal_name(name),
        "phone": rules.normal_phone(phone) if phone else None,
    }
    record, is_new = PopulationRecord.objects.select_for_update().get_or_create(id_number_index=index, defaults=values)
    if not is_new and any(getattr(record, key) != value for key, value in values.items()):
        for key, value in values.items():
            setattr(record, key, value)
        record.save()
    if is_new:
        events.record(codes.POPULATION_RECORDED, actor=actor, subject_id=record.pk)
    return record
