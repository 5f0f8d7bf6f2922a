"""Announce what happened, once; then put it in the inbox of everybody concerned and send what they want sent."""

import datetime as dt
import logging
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from common import crypto
from common.jobs import after_commit
from identity.actions import PHONE
from identity.messaging import preferences, templates
from identity.messaging.kinds import Kind, Words, fill, find
from identity.models import Announcement, Notification, OutboxMessage, Person

_Channel = OutboxMessage.Channel
_log = logging.getLogger("onestop.messages")


def notify(kind: Kind, *, about: UUID, values: dict[str, str], link: str = "", occasion: str = "") -> None:
    """Announce an event in the caller's transaction; announced again, nothing happens.

    ``occasion`` tells two of a kind about one thing apart. ``values`` has exactly the kind's fields, and no secret.
    ``link`` is a path of this site.
    """
    if set(values) != kind.fields:
        raise ValueError(f"{kind.code} takes {sorted(kind.fields)}, got {sorted(values)}")
    row = Announcement(
        event=kind.code, key=f"{kind.code}:{about}:{occasion}"[:120], about=about, values=values, link=link
    )
    # A second transaction with the same key waits for the first and then adds nothing.
    Announcement.objects.bulk_create([row], ignore_conflicts=True)
    after_commit("identity.tasks.spread_announcement", announcement_id=str(row.pk))


@transaction.atomic
def spread(*, announcement_id: UUID) -> int:
    """Tell everybody concerned; twice is once. Returns how many were told."""
    rows = Announcement.objects.select_for_update(skip_locked=True, no_key=True)
    row = rows.filter(pk=announcement_id, spread_at__isnull=True).first()
    if row is None:
        return 0
    kind = find(row.event)
    people: list[Person] = []
    if kind is None:
        _log.error("nobody is told of %s: no room declares this event", row.event)
    else:
        found = Person.objects.filter(pk__in=set(kind.recipients(row.about)), locked_at__isnull=True)
        people = list(found.select_related("message_preference").order_by("pk"))
        for person in people:
            _tell(row, kind, person)
    row.spread_at = timezone.now()
    row.save(update_fields=["spread_at", "updated_at"])
    return len(people)


def _tell(row: Announcement, kind: Kind, person: Person) -> None:
    wishes = preferences.of(person)
    text = templates.current(kind, wishes.language)
    words = Words(text.title, fill(text.body, row.values), fill(text.brief, row.values))
    told = Notification.objects.create(
        announcement=row,
        person=person,
        group=kind.group,
        title=words.title,
        body=words.body,
        # Switched off in the inbox: kept for the record, and nobody is called to it.
        read_at=None if wishes.has("portal", kind.group) else timezone.now(),
    )
    due_at = timezone.now() if kind.is_urgent else not_before(timezone.now())
    if person.phone and wishes.has("sms", kind.group):
        index = crypto.blind_index(person.phone, purpose=PHONE)
        _leave(told, due_at, _Channel.SMS, words, phone=person.phone, phone_index=index)
    if wishes.email and wishes.has("email", kind.group):
        _leave(told, due_at, _Channel.EMAIL, words, email=wishes.email, subject=words.title)


def _leave(told: Notification, due_at: dt.datetime, channel: str, words: Words, **address: object) -> None:
    inbox = f"{settings.PUBLIC_BASE_URL}{reverse('my_messages')}"
    text = f"{words.brief}\n\n{inbox}" if channel == _Channel.EMAIL else words.brief
    message = OutboxMessage(notification=told, channel=channel, text=text, due_at=due_at, **address)
    message.save(force_insert=True)
    if due_at <= timezone.now():
        after_commit("identity.tasks.send_message", message_id=str(message.pk))


def not_before(moment: dt.datetime) -> dt.datetime:
    """When phones may ring: now by day, at eight in the morning for what happens at night. China has one time."""
    local = timezone.localtime(moment)
    ends = dt.time(settings.QUIET_HOURS[1])
    if local.hour >= settings.QUIET_HOURS[0]:
        local += dt.timedelta(days=1)
    elif local.time() >= ends:
        return moment
    return timezone.make_aware(dt.datetime.combine(local.date(), ends))


def unspread(*, before: dt.datetime, limit: int = 500) -> list[UUID]:
    """Announcements nobody was told of yet, whose job was lost; oldest first."""
    waiting = Announcement.objects.filter(spread_at__isnull=True, created_at__lt=before).order_by("created_at")
    return list(waiting.values_list("pk", flat=True)[:limit])
