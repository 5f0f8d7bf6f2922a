"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a signed token to the app, tried until it answers."""

import http.client
import time
import uuid
from urllib.parse import urlencode, urlsplit

from allauth.core.internal import jwkkit
from allauth.core.internal.deferred import jwt
from allauth.idp.oidc.adapter import get_adapter
from django.db import transaction

from common import events
from identity import events as codes
from identity.actor import SYSTEM
from identity.models import SsoSession
from identity.sso import addresses
from identity.sso.errors import LogoutUndelivered

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIVES_SECONDS = 120  # §2.4: preferably at most two minutes
_WAIT_SECONDS = 5


def logout_token(sign_in: SsoSession) -> str:
    """The signed token that says this sign-in ended; each call makes one of its own (``jti``)."""
    adapter = get_adapter()
    now = int(time.time())
    payload = {
        "iss": adapter.get_issuer(),
        "aud": sign_in.profile.client_id,
        "sub": adapter.get_user_sub(sign_in.profile.client, sign_in.account),
        "sid": sign_in.sid,
        "iat": now,
        "exp": now + _LIVES_SECONDS,
        "jti": uuid.uuid4().hex,
        "events": {EVENT: {}},
    }
    jwk, private = jwkkit.load_jwk_from_pem(adapter.get_signing_key().pem)
    return str(jwt.encode(payload, private, algorithm="RS256", headers={"kid": jwk["kid"], "typ": "logout+jwt"}))


def deliver(*, session_id: uuid.UUID) -> None:
    """Tell the app once; safe to repeat. Raises :class:`LogoutUndelivered` when it should be tried again."""
    sign_in = SsoSession.objects.select_related("account", "profile__client", "profile__department").get(pk=session_id)
    if sign_in.notice != SsoSession.Notice.WAITING:
        return
    uri = sign_in.profile.backchannel_logout_uri
    if not uri or addresses.problem_with(uri):
        _settle(sign_in, SsoSession.Notice.NONE, "no_address")
        return
    status = _post(uri, urlencode({"logout_token": logout_token(sign_in)}))
    if status in {200, 204}:
        _settle(sign_in, SsoSession.Notice.TOLD, str(status))
    elif 300 <= status < 500 and status not in {408, 425, 429}:
        _settle(sign_in, SsoSession.Notice.REFUSED, str(status))  # asking again would not change it
    else:
        raise LogoutUndelivered(f"{sign_in.profile.client_id} answered {status}")


def _post(uri: str, body: str) -> int:
    """Send the form and return the status. No redirect is followed, no proxy asked, no body read."""
    parts = urlsplit(uri)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_WAIT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise LogoutUndelivered(f"{parts.hostname}: {error}") from error
    finally:
        connection.close()


@transaction.atomic
def _settle(sign_in: SsoSession, notice: SsoSession.Notice, answer: str) -> None:
    """Keep what came of it; of two deliveries at once the first one is written down."""
    waiting = SsoSession.objects.filter(pk=sign_in.pk, notice=SsoSession.Notice.WAITING)
    if waiting.update(notice=notice):
        events.record(
            codes.SSO_LOGOUT_SENT,
            actor=SYSTEM,
            subject_id=sign_in.profile_id,
            holder_id=sign_in.account.person_id,
            answer=answer,
        )
