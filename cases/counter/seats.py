"""Who sits at which window: the lock and the check that every act at a window begins with."""

from uuid import UUID

from cases.counter import errors
from cases.counter.models import CounterWindow
from identity.actor import Actor
from identity.permissions import Permission
from identity.staff.current import hold


def locked_window(actor: Actor, window_id: UUID) -> CounterWindow:
    """Lock a window in use that belongs to the actor's post; raises :class:`WindowNotFound`."""
    hold(actor)
    rows = CounterWindow.objects.select_for_update(no_key=True, of=("self",)).select_related("hall")
    window = rows.filter(pk=window_id, is_active=True, hall__is_active=True, hall__counter__is_open=True).first()
    if window is None or actor.post_id != window.post_id or not actor.departments(Permission.COUNTER):
        raise errors.WindowNotFound
    return window


def seated_window(actor: Actor, window_id: UUID) -> CounterWindow:
    """As :func:`locked_window`, with the actor sitting at it; raises :class:`NotSeated`."""
    window = locked_window(actor, window_id)
    if window.clerk_id != actor.account_id:
        raise errors.NotSeated
    return window
