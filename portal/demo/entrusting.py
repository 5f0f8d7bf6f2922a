"""Mandates of the demonstration city: given and accepted through the real actions. Loading twice changes nothing."""

from django.db import transaction
from django.utils import timezone

from identity.mandates import actions
from identity.mandates.guardianship_actions import Guardianship, record_guardian
from identity.mandates.rules import Terms, last_day
from identity.models import Account, Mandate
from identity.queries import actor_for
from portal.demo import timeline
from portal.demo.people import Cast
from portal.demo.reading import DemoContentInvalid, Row, cast_rows
from services.models import ServiceItem


def load(cast: Cast) -> int:
    """Give every mandate that was never given; returns how many."""
    return sum(_guard(cast, row) if row["kind"] == "guardian" else _give(cast, row) for row in cast_rows("mandates"))


def _guard(cast: Cast, row: Row) -> bool:
    """A guardian recorded at the counter, with the household register; the scan is not part of the demonstration."""
    ward, guardian = cast.persons[row["principal"]], cast.persons[row["agent"]]
    if Mandate.objects.filter(principal_id=ward.pk, agent=guardian).exists():
        return False
    facts = Guardianship(guardian_name=guardian.name, guardian_id_number=guardian.id_number, proof="household")
    clerk = actor_for(Account.objects.get(username=row["clerk"]))
    with timeline.on(timeline.days_ago(row["days_ago"])):
        record_guardian(clerk, ward=ward, facts=facts, original_id="")
    return True


@transaction.atomic
def _give(cast: Cast, row: Row) -> bool:
    agent = cast.persons[row["agent"]]
    if Mandate.objects.filter(principal=cast.party(row["principal"]), agent=agent).exists():
        return False
    with timeline.on(timeline.days_ago(row["days_ago"])):
        mandate = actions.propose(
            cast.actor(row["principal"]),
            kind=row["kind"],
            agent_name=agent.name,
            agent_id_number=agent.id_number,
            terms=_terms(row),
        )
        actions.accept(actor_for(agent.account), mandate_id=mandate.pk)
    return True


def _terms(row: Row) -> Terms:
    today = timezone.localdate()
    codes = tuple(_code(name) for name in row.get("items", []))
    return Terms(
        scope=Mandate.Scope.ITEMS if codes else Mandate.Scope.ALL,
        starts_on=today,
        ends_on=last_day(today),
        item_codes=codes,
        purpose=row["purpose"],
    )


def _code(name: str) -> str:
    item = ServiceItem.objects.filter(name=name, department__isnull=False).first()
    if item is None:
        raise DemoContentInvalid(f"mandates.yaml: no item is called {name!r}")
    return item.code
