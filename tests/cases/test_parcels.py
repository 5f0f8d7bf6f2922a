"""A result travels in one parcel: told to the courier by a job, followed by signed news in any order."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from cases.actions import decision, submission
from cases.delivery import actions, errors, parcel_actions, queries
from cases.delivery.address import Address, masked
from cases.delivery.models import Delivery, Parcel, ParcelEvent
from cases.fees.models import UsedNonce
from cases.tasks import follow_parcels
from common.errors import DomainError
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Announcement
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.terminals import HOME, a_courier, a_posted_parcel, a_result_to_post, said_of, told
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def test_by_post_needs_an_address_and_says_what_is_wrong_with_it(cast):
    case = moves.an_accepted_case(cast)
    wrong = Address("李", "123", " ", "解放路\x00 1 号")
    for address in (None, wrong):
        with pytest.raises(errors.AddressInvalid) as refused:
            actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=address)
        assert set(refused.value.fields) == {"name", "phone", "region", "street"}
    assert not Delivery.objects.exists()


def test_the_address_is_kept_encrypted_and_shown_masked(cast):
    case = moves.an_accepted_case(cast)
    delivery = actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=HOME)
    delivery.refresh_from_db()
    assert delivery.address == HOME.said()
    assert "解放路" not in masked(HOME)
    assert "13900000001" not in masked(HOME)
    assert "解放路" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    actions.choose_way(cast.citizen, case_id=case.pk, way="pick_up")
    assert Delivery.objects.get().address is None


def test_the_address_can_be_changed_until_the_parcel_is_sent_and_not_after(cast):
    case, delivery = a_result_to_post(cast)
    other = Address("李清荷", "13900000001", "示范市东区", "和平路 3 号")
    actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=other)
    with pytest.raises(errors.DeliveryFixed):
        actions.choose_way(cast.citizen, case_id=case.pk, way="pick_up")
    with a_courier():
        parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk)
        with pytest.raises(errors.DeliveryFixed):
            actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=HOME)
    delivery.refresh_from_db()
    assert delivery.address == other.said()


def test_news_in_their_order_end_with_the_proof_of_delivery(cast):
    with a_courier() as courier:
        case, parcel = a_posted_parcel(cast)
        assert courier.parcels[parcel.number].to == HOME.said()
        assert (parcel.state, parcel.courier) == (Parcel.State.ORDERED, "示例快递")
        for step in ("collected", "moving", "out"):
            told(parcel, step)
        at = timezone.now()
        told(parcel, "signed", at=at.isoformat())
    delivery = Delivery.objects.get(case=case)
    assert (delivery.state, delivery.handed_at) == (Delivery.State.SIGNED, at)
    assert [one.step for one in queries.news_of(parcel)] == ["collected", "moving", "out", "signed"]
    assert Announcement.objects.filter(event="case.parcel_sent").count() == 1


def test_news_in_any_order_and_twice_say_the_same(cast):
    with a_courier():
        case, parcel = a_posted_parcel(cast)
        now = timezone.now()
        hours = {"collected": 4, "moving": 3, "out": 2, "signed": 1}
        when = {step: (now - dt.timedelta(minutes=minutes)).isoformat() for step, minutes in hours.items()}
        for step in ("out", "signed", "collected", "moving", "signed", "out"):
            told(parcel, step, at=when[step])
    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.SIGNED
    assert [one.step for one in queries.news_of(parcel)] == ["collected", "moving", "out", "signed"]
    assert Delivery.objects.get(case=case).state == Delivery.State.SIGNED


def test_a_returned_parcel_waits_at_the_hall_to_be_picked_up(cast):
    with a_courier():
        case, parcel = a_posted_parcel(cast)
        told(parcel, "returned")
        with pytest.raises(errors.ParcelEnded):
            told(parcel, "signed")
    delivery = Delivery.objects.get(case=case)
    assert (delivery.way, delivery.state) == (Delivery.Way.PICK_UP, Delivery.State.READY)
    assert [one.pk for one in queries.to_hand_out(cast.clerk)] == [delivery.pk]
    assert Announcement.objects.filter(event="case.parcel_returned").count() == 1
    code = actions.make_code(cast.citizen, case_id=case.pk)
    done = actions.hand_out(cast.clerk, delivery_id=delivery.pk, code=code, receiver_id=cast.li.pk)
    assert done.state == Delivery.State.HANDED_OUT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "another-secret-0123456789-0123456789"}, "courier.signature"),
        ({"customer": "SANDBOX-2"}, "courier.invalid"),
        ({"step": "lost"}, "courier.invalid"),
        ({"step": ["signed"]}, "courier.invalid"),
        ({"at": "yesterday"}, "courier.invalid"),
        ({"at": "2026-11-22T10:00:00"}, "courier.invalid"),
        ({"at": "2999-01-01T10:00:00+08:00"}, "courier.invalid"),
        ({"at": "2020-01-01T10:00:00+08:00"}, "parcel.too_early"),
        ({"place": "转" * 61}, "courier.invalid"),
        ({"number": "nobody"}, "parcel.not_found"),
        ({"number": 7}, "courier.invalid"),
    ],
)
def test_a_message_that_is_not_right_changes_nothing(cast, change, code):
    with a_courier():
        _case, parcel = a_posted_parcel(cast)
        with pytest.raises(DomainError) as refused:
            told(parcel, change.pop("step", "signed"), **change)
    assert refused.value.code == code
    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.ORDERED
    assert not ParcelEvent.objects.exists()
    assert not UsedNonce.objects.exists()


def test_an_old_message_a_changed_body_and_a_replay_are_refused(cast):
    with a_courier():
        _case, parcel = a_posted_parcel(cast)
        message = said_of(parcel, "collected")
        old = {**message["headers"], "X-Post-Timestamp": "1700000000"}
        for wrong in ({**message, "headers": old}, {**message, "body": message["body"] + b" "}):
            with pytest.raises(errors.NewsUnsigned):
                parcel_actions.take_parcel_callback(SYSTEM, **wrong)
        parcel_actions.take_parcel_callback(SYSTEM, **message)
        with pytest.raises(errors.NewsReplayed):
            parcel_actions.take_parcel_callback(SYSTEM, **message)
    assert ParcelEvent.objects.count() == 1


def test_while_the_courier_is_away_the_parcel_waits_and_the_job_asks_again(cast, monkeypatch):
    asked = []
    monkeypatch.setattr("cases.tasks.ask_once", lambda task, lock, **arguments: asked.append(lock))
    with a_courier():
        _case, delivery = a_result_to_post(cast)
        parcel = parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(settings.COURIER_SERVICE, "url", "http://127.0.0.1:1")
            with pytest.raises(errors.CourierAway):
                parcel_actions.order_parcel(SYSTEM, parcel_id=parcel.pk)
        parcel.refresh_from_db()
        assert (parcel.state, parcel.waybill) == (Parcel.State.WAITING, "")
        follow_parcels(0)
        assert asked == [f"order-parcel:{parcel.pk}"]
        assert parcel_actions.order_parcel(SYSTEM, parcel_id=parcel.pk).waybill


def test_lost_news_are_asked_for(cast):
    with a_courier() as courier:
        case, parcel = a_posted_parcel(cast)
        courier.happen(courier.parcels[parcel.number], "collected")
        courier.happen(courier.parcels[parcel.number], "signed")
        assert queries.to_ask_for(before=timezone.now()) == [parcel.pk]
        assert parcel_actions.ask_for_parcel(SYSTEM, parcel_id=parcel.pk) == 2
        assert parcel_actions.ask_for_parcel(SYSTEM, parcel_id=parcel.pk) == 2
        assert queries.to_ask_for(before=timezone.now() - dt.timedelta(hours=2)) == []
    assert ParcelEvent.objects.count() == 2
    assert Delivery.objects.get(case=case).state == Delivery.State.SIGNED


def test_news_that_cannot_be_keep_nothing_else_out(cast):
    with a_courier() as courier:
        case, parcel = a_posted_parcel(cast)
        known = courier.parcels[parcel.number]
        for step in ("collected", "moving", "signed"):
            courier.happen(known, step)
        known.news[0]["at"] = (timezone.now() - dt.timedelta(days=9)).isoformat()  # a slip used before
        parcel_actions.ask_for_parcel(SYSTEM, parcel_id=parcel.pk)
        assert Delivery.objects.get(case=case).state == Delivery.State.SIGNED
        assert set(ParcelEvent.objects.values_list("step", flat=True)) == {"moving", "signed"}
        assert queries.to_ask_for(before=timezone.now() - dt.timedelta(hours=2)) == []


def test_without_a_courier_the_counter_posts_by_hand(cast):
    case, delivery = a_result_to_post(cast)
    for waybill in ("", "12", "运单号一二三"):
        with pytest.raises(errors.WaybillNeeded):
            parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk, waybill=waybill)
    assert not Parcel.objects.exists()
    parcel = parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk, waybill="EMS 1234567")
    assert (parcel.waybill, parcel.state) == ("EMS1234567", Parcel.State.ORDERED)
    with pytest.raises(errors.NotReady):
        parcel_actions.record_by_hand(cast.clerk, delivery_id=delivery.pk, step="moving")
    parcel_actions.record_by_hand(cast.clerk, delivery_id=delivery.pk, step="signed")
    assert Delivery.objects.get(case=case).state == Delivery.State.SIGNED
    with pytest.raises(errors.NotReady):
        parcel_actions.record_by_hand(cast.clerk, delivery_id=delivery.pk, step="returned")


def test_others_neither_send_nor_read_the_address(cast):
    _case, delivery = a_result_to_post(cast)
    with a_courier():
        for actor in (cast.citizen, cast.stranger, cast.outsider, cast.food, cast.decider):
            with pytest.raises(DomainError):
                parcel_actions.send_parcel(actor, delivery_id=delivery.pk)
            with pytest.raises(DomainError):
                parcel_actions.read_address(actor, delivery_id=delivery.pk)
    assert not Parcel.objects.exists()
    assert not AuditEvent.objects.filter(code="delivery.address_read").exists()
    _delivery, address = parcel_actions.read_address(cast.clerk, delivery_id=delivery.pk)
    assert address == HOME
    assert AuditEvent.objects.get(code="delivery.address_read").holder_id == _case.applicant_id


def test_a_result_to_post_has_no_pick_up_code(cast):
    case, _delivery = a_result_to_post(cast)
    with pytest.raises(errors.NotReady):
        actions.make_code(cast.citizen, case_id=case.pk)


def test_a_withdrawn_case_has_nothing_to_post(cast):
    case = moves.an_accepted_case(cast)
    delivery = actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=HOME)
    submission.withdraw(cast.citizen, case_id=case.pk)
    with a_courier(), pytest.raises(DomainError):
        parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk)
    assert not Parcel.objects.exists()


def test_the_address_is_erased_after_its_term(cast):
    case, delivery = a_result_to_post(cast)
    parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk, waybill="EMS1234567")
    parcel_actions.record_by_hand(cast.clerk, delivery_id=delivery.pk, step="signed")
    assert parcel_actions.forget_addresses(SYSTEM) == 0
    Delivery.objects.filter(case=case).update(updated_at=timezone.now() - dt.timedelta(days=91))
    assert parcel_actions.forget_addresses(SYSTEM) == 1
    assert Delivery.objects.get(case=case).address is None


def test_the_address_of_what_came_back_is_erased_though_nobody_fetches_it(cast):
    case, delivery = a_result_to_post(cast)
    parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk, waybill="EMS1234567")
    parcel_actions.record_by_hand(cast.clerk, delivery_id=delivery.pk, step="returned")
    assert parcel_actions.forget_addresses(SYSTEM) == 0
    Delivery.objects.filter(case=case).update(updated_at=timezone.now() - dt.timedelta(days=91))
    assert parcel_actions.forget_addresses(SYSTEM) == 1
    delivery = Delivery.objects.get(case=case)
    assert (delivery.address, delivery.state) == (None, Delivery.State.READY)


@pytest.mark.django_db(transaction=True)
def test_four_clerks_and_two_jobs_make_one_order():
    cast = build_cast()
    with a_courier() as courier:
        case = moves.a_reviewed_case(cast)
        actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=HOME)
        decision.approve(cast.decider, case_id=case.pk)
        decision.close(case_id=case.pk)
        delivery = Delivery.objects.get(case=case)
        send = lambda: parcel_actions.send_parcel(cast.clerk, delivery_id=delivery.pk)  # noqa: E731
        assert at_once(send, send, send, send).count("delivery.not_ready") == 3
        parcel = Parcel.objects.get()
        order = lambda: parcel_actions.order_parcel(SYSTEM, parcel_id=parcel.pk).waybill  # noqa: E731
        waybills = at_once(order, order, order)
        assert len(set(waybills)) == 1
        assert list(courier.parcels) == [parcel.number]
        results = at_once(
            *[lambda: told(parcel, "signed").state for _ in range(4)],
            *[lambda: told(parcel, "returned").state for _ in range(4)],
        )
    assert results.count("parcel.ended") == 4
    delivery.refresh_from_db()
    ends = ParcelEvent.objects.filter(step__in=["signed", "returned"])
    assert ends.count() == 1
    assert delivery.state == ("signed" if ends.get().step == "signed" else "ready")
