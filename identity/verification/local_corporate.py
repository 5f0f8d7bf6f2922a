"""The corporate library in this database."""

from django.db import transaction

from common import events
from identity import events as codes
from identity import rules
from identity.actions import require_system
from identity.actor import Actor
from identity.models import CorporateRecord
from identity.persons import documents
from identity.persons.documents import IdDocument
from identity.verification.corporate import Entry


class LocalCorporateLibrary:
    """Reads :class:`CorporateRecord`."""

    name = "corporate_register"

    def find(self, uscc: str) -> Entry | None:
        """Return what the table says of this organisation."""
        record = CorporateRecord.objects.filter(uscc=uscc).first()
        if record is None:
            return None
        found = documents.recognise(record.representative_number)
        is_same = found.kind == record.representative_kind
        return Entry(
            uscc=record.uscc,
            name=record.name,
            kind=record.kind,
            state=record.state,
            address=record.address,
            representative_name=record.representative_name,
            representative=found if is_same else IdDocument(record.representative_kind, record.representative_number),
        )


@transaction.atomic
def save_corporate_record(
    actor: Actor,
    *,
    uscc: str,
    name: str,
    kind: str,
    address: str,
    representative_name: str,
    representative: IdDocument,
    state: str = "active",
) -> CorporateRecord:
    """Enter an organisation in the library or correct the entry; system only.

    Raises :class:`UsccInvalid` or :class:`NameInvalid`.
    """
    require_system(actor)
    values = {
        "name": rules.normal_name(name, is_organisation=True),
        "kind": kind,
        "state": state,
        "address": address,
        "representative_name": rules.normal_name(representative_name, field="representative_name"),
        "representative_kind": representative.kind,
        "representative_number": representative.number,
        "representative_index": representative.index,
    }
    code = rules.normal_uscc(uscc)
    record, is_new = CorporateRecord.objects.select_for_update().get_or_create(uscc=code, defaults=values)
    if not is_new and any(_plain(getattr(record, key)) != value for key, value in values.items()):
        for key, value in values.items():
            setattr(record, key, value)
        record.save()
    if is_new:
        events.record(codes.CORPORATE_RECORDED, actor=actor, subject_id=record.pk)
    return record


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
