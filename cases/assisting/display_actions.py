"""What happens on the screen that faces the people: it is bound by a code, and whoever stands there answers on it.

The screen's key is a cookie of its own. No session of a clerk can press in somebody's stead: the pages that call this
refuse a browser in which anybody is signed in.
"""

import datetime as dt
import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases.assisting import errors, handwriting
from cases.assisting.behalf import still_stands
from cases.assisting.models import Assistance, WindowDisplay
from cases.assisting.moving import end, lock, say
from cases.assisting.screens import CODE, KEY, display_of
from cases.assisting.standing import State
from cases.counter.seats import seated_window
from common import crypto, events
from common.limits import is_over
from identity.actor import Actor

_DIGITS = 8


@transaction.atomic
def make_code(actor: Actor, *, window_id: UUID) -> str:
    """A new code of eight digits for the display of this window; an earlier one counts no more. Lives a few minutes.

    Raises :class:`WindowNotFound` or :class:`NotSeated`.
    """
    window = seated_window(actor, window_id)
    display, _new = WindowDisplay.objects.get_or_create(window=window)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    display.code_index = crypto.blind_index(code, purpose=CODE)
    display.code_ends_at = timezone.now() + dt.timedelta(minutes=settings.COUNTER_DISPLAY_CODE_MINUTES)
    display.bound_by_id = actor.account_id
    display.save()
    events.record(codes.DISPLAY_BOUND, actor=actor, subject_id=window.pk, window=window.number, step="code")
    return code


def bind_display(actor: Actor, *, code: str, address: str) -> str:
    """Give the screen that sends a code its key, once; an earlier screen of the window loses its own.

    ``actor`` is nobody: raises :class:`DisplaySignedIn` for anybody, :class:`TooManyCodes` or :class:`CodeWrong`.
    """
    _require_nobody(actor)
    if is_over("display-code", address, most=10, seconds=60):  # counted outside: a refusal takes nothing back
        raise errors.TooManyCodes
    typed = "".join(code.split())
    with transaction.atomic():
        waiting = WindowDisplay.objects.select_for_update(of=("self",), no_key=True).select_related("window")
        index = crypto.blind_index(typed[:20], purpose=CODE)
        display = waiting.filter(code_index=index, code_ends_at__gt=timezone.now()).first()
        if display is None:
            raise errors.CodeWrong(fields={"code": errors.CodeWrong.message})
        key = secrets.token_urlsafe(32)
        display.key_index = crypto.blind_index(key, purpose=KEY)
        display.code_index = display.code_ends_at = None
        display.bound_at = timezone.now()
        display.save()
        window = display.window
        events.record(codes.DISPLAY_BOUND, actor=actor, subject_id=window.pk, window=window.number, step="bound")
    return key


@transaction.atomic
def unbind_display(actor: Actor, *, window_id: UUID) -> None:
    """Take the window's display its key. Raises :class:`WindowNotFound` or :class:`NotSeated`."""
    window = seated_window(actor, window_id)
    WindowDisplay.objects.filter(window=window).update(key_index=None, bound_at=None, code_index=None)
    events.record(codes.DISPLAY_BOUND, actor=actor, subject_id=window.pk, window=window.number, step="unbound")


def _require_nobody(actor: Actor) -> None:
    if actor.account_id is not None:
        raise errors.DisplaySignedIn


def _require_standing(row: Assistance) -> None:
    """The screen says by itself that the mandate ended: what is pressed comes too late."""
    if not still_stands(row):
        raise errors.AssistanceMoved(state=row.get_state_display())


def _at_display(actor: Actor, key: str, assistance_id: UUID) -> Assistance:
    _require_nobody(actor)
    display = display_of(key)
    return lock(assistance_id, window_id=display.window_id)


@transaction.atomic
def answer(actor: Actor, *, key: str, assistance_id: UUID, is_agreed: bool) -> Assistance:
    """Agree or decline, once. Raises :class:`DisplaySignedIn`, :class:`DisplayUnknown`, :class:`AssistanceNotFound` or
    :class:`AssistanceMoved`.
    """
    row = _at_display(actor, key, assistance_id)
    if not is_agreed:
        return end(actor, row, {State.ASKED}, State.DECLINED, reason="本人在客屏上不同意")
    _require_standing(row)
    return say(actor, row, {State.ASKED}, "agreed", state=State.AGREED, way=Assistance.Way.DISPLAY, **_now("answered"))


@transaction.atomic
def confirm(actor: Actor, *, key: str, assistance_id: UUID, digest: str, written: str = "") -> Assistance:
    """Confirm what is about to be handed in: exactly what the display showed. ``written``: the name by finger, if any.

    Raises :class:`HandwritingUnusable` or as :func:`answer`.
    """
    lines = handwriting.checked(written)
    row = _at_display(actor, key, assistance_id)
    _require_standing(row)
    if not row.draft_digest or digest != row.draft_digest or row.confirmed_digest == row.draft_digest:
        raise errors.AssistanceMoved(state=row.get_state_display())
    values: dict[str, object] = {
        "confirmed_digest": row.draft_digest,
        "confirmed_way": Assistance.Way.DISPLAY,
        "handwriting": lines,
    }
    values |= _now("confirmed")
    return say(actor, row, {State.AGREED}, "confirmed", **values)


@transaction.atomic
def withdraw(actor: Actor, *, key: str, assistance_id: UUID) -> Assistance:
    """Take the consent back: from this moment the clerk reads and writes nothing more. Raises as :func:`answer`."""
    row = _at_display(actor, key, assistance_id)
    return end(actor, row, {State.AGREED, State.ASKED}, State.ENDED, reason="本人在客屏上停止")


def _now(what: str) -> dict[str, object]:
    return {f"{what}_at": timezone.now()}
