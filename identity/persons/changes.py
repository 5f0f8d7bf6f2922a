"""How a change of a person is written: the row, its history and the audit, in the caller's transaction."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import crypto, events
from identity import events as codes
from identity import messaging
from identity.actions import PHONE
from identity.actor import Actor
from identity.errors import PersonExists
from identity.models import Account, Person, PersonChange
from identity.persons import likeness
from identity.persons.documents import IdDocument
from identity.persons.errors import PhoneTaken


def keep(
    actor: Actor,
    person: Person,
    kind: PersonChange.Kind,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    source: str,
    original_id: str = "",
) -> PersonChange:
    """Append one change to the history and to the audit trail; the values stand encrypted in the history alone."""
    change = PersonChange.objects.create(
        person=person,
        kind=kind,
        before=before,
        after=after,
        source=source,
        made_by_id=actor.known_account_id,
        original_id=original_id,
    )
    detail = {"change": str(kind), "source": source, "original": original_id}
    events.record(codes.PERSON_CHANGED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    return change


def set_name(actor: Actor, person: Person, name: str, **how: str) -> bool:
    """Give a locked person another name; tells whether it was another one."""
    if person.name == name:
        return False
    before, person.name = person.name, name
    person.likeness_index = likeness.index(name, person.born)
    person.save(update_fields=["name", "likeness_index"])
    keep(actor, person, PersonChange.Kind.NAME, before={"name": before}, after={"name": name}, **how)
    return True


def set_document(actor: Actor, person: Person, document: IdDocument, **how: str) -> bool:
    """Let a locked person be known by another document; raises :class:`PersonExists` when that is somebody else's."""
    if bytes(person.id_number_index) == document.index:
        return False
    before, born = _document(person.document), person.born
    person.document_kind, person.issuer = document.kind, document.issuer
    person.id_number, person.id_number_index = document.number, document.index
    person.birth_date = born.isoformat() if born and document.born is None else None
    person.likeness_index = likeness.index(person.name, person.born)
    fields = ["document_kind", "issuer", "id_number", "id_number_index", "birth_date", "likeness_index"]
    try:
        with transaction.atomic():
            person.save(update_fields=fields)
    except IntegrityError as error:
        raise PersonExists from error
    keep(actor, person, PersonChange.Kind.DOCUMENT, before=before, after=_document(document), **how)
    return True


def set_phone(actor: Actor, person: Person, phone: str, **how: str) -> bool:
    """Give a locked person and their sign-in another phone; the old one is told. Raises :class:`PhoneTaken`."""
    if person.phone == phone:
        return False
    before, person.phone = person.phone, phone
    index = crypto.blind_index(phone, purpose=PHONE)
    try:
        with transaction.atomic():
            person.save(update_fields=["phone"])
            Account.objects.filter(person=person).update(phone_index=index)
    except IntegrityError as error:
        raise PhoneTaken from error
    keep(actor, person, PersonChange.Kind.PHONE, before={"phone": before}, after={"phone": phone}, **how)
    if before:
        messaging.send(phone=before, text=_told(phone))
    return True


def set_level(actor: Actor, person: Person, level: int, **how: str) -> bool:
    """Raise a locked person's level; one reached elsewhere is never lowered."""
    if person.assurance_level >= level:
        return False
    before, person.assurance_level = person.assurance_level, level
    person.save(update_fields=["assurance_level"])
    keep(actor, person, PersonChange.Kind.LEVEL, before={"level": before}, after={"level": level}, **how)
    return True


def _document(document: IdDocument) -> dict[str, str]:
    return {"kind": document.kind, "issuer": document.issuer, "number": document.number}


def _told(phone: str) -> str:
    return _("您的政务服务账号的手机号已换成尾号 %(end)s 的号码。不是您本人操作的，请马上带证件到政务服务窗口。") % {
        "end": phone[-4:]
    }
