"""The delivery follows its case: ready when that is closed, ended when it ends without a result."""

from django.utils import timezone

from cases import messages
from cases.delivery.models import Delivery
from cases.models import Case
from cases.states import State


def follow(case: Case) -> None:
    """Bring the delivery of a locked case that has just ended to where it belongs."""
    delivery = Delivery.objects.select_for_update(no_key=True).filter(case=case, state=Delivery.State.CHOSEN).first()
    if delivery is None or delivery.way == Delivery.Way.ELECTRONIC:
        return
    if case.state == State.CLOSED:
        delivery.state, delivery.ready_at = Delivery.State.READY, timezone.now()
        if delivery.way == Delivery.Way.PICK_UP:
            messages.notify(case, messages.PICK_UP_READY)
    else:
        delivery.state = Delivery.State.ENDED
    delivery.save(update_fields=["state", "ready_at", "updated_at"])
