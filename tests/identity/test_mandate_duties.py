"""What the night does about mandates, renewal with one press, and what the counter ends."""

import datetime as dt

import pytest
from django.utils import timezone

from common.errors import DomainError, Forbidden
from common.models import AuditEvent
from identity import errors, messaging
from identity.mandates import actions, counter_actions, queries, reminders
from identity.mandates.errors import NotRenewable, PartyUnknown
from identity.mandates.renewal_actions import propose_renewal
from identity.mandates.rules import years_later
from identity.models import Mandate, OutboxMessage, Person
from identity.queries import actor_for
from identity.tasks import remind_of_mandates
from tests.factories.cast import Cast
from tests.factories.mandates import a_mandate, an_agent, some_terms
from tests.factories.phones import texts_to
from tests.factories.wards import a_guardian, a_ward

TODAY = timezone.localdate
LI, ZHAO = "13900000001", "13900000003"


def refused(error: type[DomainError], act) -> DomainError:
    """The act is refused with this error and nothing is different."""

    def state() -> list[object]:
        rows = Mandate.objects.order_by("pk").values_list("pk", "state", "revoked_at")
        return [*rows, AuditEvent.objects.count(), OutboxMessage.objects.count()]

    before = state()
    with pytest.raises(error) as caught:
        act()
    assert state() == before
    return caught.value


def days_before_its_end(days: int, *, lasts: int = 365) -> None:
    """Let every mandate be that near its end."""
    end = TODAY() + dt.timedelta(days=days)
    Mandate.objects.update(ends_on=end, starts_on=end - dt.timedelta(days=lasts))


@pytest.mark.parametrize(("left", "step"), [(31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)])
def test_which_reminder_is_due(cast: Cast, left, step):
    a_mandate(cast)
    days_before_its_end(left)
    assert reminders.step_for(Mandate.objects.get(), TODAY()) == step


def test_a_short_mandate_has_no_reminder_as_long_as_itself(cast: Cast):
    a_mandate(cast)
    days_before_its_end(7, lasts=7)
    assert reminders.step_for(Mandate.objects.get(), TODAY()) is None


def test_both_sides_are_told_thirty_seven_and_one_day_before_and_each_once(cast: Cast):
    an_agent(cast, giver=cast.person)
    sent = []
    for left in (40, 30, 29, 7, 1, 0):
        days_before_its_end(left)
        for _again in range(2):
            remind_of_mandates(0)
        sent.append(len(texts_to(LI)))
        assert len(texts_to(LI)) == len(texts_to(ZHAO))
    assert sent == [0, 1, 1, 2, 3, 3]
    assert "请赵**代办的委托" in texts_to(LI)[0]
    assert "李**请您代办的委托" in texts_to(ZHAO)[0]
    assert all("李清荷" not in text and "赵无关" not in text for text in texts_to(LI) + texts_to(ZHAO))
    assert AuditEvent.objects.filter(code="identity.mandate_reminded").count() == 3


def test_an_organisation_is_told_by_its_representative_s_phone(cast: Cast):
    an_agent(cast)
    days_before_its_end(7)
    assert reminders.remind_of_end(today=TODAY()) == 1
    assert len(texts_to(LI)) == 1
    assert "青禾餐饮店请您代办" in texts_to(ZHAO)[0]


def test_a_guardian_is_told_of_the_birthday_and_a_ward_without_phone_is_nobody_to_tell(cast: Cast):
    ward = a_ward(17, days=340)
    a_guardian(cast, ward)
    Mandate.objects.update(starts_on=TODAY() - dt.timedelta(days=400))
    before = len(texts_to(LI))
    assert reminders.remind_of_end(today=TODAY()) == 1
    assert "将满十八周岁" in texts_to(LI)[before]


def test_one_that_cannot_be_sent_does_not_keep_the_others_waiting(cast: Cast, monkeypatch):
    an_agent(cast, giver=cast.person)
    an_agent(cast)
    days_before_its_end(7)
    real, tries = messaging.send, []

    def broken_once(**message: str) -> None:
        tries.append(message)
        if len(tries) == 1:
            raise RuntimeError("gateway")
        real(**message)

    monkeypatch.setattr(messaging, "send", broken_once)
    assert reminders.remind_of_end(today=TODAY()) == 1
    assert reminders.remind_of_end(today=TODAY()) == 1, "the failed one is tried again the next night"
    assert reminders.remind_of_end(today=TODAY()) == 0


def test_an_unanswered_offer_is_asked_about_once_after_a_week_the_same_for_unknown_agents(cast: Cast):
    a_mandate(cast, giver=cast.person)
    stranger = Person.objects.get(pk=cast.stranger.person_id)
    actions.propose(
        cast.citizen, kind="handler", agent_name="赵不对", agent_id_number=stranger.id_number, terms=some_terms()
    )
    assert reminders.remind_of_offers(today=TODAY() + dt.timedelta(days=6)) == 0
    assert reminders.remind_of_offers(today=TODAY() + dt.timedelta(days=7)) == 2
    assert reminders.remind_of_offers(today=TODAY() + dt.timedelta(days=8)) == 0
    told = texts_to(LI)
    assert len(told) == 2
    assert told[0] == told[1], "赵无关 and 赵不对 look alike"
    assert len(texts_to(ZHAO)) == 1


def test_what_was_answered_is_not_asked_about(cast: Cast):
    an_agent(cast)
    actions.decline(cast.stranger, mandate_id=a_mandate(cast, giver=cast.person).pk)
    assert reminders.remind_of_offers(today=TODAY() + dt.timedelta(days=9)) == 0


def test_renewed_with_one_press_the_old_one_goes_on_until_the_new_one_is_accepted(cast: Cast):
    agent = an_agent(cast, terms=some_terms("items", item_codes=("甲", "乙"), purpose="行动不便"))
    days_before_its_end(10)
    new = propose_renewal(cast.citizen, mandate_id=agent.mandate_id, request_key="k")
    assert propose_renewal(cast.citizen, mandate_id=agent.mandate_id, request_key="k").pk == new.pk
    assert (new.item_codes, new.purpose, new.agent_id, new.kind) == (
        ["乙", "甲"],
        "行动不便",
        agent.person_id,
        "handler",
    )
    assert (new.starts_on, new.ends_on) == (TODAY(), TODAY() + dt.timedelta(days=375))
    account = Person.objects.get(pk=agent.person_id).account
    assert actor_for(account, principal_id=cast.shop.pk).mandate_id == agent.mandate_id
    refused(errors.MandateExists, lambda: propose_renewal(cast.citizen, mandate_id=agent.mandate_id))
    for _twice in range(2):
        actions.accept(cast.stranger, mandate_id=new.pk)
    assert actor_for(account, principal_id=cast.shop.pk).mandate_id == new.pk
    assert Mandate.objects.get(pk=agent.mandate_id).state == "ended"
    assert AuditEvent.objects.get(code="identity.mandate_ended").detail == {"why": "renewed"}


def test_a_renewal_lasts_three_years_at_most(cast: Cast):
    agent = an_agent(cast)
    days_before_its_end(20, lasts=365 * 3)
    new = propose_renewal(cast.citizen, mandate_id=agent.mandate_id)
    assert new.ends_on == years_later(TODAY(), 3) - dt.timedelta(days=1)


def test_one_that_has_just_run_out_is_renewed_too(cast: Cast):
    agent = an_agent(cast)
    days_before_its_end(-3)
    new = propose_renewal(cast.citizen, mandate_id=agent.mandate_id)
    assert Mandate.objects.get(pk=agent.mandate_id).state == "ended"
    assert actions.accept(cast.stranger, mandate_id=new.pk).state == "accepted"


@pytest.mark.parametrize("left", [31, -91])
def test_too_early_and_too_late_to_renew(cast: Cast, left):
    agent = an_agent(cast)
    days_before_its_end(left)
    refused(NotRenewable, lambda: propose_renewal(cast.citizen, mandate_id=agent.mandate_id))


def test_only_the_giver_renews_and_revoking_takes_the_renewal_back(cast: Cast):
    agent = an_agent(cast)
    days_before_its_end(10)
    refused(errors.MandateNotFound, lambda: propose_renewal(cast.stranger, mandate_id=agent.mandate_id))
    refused(errors.MandateNotFound, lambda: propose_renewal(cast.person, mandate_id=agent.mandate_id))
    new = propose_renewal(cast.citizen, mandate_id=agent.mandate_id)
    actions.revoke(cast.citizen, mandate_id=agent.mandate_id)
    assert set(Mandate.objects.values_list("state", flat=True)) == {"revoked"}
    refused(errors.MandateMoved, lambda: actions.accept(cast.stranger, mandate_id=new.pk))
    refused(NotRenewable, lambda: propose_renewal(cast.citizen, mandate_id=agent.mandate_id))


def test_a_clerk_finds_by_the_whole_number_and_the_reason_is_kept(cast: Cast):
    mandate = a_mandate(cast)
    party = counter_actions.look_up(cast.clerk, code=cast.shop.uscc, reason="  本人到场  ")
    assert queries.of_party(cast.clerk, party.pk).get() == mandate
    stranger = Person.objects.get(pk=cast.stranger.person_id)
    assert counter_actions.look_up(cast.clerk, code=stranger.id_number, reason="本人到场").pk == stranger.pk
    assert queries.of_party(cast.clerk, stranger.pk).get() == mandate
    audit = AuditEvent.objects.filter(code="identity.mandates_looked_up").first()
    assert (audit.holder_id, audit.detail) == (cast.shop.pk, {"reason": "本人到场"})
    for error, actor, code, reason in (
        (Forbidden, cast.food, cast.shop.uscc, "本人到场"),
        (Forbidden, cast.citizen, cast.shop.uscc, "本人到场"),
        (errors.MandateInvalid, cast.clerk, cast.shop.uscc, " "),
        (PartyUnknown, cast.clerk, cast.shop.uscc[:10], "本人到场"),
    ):
        refused(error, lambda a=actor, c=code, r=reason: counter_actions.look_up(a, code=c, reason=r))
    assert not queries.of_party(cast.food, cast.shop.pk).exists()


@pytest.mark.parametrize("word", ["principal", "agent"])
def test_the_counter_ends_a_mandate_on_the_word_of_who_is_there(cast: Cast, word):
    agent = an_agent(cast)
    given = {"mandate_id": agent.mandate_id, "word": word, "original_id": "scan"}
    refused(Forbidden, lambda: counter_actions.end_at_counter(cast.food, **given))
    refused(errors.MandateInvalid, lambda: counter_actions.end_at_counter(cast.clerk, **{**given, "word": "ruling"}))
    refused(errors.MandateInvalid, lambda: counter_actions.end_at_counter(cast.clerk, **{**given, "word": "rumour"}))
    counter_actions.end_at_counter(cast.clerk, **given)
    account = Person.objects.get(pk=agent.person_id).account
    assert actor_for(account, principal_id=cast.shop.pk).is_principal_lost
    audit = AuditEvent.objects.get(code="identity.mandate_ended_at_counter")
    assert audit.detail == {"kind": "handler", "side": word, "original": "scan"}
    assert (audit.actor_id, audit.holder_id) == (cast.clerk.account_id, cast.shop.pk)
    refused(errors.MandateMoved, lambda: counter_actions.end_at_counter(cast.clerk, **given))


def test_a_guardianship_ends_at_the_counter_by_a_ruling_alone(cast: Cast):
    mandate = a_guardian(cast, a_ward(10))

    def end(word: str) -> Mandate:
        return counter_actions.end_at_counter(cast.clerk, mandate_id=mandate.pk, word=word, original_id="scan")

    for word in ("principal", "agent"):
        refused(errors.MandateInvalid, lambda word=word: end(word))
    assert end("ruling").state == "revoked"
