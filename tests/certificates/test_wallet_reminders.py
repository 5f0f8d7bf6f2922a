"""Reminders 60, 30 and 7 days before the last day: each once, a missed night made up for by the nearest."""

import datetime as dt

from django.utils import timezone

from certificates.models import Certificate
from certificates.wallet.models import ExpiryNotice
from certificates.wallet.reminders import remind_of_expiry
from tests.factories.cast import Cast
from tests.factories.phones import texts_to
from tests.factories.wallet import ending_in


def night(after: int) -> int:
    return remind_of_expiry(today=timezone.localdate() + dt.timedelta(days=after))


def test_each_step_is_told_once(cast: Cast):
    ending_in(cast.licence, 61)
    told = [night(after) for after in (0, 1, 1, 2, 30, 31, 32, 54, 54, 60, 61, 62)]
    assert told == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    texts = texts_to("13900000001")
    assert len(texts) == 3
    assert "营业执照" in texts[0]
    assert "还有60天" in texts[0]
    assert "还有7天" in texts[2]


def test_after_missed_nights_only_the_nearest_step_is_told(cast: Cast):
    ending_in(cast.licence, 100)
    assert night(80) == 1
    assert ExpiryNotice.objects.get().told_days == 30
    assert night(81) == 0
    assert night(95) == 1
    assert len(texts_to("13900000001")) == 2


def test_a_short_certificate_is_not_announced_as_ending_on_its_first_day(cast: Cast):
    today = timezone.localdate()
    Certificate.objects.filter(pk=cast.licence.pk).update(valid_from=today, valid_until=today + dt.timedelta(days=20))
    assert night(0) == 0
    assert night(13) == 1


def test_nobody_is_told_of_what_is_not_valid_or_never_ends(cast: Cast):
    assert night(0) == 0
    ending_in(cast.licence, 5)
    Certificate.objects.update(state=Certificate.State.SUSPENDED)
    assert night(0) == 0
    assert texts_to("13900000001") == []
    assert not ExpiryNotice.objects.exists()


def test_whoever_closed_the_account_gets_no_message(cast: Cast):
    Certificate.objects.update(holder_id=cast.li.pk)
    cast.li.locked_at = timezone.now()
    cast.li.save()
    ending_in(Certificate.objects.get(pk=cast.licence.pk), 5)
    night(0)
    assert texts_to("13900000001") == []
