"""Reads about handing results over."""

from django.db.models import QuerySet
from django.utils import timezone

from cases.delivery.models import Delivery
from cases.models import Case
from cases.states import OPEN_STATES, State
from identity.actor import Actor
from identity.mandates.queries import current
from identity.mandates.rules import is_grown_up, scope_of
from identity.models import Party, Person
from identity.permissions import Permission


def delivery_of(case: Case) -> Delivery | None:
    """The delivery of a case its reader may see, None for electronic only."""
    return getattr(case, "delivery", None)


def may_choose(case: Case) -> bool:
    """Whether the way can still be chosen."""
    return case.state in {State.DRAFT, *OPEN_STATES} and case.state != State.DECIDED


def to_hand_out(actor: Actor) -> QuerySet[Delivery]:
    """待发放: what waits at this post's counter, longest first."""
    if not actor.is_staff:
        return Delivery.objects.none()
    own = actor.departments(Permission.COUNTER)
    rows = Delivery.objects.filter(state=Delivery.State.READY, department_id__in=own)
    parts = ("case__item_version", "case__applicant__person", "case__applicant__organisation")
    return rows.select_related(*parts).order_by("ready_at", "pk")


def receivers_of(case: Case) -> list[Person]:
    """Who may take a result: the applicant or the legal representative, and whoever has a mandate that covers it."""
    party = case.applicant
    himself = party.organisation.legal_representative if party.kind == Party.Kind.ORGANISATION else party.person
    today = timezone.localdate()
    people = {himself.pk: himself}
    for mandate in current(today).filter(principal=party).select_related("agent", "principal__person"):
        agent = mandate.agent
        if agent and scope_of(mandate).covers_case(case.number, case.item.code) and not is_grown_up(mandate, today):
            people[agent.pk] = agent
    return list(people.values())
