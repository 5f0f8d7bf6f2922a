"""How a person wants to be told: channels by group, language, and an e-mail address they confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from common import crypto, events
from identity import events as codes
from identity.actor import Actor
from identity.code_actions import send_email_code, use_code
from identity.errors import CodeExpired
from identity.messaging.errors import EmailInvalid, LegalStaysOn
from identity.messaging.kinds import LANGUAGES, Group
from identity.models import MessagePreference, OneTimeCode, Person

CHANNELS = ("portal", "sms", "email")
_EMAIL = "identity.email"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person prefers; everything is on until they switch it off."""

    language: str = LANGUAGES[0]
    email: str = ""
    pending_email: str = field(default="", repr=False)
    off: frozenset[str] = frozenset()

    def has(self, channel: str, group: str) -> bool:
        """Whether messages of this group come by this channel; legal ones always reach the inbox."""
        return (channel == "portal" and group == Group.LEGAL) or f"{channel}:{group}" not in self.off


def of(person: Person) -> Wishes:
    """The wishes of a person loaded with ``message_preference``."""
    row: MessagePreference | None = getattr(person, "message_preference", None)
    return _wishes(row)


def own(actor: Actor) -> Wishes:
    """The signed-in person's own wishes (one query)."""
    return _wishes(MessagePreference.objects.filter(person_id=actor.person_id).first())


def _wishes(row: MessagePreference | None) -> Wishes:
    if row is None:
        return Wishes()
    return Wishes(row.language, row.email or "", row.pending_email or "", frozenset(row.off))


@transaction.atomic
def save(actor: Actor, *, off: Iterable[str], language: str) -> None:
    """Write down what the person wants; unknown switches count for nothing. Raises :class:`LegalStaysOn`."""
    known = {f"{channel}:{group}" for channel in CHANNELS for group in Group}
    chosen = sorted(set(off) & known)
    if f"portal:{Group.LEGAL}" in chosen:
        raise LegalStaysOn(fields={"portal_legal": LegalStaysOn.message})
    row = _own_row(actor)
    row.off = chosen
    row.language = language if language in LANGUAGES else LANGUAGES[0]
    row.save(update_fields=["off", "language", "updated_at"])
    _record(actor, "channels")


@transaction.atomic
def ask_email(actor: Actor, *, email: str, address: str) -> UUID:
    """Send a code to a new e-mail address; it counts once the code is typed.

    ``address`` is the network address that asks. Returns the code's id, for the session.
    Raises :class:`EmailInvalid` or :class:`TooManyTries`.
    """
    wanted = email.strip()
    try:
        validate_email(wanted)
    except ValidationError as error:
        raise EmailInvalid(fields={"email": EmailInvalid.message}) from error
    row = _own_row(actor)
    row.pending_email = wanted
    row.save(update_fields=["pending_email", "updated_at"])
    return send_email_code(actor, email=wanted, index=_index(wanted), address=address)


def confirm_email(actor: Actor, *, code_id: UUID | None, code: str) -> None:
    """Take over the address the code went to. Call it outside a transaction. Raises CodeWrong or CodeExpired."""
    index = use_code(actor, code_id=code_id, code=code, purpose=OneTimeCode.Purpose.EMAIL)
    with transaction.atomic():
        row = _own_row(actor)
        if not row.pending_email or _index(row.pending_email) != index:
            raise CodeExpired(fields={"code": CodeExpired.message})
        row.email, row.pending_email = row.pending_email, None
        row.save(update_fields=["email", "pending_email", "updated_at"])
        _record(actor, "email")


@transaction.atomic
def remove_email(actor: Actor) -> None:
    """Forget the address, and one that waits to be confirmed."""
    row = _own_row(actor)
    row.email = row.pending_email = None
    row.save(update_fields=["email", "pending_email", "updated_at"])
    _record(actor, "no_email")


def _own_row(actor: Actor) -> MessagePreference:
    assert actor.person_id is not None
    MessagePreference.objects.bulk_create([MessagePreference(person_id=actor.person_id)], ignore_conflicts=True)
    return MessagePreference.objects.select_for_update(no_key=True).get(person_id=actor.person_id)


def _index(email: str) -> bytes:
    return crypto.blind_index(email.lower(), purpose=_EMAIL)


def _record(actor: Actor, what: str) -> None:
    events.record(codes.PREFERENCE_SAVED, actor=actor, subject_id=actor.person_id, holder_id=actor.person_id, what=what)
