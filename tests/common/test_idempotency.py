"""The same request key does the work once, also when two requests race."""

import datetime as dt
import threading
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.idempotency import claim
from common.ids import uuid7
from common.models import UsedRequest
from common.numbering import next_number
from common.tasks import forget_used_requests

ACTOR = UUID(int=1)


@pytest.mark.django_db
def test_second_claim_gets_the_first_result():
    result = uuid7()
    with transaction.atomic():
        claim(actor_id=ACTOR, action="pay", request_key="k").settle(result)
    with transaction.atomic():
        assert claim(actor_id=ACTOR, action="pay", request_key="k").earlier_id == result
        assert claim(actor_id=ACTOR, action="other", request_key="k").earlier_id is None
        assert claim(actor_id=UUID(int=2), action="pay", request_key="k").earlier_id is None


@pytest.mark.django_db
def test_failed_work_leaves_the_key_free():
    with pytest.raises(RuntimeError), transaction.atomic():
        claim(actor_id=ACTOR, action="pay", request_key="k").settle(uuid7())
        raise RuntimeError
    assert not UsedRequest.objects.exists()


@pytest.mark.django_db
def test_empty_key_claims_nothing():
    with transaction.atomic():
        assert claim(actor_id=ACTOR, action="pay", request_key="").earlier_id is None
    assert not UsedRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_do_the_work_once():
    done: list[UUID] = []
    results: list[UUID] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        with transaction.atomic():
            claimed = claim(actor_id=ACTOR, action="pay", request_key="k")
            if claimed.earlier_id is None:
                made = uuid7()
                done.append(made)
                claimed.settle(made)
                results.append(made)
            else:
                results.append(claimed.earlier_id)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert results == [done[0]] * 2


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_no_doubles_under_concurrency():
    taken: list[int] = []

    def take(fail: bool) -> None:
        try:
            with transaction.atomic():
                number = next_number("race")
                if fail:
                    raise RuntimeError
            taken.append(number)
        except RuntimeError:
            pass
        connection.close()

    threads = [threading.Thread(target=take, args=(index % 4 == 0,)) for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 13))


@pytest.mark.django_db
def test_old_request_keys_are_forgotten_and_fresh_ones_kept():
    with transaction.atomic():
        for key in ("old", "fresh"):
            claim(actor_id=ACTOR, action="pay", request_key=key).settle(uuid7())
    UsedRequest.objects.filter(request_key="old").update(created_at=timezone.now() - dt.timedelta(days=31))
    forget_used_requests(timestamp=0)
    assert list(UsedRequest.objects.values_list("request_key", flat=True)) == ["fresh"]
