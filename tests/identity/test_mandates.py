"""Mandates: who may give, take and end them; what a refusal leaves as it was."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from common.checksums import id_number_check
from common.errors import DomainError, Forbidden
from common.models import AuditEvent
from identity import errors
from identity.actor import SYSTEM
from identity.mandates import actions, queries
from identity.mandates.rules import years_later
from identity.models import Mandate, Organisation, Person
from identity.organisation_actions import cancel_organisation, change_legal_representative
from identity.queries import actor_for
from tests.factories.cast import Cast, a_citizen, a_person, build_cast
from tests.factories.mandates import a_mandate, an_agent, some_terms

TODAY = timezone.localdate


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


@pytest.fixture
def wang(cast: Cast) -> Person:
    person = a_person("王帮手", serial="05", phone="13900000005")
    a_citizen(person)
    return person


def refused(error: type[DomainError], act) -> DomainError:
    """The act is refused with this error and no mandate or audit row is different."""
    before = [*Mandate.objects.values_list("pk", "state"), AuditEvent.objects.count()]
    with pytest.raises(error) as caught:
        act()
    assert [*Mandate.objects.values_list("pk", "state"), AuditEvent.objects.count()] == before
    return caught.value


def test_a_mandate_counts_once_the_agent_accepts(cast: Cast):
    mandate = a_mandate(cast, giver=cast.person)
    account = cast.stranger
    himself = Person.objects.get(pk=account.person_id).account
    assert actor_for(himself, principal_id=cast.li.pk).is_principal_lost
    actions.accept(account, mandate_id=mandate.pk)
    actions.accept(account, mandate_id=mandate.pk)  # a double click
    acting = actor_for(himself, principal_id=cast.li.pk)
    assert (acting.principal_id, acting.principal_name, acting.mandate_id) == (cast.li.pk, "李清荷", mandate.pk)
    assert acting.name == "赵无关"
    assert AuditEvent.objects.filter(code="identity.mandate_accepted", holder_id=cast.li.pk).count() == 1


def test_declined_is_final(cast: Cast):
    mandate = a_mandate(cast)
    actions.decline(cast.stranger, mandate_id=mandate.pk)
    refused(errors.MandateMoved, lambda: actions.accept(cast.stranger, mandate_id=mandate.pk))
    refused(errors.MandateMoved, lambda: actions.revoke(cast.citizen, mandate_id=mandate.pk))


@pytest.mark.parametrize("side", ["agent", "principal"])
def test_either_side_ends_it_at_once(cast: Cast, side):
    acting = an_agent(cast)
    actions.revoke(cast.stranger if side == "agent" else cast.citizen, mandate_id=acting.mandate_id)
    account = Person.objects.get(pk=acting.person_id).account
    assert actor_for(account, principal_id=cast.shop.pk).is_principal_lost
    assert AuditEvent.objects.get(code="identity.mandate_revoked").detail["side"] == side


def test_others_neither_see_nor_touch_it(cast: Cast, wang: Person):
    mandate = a_mandate(cast)
    other = actor_for(wang.account)
    for act in (actions.accept, actions.decline, actions.revoke):
        refused(errors.MandateNotFound, lambda act=act: act(other, mandate_id=mandate.pk))
    refused(errors.MandateNotFound, lambda: actions.accept(cast.citizen, mandate_id=mandate.pk))
    refused(errors.MandateNotFound, lambda: actions.revoke(cast.person, mandate_id=mandate.pk))


def test_whether_the_agent_is_registered_does_not_show(cast: Cast):
    def give(name: str, number: str) -> Mandate:
        return actions.propose(cast.person, kind="person", agent_name=name, agent_id_number=number, terms=some_terms())

    registered = Person.objects.get(pk=cast.stranger.person_id).id_number
    unknown = "51990219700101109" + id_number_check("51990219700101109")
    wrong_name, nobody = give("赵不对", registered), give("无此人", unknown)
    assert (wrong_name.state, wrong_name.agent) == (nobody.state, nobody.agent) == ("proposed", None)
    assert not queries.received(cast.stranger).exists()
    for name, number in (("赵不对", registered), ("无此人", unknown)):
        refused(errors.MandateExists, lambda name=name, number=number: give(name, number))


def test_nobody_mandates_to_themselves_or_to_a_child(cast: Cast):
    refused(errors.MandateInvalid, lambda: a_mandate(cast, giver=cast.person, agent=cast.li))
    refused(errors.MandateInvalid, lambda: a_mandate(cast, agent=cast.li))
    child = "51990220180101109" + id_number_check("51990220180101109")
    found = refused(
        errors.MandateInvalid,
        lambda: actions.propose(
            cast.person, kind="person", agent_name="小孩", agent_id_number=child, terms=some_terms()
        ),
    )
    assert set(found.fields) == {"id_number"}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("ends_on", {"ends_on": years_later(TODAY(), 3)}),
        ("ends_on", {"ends_on": TODAY() - dt.timedelta(days=1)}),
        ("starts_on", {"starts_on": TODAY() - dt.timedelta(days=1)}),
        ("items", {"scope": "items"}),
        ("case_number", {"scope": "case"}),
        ("scope", {"scope": "everything"}),
    ],
)
def test_wrong_terms_name_their_field(cast: Cast, field, change):
    terms = replace(some_terms(), **change)
    found = refused(errors.MandateInvalid, lambda: a_mandate(cast, terms=terms))
    assert set(found.fields) == {field}


def test_only_the_representative_or_a_manager_gives_for_an_organisation(cast: Cast, wang: Person):
    handler = an_agent(cast)
    refused(errors.MandateNotYours, lambda: a_mandate(cast, giver=handler, agent=wang))
    actions.revoke(cast.citizen, mandate_id=handler.mandate_id)
    manager = an_agent(cast, kind="manager")
    assert a_mandate(cast, giver=manager, agent=wang).principal_id == cast.shop.pk
    refused(errors.MandateNotYours, lambda: a_mandate(cast, giver=manager, agent=wang, kind="manager"))
    refused(errors.MandateNotYours, lambda: a_mandate(cast, giver=cast.person, agent=wang, kind="handler"))
    refused(errors.MandateNotYours, lambda: a_mandate(cast, giver=cast.person, agent=wang, kind="guardian"))
    actions.revoke(cast.citizen, mandate_id=manager.mandate_id)
    refused(errors.MandateEnded, lambda: a_mandate(cast, giver=manager, agent=wang))


def test_a_low_real_name_level_neither_gives_nor_takes(cast: Cast):
    refused(errors.AssuranceTooLow, lambda: a_mandate(cast, giver=replace(cast.person, assurance_level=2)))
    mandate = a_mandate(cast)
    low = replace(cast.stranger, assurance_level=2)
    refused(errors.AssuranceTooLow, lambda: actions.accept(low, mandate_id=mandate.pk))


def test_it_is_over_after_its_last_day_before_the_nightly_run_writes_it_down(cast: Cast):
    acting = an_agent(cast, terms=some_terms(days=5))
    yesterday = TODAY() - dt.timedelta(days=1)
    Mandate.objects.update(starts_on=yesterday, ends_on=yesterday)
    account = Person.objects.get(pk=acting.person_id).account
    assert actor_for(account, principal_id=cast.shop.pk).is_principal_lost
    assert queries.state_now(Mandate.objects.get()) == "ended"
    assert actions.expire_due(today=TODAY()) == 1
    assert actions.expire_due(today=TODAY()) == 0
    assert Mandate.objects.get().state == "ended"
    assert a_mandate(cast).state == "proposed", "a new one may follow"


def test_one_that_begins_later_does_not_count_yet(cast: Cast):
    later = replace(some_terms(), starts_on=TODAY() + dt.timedelta(days=3))
    assert an_agent(cast, terms=later).is_principal_lost


def test_a_new_representative_or_the_end_of_the_organisation_ends_it(cast: Cast, wang: Person):
    acting = an_agent(cast)
    account = Person.objects.get(pk=acting.person_id).account
    Organisation.objects.update(legal_representative=wang)  # however the register changed
    assert actor_for(account, principal_id=cast.shop.pk).is_principal_lost
    Organisation.objects.update(legal_representative=cast.li)
    change_legal_representative(SYSTEM, organisation_id=cast.shop.pk, person=wang)
    assert Mandate.objects.get().state == "ended"
    mandate = a_mandate(cast, giver=actor_for(wang.account, principal_id=cast.shop.pk))
    cancel_organisation(SYSTEM, organisation_id=cast.shop.pk)
    mandate.refresh_from_db()
    assert mandate.state == "ended"
    refused(errors.MandateMoved, lambda: actions.accept(cast.stranger, mandate_id=mandate.pk))
    with pytest.raises(Forbidden):
        cancel_organisation(cast.citizen, organisation_id=cast.shop.pk)


def test_twenty_a_day_are_enough(cast: Cast, monkeypatch):
    monkeypatch.setattr(actions, "_PER_DAY", 1)
    a_mandate(cast)
    other = "51990219700101109" + id_number_check("51990219700101109")
    refused(
        errors.TooManyMandates,
        lambda: actions.propose(
            cast.citizen, kind="handler", agent_name="某人", agent_id_number=other, terms=some_terms()
        ),
    )


def test_the_same_request_gives_one_mandate(cast: Cast, wang: Person):
    given = {"kind": "person", "agent_name": wang.name, "agent_id_number": wang.id_number, "terms": some_terms()}
    first = actions.propose(cast.person, **given, request_key="k")
    assert actions.propose(cast.person, **given, request_key="k").pk == first.pk
