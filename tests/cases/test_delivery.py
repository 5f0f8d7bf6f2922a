"""A result is picked up by who may, once, against a code that is stored nowhere."""

import pytest

from cases.actions import decision, submission
from cases.delivery import actions, queries
from cases.delivery.errors import (
    CodeUnknown,
    DeliveryFixed,
    DeliveryUnknown,
    NotReady,
    ReceiverUnknown,
    TooManyCodeTries,
)
from cases.delivery.models import Delivery
from cases.models import Case
from common.errors import DomainError
from common.models import AuditEvent
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def a_waiting_result(cast: Cast) -> tuple[Case, str]:
    """Closed, to be picked up, with its code."""
    case = moves.a_reviewed_case(cast)
    actions.choose_way(cast.citizen, case_id=case.pk, way="pick_up")
    decision.approve(cast.decider, case_id=case.pk)
    decision.close(case_id=case.pk)
    return case, actions.make_code(cast.citizen, case_id=case.pk)


def test_a_result_is_ready_when_the_case_is_closed_and_handed_out_against_its_code(cast):
    case, code = a_waiting_result(cast)
    assert [one.case_id for one in queries.to_hand_out(cast.clerk)] == [case.pk]
    found = actions.find_by_code(cast.clerk, code=f" {code[:4].lower()} {code[4:]}")
    done = actions.hand_out(cast.clerk, delivery_id=found.pk, code=code, receiver_id=cast.li.pk)
    assert (done.state, done.code_index, done.receiver_id) == (Delivery.State.HANDED_OUT, None, cast.li.pk)
    assert done.handed_at is not None
    assert queries.to_hand_out(cast.clerk).count() == 0
    with pytest.raises(NotReady):
        actions.hand_out(cast.clerk, delivery_id=found.pk, code=code, receiver_id=cast.li.pk)
    assert code not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_new_code_replaces_the_old_one(cast):
    case, old = a_waiting_result(cast)
    new = actions.make_code(cast.citizen, case_id=case.pk)
    with pytest.raises(CodeUnknown):
        actions.find_by_code(cast.clerk, code=old)
    assert actions.find_by_code(cast.clerk, code=new).case_id == case.pk


def test_only_the_applicant_or_who_has_a_mandate_receives(cast):
    case, code = a_waiting_result(cast)
    delivery = queries.delivery_of(case)
    assert delivery is not None
    for receiver in (cast.stranger.person_id, None):
        with pytest.raises(ReceiverUnknown):
            actions.hand_out(cast.clerk, delivery_id=delivery.pk, code=code, receiver_id=receiver)
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.READY


def test_others_neither_look_nor_hand_out(cast):
    case, code = a_waiting_result(cast)
    delivery = queries.delivery_of(case)
    assert delivery is not None
    for actor in (cast.outsider, cast.citizen, cast.food):
        with pytest.raises(DomainError):
            actions.find_by_code(actor, code=code)
        with pytest.raises(DomainError):
            actions.hand_out(actor, delivery_id=delivery.pk, code=code, receiver_id=cast.li.pk)
    with pytest.raises(DomainError):
        actions.make_code(cast.stranger, case_id=case.pk)
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.READY


def test_codes_are_not_guessed(cast):
    _case, code = a_waiting_result(cast)
    for _try in range(actions.TRIES):
        with pytest.raises(CodeUnknown):
            actions.find_by_code(cast.clerk, code="AAAAAAAA")
    with pytest.raises(TooManyCodeTries):
        actions.find_by_code(cast.clerk, code=code)


def test_the_way_is_chosen_until_the_decision(cast):
    case = moves.a_reviewed_case(cast)
    with pytest.raises(DeliveryUnknown):
        actions.choose_way(cast.citizen, case_id=case.pk, way="pigeon")
    assert queries.delivery_of(case) is None
    decision.approve(cast.decider, case_id=case.pk)
    with pytest.raises(DeliveryFixed):
        actions.choose_way(cast.citizen, case_id=case.pk, way="pick_up")
    assert queries.delivery_of(case) is None
    with pytest.raises(NotReady):
        actions.make_code(cast.citizen, case_id=case.pk)


def test_a_withdrawn_case_has_nothing_to_pick_up(cast):
    case = moves.an_accepted_case(cast)
    actions.choose_way(cast.citizen, case_id=case.pk, way="pick_up")
    submission.withdraw(cast.citizen, case_id=case.pk)
    delivery = queries.delivery_of(case)
    assert delivery is not None
    assert delivery.state == Delivery.State.ENDED


@pytest.mark.django_db(transaction=True)
def test_two_clerks_hand_out_once():
    cast = build_cast()
    case, code = a_waiting_result(cast)
    delivery = queries.delivery_of(case)
    assert delivery is not None
    act = lambda: actions.hand_out(cast.clerk, delivery_id=delivery.pk, code=code, receiver_id=cast.li.pk)  # noqa: E731
    assert at_once(act, act, act).count("delivery.not_ready") == 2
