"""What a browser remembers between asking for a code and typing it; the phone number only encrypted."""

import base64
from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest

from common import crypto
from common.addresses import client_address
from identity.actions import PHONE
from identity.code_actions import send_code
from portal.access import actor_of

_KEY = "phone_proof"
_SEEN = "outbox_phones"
_CONTEXT = "session.phone_proof"
_MOST_PHONES = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """A code under way: its id, and the phone it went to."""

    code_id: UUID
    phone: str = field(repr=False)


def begin(request: HttpRequest, *, phone: str, purpose: str, key: str = _KEY) -> None:
    """Send a code and remember which; raises what :func:`identity.code_actions.send_code` raises.

    ``key`` keeps two codes apart that are under way at one time.
    """
    code_id = send_code(actor_of(request), phone=phone, purpose=purpose, address=client_address(request))
    hidden = base64.b64encode(crypto.encrypt(phone.encode(), context=_CONTEXT)).decode()
    request.session[key] = {"id": str(code_id), "phone": hidden, "purpose": purpose}
    remember(request, crypto.blind_index(phone, purpose=PHONE))


def remember(request: HttpRequest, phone_index: bytes) -> None:
    """Note for the demonstration's outbox that this browser asked for a code to a phone."""
    index = phone_index.hex()
    others = [other for other in request.session.get(_SEEN, []) if other != index]
    request.session[_SEEN] = [*others, index][-_MOST_PHONES:]


def under_way(request: HttpRequest, purpose: str, *, key: str = _KEY) -> Proof | None:
    """The code this browser asked for with this purpose, if any."""
    kept = request.session.get(key)
    if not kept or kept["purpose"] != purpose:
        return None
    phone = crypto.decrypt(base64.b64decode(kept["phone"]), context=_CONTEXT).decode()
    return Proof(code_id=UUID(kept["id"]), phone=phone)


def forget(request: HttpRequest, *, key: str = _KEY) -> None:
    """The code is used."""
    request.session.pop(key, None)


def phones_asked_for(request: HttpRequest) -> list[bytes]:
    """Blind indexes of the phones this browser asked codes for."""
    return [bytes.fromhex(index) for index in request.session.get(_SEEN, [])]
