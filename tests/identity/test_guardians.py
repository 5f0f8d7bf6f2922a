"""Wards and guardians: what the law lets whom do alone, what the counter records, and when it ends."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from cases.actions import drafts, submission
from cases.models import Case
from common.checksums import id_number_check
from common.errors import DomainError, Forbidden
from common.models import AuditEvent
from identity import errors
from identity.mandates import actions, capacity, queries
from identity.mandates import guardianship_actions as guardians
from identity.mandates.capacity import Grade
from identity.mandates.errors import CapacityUnchanged, GuardianshipByLaw, GuardianshipInvalid, NeedsGuardian
from identity.mandates.rules import FOREVER, end_of_guardianship, years_later
from identity.models import CapacityRecord, Mandate, OutboxMessage, Person
from identity.queries import actor_for
from identity.rules import birth_date
from tests.factories.cast import Cast, a_citizen
from tests.factories.mandates import a_mandate, an_agent, some_terms
from tests.factories.wards import a_guardian, a_ward, number_of_age, some_facts

TODAY = timezone.localdate


def refused(error: type[DomainError], act) -> DomainError:
    """The act is refused with this error and nothing is different."""

    def state() -> list[object]:
        return [
            *Mandate.objects.order_by("pk").values_list("pk", "state"),
            *CapacityRecord.objects.values_list("pk", "ended_at"),
            (Person.objects.count(), Case.objects.count(), AuditEvent.objects.count(), OutboxMessage.objects.count()),
        ]

    before = state()
    with pytest.raises(error) as caught:
        act()
    assert state() == before
    return caught.value


@pytest.mark.parametrize(
    ("age", "recorded", "grade"),
    [
        (7, "", "none"),
        (8, "", "limited"),
        (17, "", "limited"),
        (18, "", "full"),
        (15, "full", "limited"),
        (16, "full", "full"),
        (7, "limited", "none"),
        (10, "none", "none"),
        (40, "none", "none"),
        (40, "limited", "limited"),
    ],
)
def test_capacity_by_age_and_by_what_is_recorded(age, recorded, grade):
    assert capacity.grade_with(birth_date(number_of_age(age)), recorded, TODAY()) == grade


def test_the_birthday_itself_counts():
    born = birth_date(number_of_age(18))
    birthday = years_later(born, 18)  # today, but for the day that only leap years have
    assert capacity.grade_by_age(born, birthday) == Grade.FULL
    assert capacity.grade_by_age(born, birthday - dt.timedelta(days=1)) == Grade.LIMITED


def an_open_item(cast: Cast, from_age: int | None = None) -> None:
    cast.version.audience, cast.version.open_from_age = ["1"], from_age
    cast.version.save()


def test_a_ward_neither_applies_nor_mandates_alone_and_is_told_who_can(cast: Cast):
    an_open_item(cast)
    ward = actor_for(a_citizen(a_ward(17, phone="13900000017")))
    found = refused(NeedsGuardian, lambda: drafts.start_draft(ward, item_id=cast.item.pk))
    assert "未满十八周岁" in found.text
    assert "监护人" in found.text
    refused(NeedsGuardian, lambda: a_mandate(cast, giver=ward))


def test_an_item_that_a_law_opens_is_open_from_that_age(cast: Cast):
    an_open_item(cast, from_age=16)
    young = actor_for(a_citizen(a_ward(15, phone="13900000015")))
    refused(NeedsGuardian, lambda: drafts.start_draft(young, item_id=cast.item.pk))
    old_enough = actor_for(a_citizen(a_ward(16, phone="13900000016", serial="12")))
    assert drafts.start_draft(old_enough, item_id=cast.item.pk).state == "draft"


def test_the_guardian_applies_for_a_ward_without_phone_or_account(cast: Cast):
    an_open_item(cast)
    ward = guardians.find_or_register_ward(cast.clerk, name="李小满", id_number=number_of_age(6))
    assert (ward.phone, hasattr(ward, "account"), ward.assurance_level) == (None, False, 1)
    mandate = a_guardian(cast, ward)
    assert (mandate.state, mandate.may_use_wallet, mandate.recorded_by_id) == (
        "accepted",
        True,
        cast.clerk.account_id,
    )
    acting = actor_for(cast.account, principal_id=ward.pk)
    case = drafts.start_draft(acting, item_id=cast.item.pk)
    assert (case.applicant_id, case.agent_id) == (ward.pk, cast.li.pk)
    assert AuditEvent.objects.get(code="identity.guardian_recorded").holder_id == ward.pk
    assert "李**的监护人" in OutboxMessage.objects.get().text


def test_the_same_ward_is_found_again_and_another_name_is_refused(cast: Cast):
    number = number_of_age(6)
    ward = guardians.find_or_register_ward(cast.clerk, name="李小满", id_number=number)
    assert guardians.find_or_register_ward(cast.clerk, name=" 李小满 ", id_number=number) == ward
    find = guardians.find_or_register_ward
    refused(GuardianshipInvalid, lambda: find(cast.clerk, name="李大满", id_number=number))
    refused(errors.IdNumberInvalid, lambda: find(cast.clerk, name="李小满", id_number="123"))
    for actor in (cast.food, cast.citizen):
        refused(Forbidden, lambda actor=actor: find(actor, name="李小满", id_number=number_of_age(5)))


def test_a_minor_s_guardianship_ends_the_day_before_the_birthday_and_is_never_honoured_after(cast: Cast):
    ward = a_ward(17)
    mandate = a_guardian(cast, ward)
    birthday = years_later(TODAY(), 1)
    assert mandate.ends_on == birthday - dt.timedelta(days=1)
    acting = actor_for(cast.account, principal_id=ward.pk)
    assert acting.mandate_kind == "guardian"
    yesterday = TODAY() - dt.timedelta(days=1)
    Mandate.objects.update(starts_on=yesterday, ends_on=yesterday)
    assert actor_for(cast.account, principal_id=ward.pk).is_principal_lost
    assert actions.expire_due(today=TODAY()) == 1


def test_a_wrong_last_day_does_not_keep_a_guardian_of_a_grown_up(cast: Cast):
    ward = a_ward(17)
    a_guardian(cast, ward)
    acting = actor_for(cast.account, principal_id=ward.pk)
    ward.id_number = number_of_age(18)
    ward.save()
    assert actor_for(cast.account, principal_id=ward.pk).is_principal_lost
    refused(errors.MandateEnded, lambda: drafts.start_draft(acting, item_id=cast.item.pk))
    assert queries.state_now(queries.of_party(cast.clerk, ward.pk).get()) == "ended"


def test_neither_side_ends_a_guardianship_online(cast: Cast):
    ward = a_ward(10, phone="13900000010")
    mandate = a_guardian(cast, ward)
    refused(GuardianshipByLaw, lambda: actions.revoke(actor_for(a_citizen(ward)), mandate_id=mandate.pk))
    refused(GuardianshipByLaw, lambda: actions.revoke(cast.person, mandate_id=mandate.pk))


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("proof", {"proof": "hearsay"}),
        ("proof_number", {"proof": "birth"}),
        ("proof_number", {"proof": "ruling", "proof_number": " "}),
        ("ruling_number", {"grade": "none"}),
        ("grade", {"ruling_number": "（2026）民特1号"}),
        ("grade", {"grade": "full", "ruling_number": "（2026）民特1号"}),
        ("id_number", {"guardian_name": "李不对"}),
    ],
)
def test_papers_that_do_not_do(cast: Cast, field, facts):
    ward = a_ward(10)
    given = replace(some_facts(cast.li), **facts)
    found = refused(
        GuardianshipInvalid,
        lambda: guardians.record_guardian(cast.clerk, ward=ward, facts=given, original_id="scan"),
    )
    assert set(found.fields) == {field}


def test_nobody_is_their_own_guardian_and_no_child_is_one(cast: Cast):
    ward = a_ward(10)
    refused(errors.MandateInvalid, lambda: a_guardian(cast, ward, ward))
    sister = a_ward(17, "李大姐", serial="12")
    refused(errors.MandateInvalid, lambda: a_guardian(cast, ward, sister))
    given = {"ward": ward, "facts": some_facts(cast.li), "original_id": ""}
    refused(Forbidden, lambda: guardians.record_guardian(cast.food, **given))


def test_whoever_was_born_on_a_leap_day_has_a_guardian_until_the_birthday():
    first17 = "51990220080229111"
    number = first17 + id_number_check(first17)
    assert end_of_guardianship(birth_date(number), dt.date(2020, 1, 1)) == dt.date(2026, 2, 28)
    assert capacity.grade_by_age(birth_date(number), dt.date(2026, 3, 1)) == Grade.FULL


RULING = {"proof": "ruling", "proof_number": "（2026）民特2号", "grade": "limited", "ruling_number": "（2026）民特1号"}


def test_an_adult_has_a_guardian_only_by_a_ruling_until_another_one(cast: Cast):
    an_open_item(cast)
    parent = a_ward(80, "李老汉", phone="13900000080")
    refused(GuardianshipInvalid, lambda: a_guardian(cast, parent))
    himself = actor_for(a_citizen(parent))
    helps = an_agent(cast, agent=parent)
    draft = drafts.start_draft(himself, item_id=cast.item.pk)
    mandate = a_guardian(cast, parent, **RULING)
    assert mandate.ends_on == FOREVER
    assert Mandate.objects.get(pk=helps.mandate_id).state == "ended", "whoever lost capacity acts for nobody"
    refused(NeedsGuardian, lambda: submission.submit(himself, case_id=draft.pk, declared=True))
    refused(NeedsGuardian, lambda: a_mandate(cast, giver=himself))
    assert actor_for(cast.account, principal_id=parent.pk).mandate_id == mandate.pk
    found = refused(errors.MandateInvalid, lambda: _paper(cast, parent))
    assert set(found.fields) == {"kind"}
    assert guardians.restore_capacity(cast.clerk, person=parent, reference="（2027）民特9号", original_id="r") == 1
    assert actor_for(cast.account, principal_id=parent.pk).is_principal_lost
    assert drafts.refresh_draft(himself, case_id=draft.pk)
    capacity.require(himself)
    again = {"person": parent, "reference": "x", "original_id": "r"}
    refused(CapacityUnchanged, lambda: guardians.restore_capacity(cast.clerk, **again))


def _paper(cast: Cast, principal: Person) -> Mandate:
    agent = Person.objects.get(pk=cast.stranger.person_id)
    return actions.record_from_paper(
        cast.clerk,
        kind="person",
        principal=principal.party,
        agent_name=agent.name,
        agent_id_number=agent.id_number,
        terms=some_terms(),
        original_id="scan",
    )


def test_whoever_lives_on_their_own_income_from_sixteen_acts_alone(cast: Cast):
    an_open_item(cast)
    worker = a_ward(16, phone="13900000016")
    himself = actor_for(a_citizen(worker))
    mandate = a_guardian(cast, worker)
    given = {"reference": "劳动合同", "original_id": "scan"}
    child = a_ward(15, "李小小", serial="12")
    refused(GuardianshipInvalid, lambda: guardians.record_own_income(cast.clerk, person=child, **given))
    guardians.record_own_income(cast.clerk, person=worker, **given)
    assert Mandate.objects.get(pk=mandate.pk).state == "ended"
    assert drafts.start_draft(himself, item_id=cast.item.pk).state == "draft"
    refused(GuardianshipInvalid, lambda: a_guardian(cast, worker))
    refused(CapacityUnchanged, lambda: guardians.record_own_income(cast.clerk, person=worker, **given))


def test_a_guardian_sees_and_ends_what_the_ward_gave_and_gives_nothing(cast: Cast):
    parent = a_ward(80, "李老汉", phone="13900000080")
    given = a_mandate(cast, giver=actor_for(a_citizen(parent)))
    a_guardian(cast, parent, **RULING)
    acting = actor_for(cast.account, principal_id=parent.pk)
    refused(errors.MandateNotYours, lambda: a_mandate(cast, giver=acting, kind="person"))
    assert actions.revoke(acting, mandate_id=given.pk).state == "revoked"
