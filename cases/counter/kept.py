"""The hall that somebody looks after, locked for a change of its counter."""

from uuid import UUID

from identity.actor import Actor, ActorKind
from identity.halls.errors import HallNotFound
from identity.models import Hall
from identity.permissions import Permission
from identity.staff.current import hold


def kept_hall(actor: Actor, hall_id: UUID) -> Hall:
    """Lock a hall that the actor looks after; raises :class:`HallNotFound`."""
    hold(actor)
    hall = Hall.objects.select_for_update(no_key=True, of=("self",)).select_related("region").filter(pk=hall_id).first()
    if hall is None:
        raise HallNotFound
    if actor.kind != ActorKind.SYSTEM and not actor.may(Permission.MANAGE_ITEMS, hall.department_id):
        raise HallNotFound
    return hall
