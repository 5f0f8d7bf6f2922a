"""The demonstration's people were told of their cases, and the counter has something to deliver."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import Notice
from cases.serving.models import NoticeService
from identity.models import Announcement, Notification, OutboxMessage
from portal.demo import staff, told
from tests.factories import moves
from tests.factories.cast import build_cast


@pytest.mark.django_db
def test_what_happened_was_told_on_its_day_and_one_notice_is_published(monkeypatch, settings):
    settings.DEMO = True
    cast = build_cast()
    monkeypatch.setattr(staff, "counter_clerk", lambda: cast.clerk)
    for _case in range(3):
        moves.an_accepted_case(cast)
    past = timezone.now() - dt.timedelta(days=30)
    Announcement.objects.update(created_at=past)
    Notice.objects.update(issued_on=past.date())
    assert told.load() == Notification.objects.count() == 6
    assert not Notification.objects.filter(created_at__gt=past + dt.timedelta(days=2)).exists()
    assert sorted(NoticeService.objects.values_list("state", flat=True)) == ["published", "to_do"]
    assert not OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING).exists()
    assert told.load() == 0
