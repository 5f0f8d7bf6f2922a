"""The principal ends the mandate while the agent stands at the window."""

from dataclasses import replace

import pytest

from cases.actions import drafts, submission
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions
from cases.assisting.models import Assistance
from cases.models import Case
from identity.actor import PUBLIC
from identity.mandates import actions as mandates
from identity.models import Announcement, Mandate, Person
from tests.factories.assisting import a_display, a_whole_draft, acting, agreed, begun, confirmed
from tests.factories.counter import Counter, a_counter
from tests.factories.mandates import an_agent
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counter() -> Counter:
    return a_counter()


@pytest.fixture
def agent(counter: Counter) -> Person:
    return Person.objects.get(pk=an_agent(counter.cast).person_id)


def revoke(counter: Counter) -> Mandate:
    return mandates.revoke(counter.cast.citizen, mandate_id=Mandate.objects.get().pk)


def test_revoking_against_writing_has_one_outcome(counter: Counter, agent: Person):
    key = a_display(counter)
    row = agreed(counter, agent, key, party_id=counter.cast.shop.pk)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    actor, raw = acting(counter), {"org.name": "青禾餐饮店", "area": "30", "note": ""}
    results = at_once(
        lambda: drafts.save_answers(actor, case_id=case.pk, step_key="shop", raw=raw),
        lambda: revoke(counter),
    )
    assert (results[0] == "identity.mandate_ended_at_window") == ("area" not in Case.objects.get().answers)
    assert Mandate.objects.get().state == "revoked"


def test_revoking_against_handing_in_has_one_outcome(counter: Counter, agent: Person):
    key = a_display(counter)
    row = agreed(counter, agent, key, party_id=counter.cast.shop.pk)
    case = a_whole_draft(counter, row)
    confirmed(counter, row, key)
    actor = acting(counter)
    results = at_once(
        lambda: submission.submit(actor, case_id=case.pk, declared=True),
        lambda: revoke(counter),
    )
    case, row = Case.objects.get(), Assistance.objects.get()
    is_in = results[0] != "identity.mandate_ended_at_window"
    assert (case.state, row.state) == (("submitted", "done") if is_in else ("draft", "agreed"))
    assert Announcement.objects.filter(event="assist.filed_by_agent").exists() == is_in
    assert Mandate.objects.get().state == "revoked"


def test_revoking_against_consenting_leaves_nothing_to_be_opened(counter: Counter, agent: Person):
    key = a_display(counter)
    row = begun(counter, agent, party_id=counter.cast.shop.pk)
    at_once(
        lambda: display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True),
        lambda: revoke(counter),
    )
    results = at_once(lambda: desk.open_draft(counter.clerk, assistance_id=row.pk))
    assert results[0] in {"identity.mandate_ended_at_window", "assist.over"}
    assert not Case.objects.exists()


def test_the_principal_files_while_their_agent_does(counter: Counter, agent: Person):
    """One draft of one applicant: whoever is later takes it over or finds it handed in; it is never handed in twice."""
    key = a_display(counter)
    row = agreed(counter, agent, key, party_id=counter.cast.shop.pk)
    case = a_whole_draft(counter, row)
    confirmed(counter, row, key)
    actor, owner = acting(counter), replace(counter.cast.citizen)
    results = at_once(
        lambda: submission.submit(actor, case_id=case.pk, declared=True),
        lambda: submission.submit(owner, case_id=case.pk, declared=True),
    )
    case = Case.objects.get()
    assert (case.state, case.events.filter(action="submit").count()) == ("submitted", 1)
    assert sum(isinstance(result, str) for result in results) == 1
    assert (Assistance.objects.get().state == "done") == (case.agent_id == agent.pk)
