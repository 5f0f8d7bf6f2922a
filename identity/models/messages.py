"""What people are told: what happened, their inbox, what leaves by phone or e-mail, and how they want it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from common.models import BaseModel
from identity.models.accounts import Account
from identity.models.parties import Person


class Announcement(BaseModel):
    """Something happened that people are told of, once. Written in the transaction in which it happened."""

    event = models.CharField(max_length=60)  # code of an identity.messaging.kinds.Kind
    key = models.CharField(max_length=120, unique=True)  # the event and what it is about
    about = models.UUIDField()
    values = EncryptedJSONField(default=dict)  # what the templates may fill in
    link = models.CharField(max_length=300, blank=True, default="")  # a path of this site
    spread_at = models.DateTimeField(null=True)  # when everybody had it in their inbox

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(spread_at__isnull=True), name="announcement_waiting")
        ]

    def __str__(self) -> str:
        return self.key


class Notification(BaseModel):
    """One announcement in one person's inbox."""

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="notifications")
    person = models.ForeignKey(Person, models.PROTECT, related_name="notifications")
    group = models.CharField(max_length=10)
    title = EncryptedTextField()
    body = EncryptedTextField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["announcement", "person"], name="told_once"),)
        indexes = (
            models.Index(fields=["person", "-id"], name="inbox"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="inbox_unread"),
        )

    def __str__(self) -> str:
        return f"notification {self.pk}"


class OutboxMessage(BaseModel):
    """A message that leaves the site. Its id is the key by which a gateway knows it again."""

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        EMAIL = "email", "电子邮件"

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        HANDED = "handed", "已交出"
        FAILED = "failed", "没有发出"

    channel = models.CharField(max_length=5, choices=Channel, default=Channel.SMS)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    notification = models.ForeignKey(Notification, models.PROTECT, null=True, related_name="messages")
    phone = EncryptedTextField(null=True)
    phone_index = BlindIndexField(null=True)
    email = EncryptedTextField(null=True)
    subject = EncryptedTextField(null=True)
    text = EncryptedTextField()
    due_at = models.DateTimeField(null=True)  # the next try: now, after a failure, or when phones may ring again
    ends_at = models.DateTimeField(null=True)  # of no use to anybody later
    tries = models.PositiveSmallIntegerField(default=0)
    handed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["phone_index", "-created_at"], name="outbox_phone"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="outbox_waiting"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notification", "channel"], name="left_once_by_channel"),
            models.CheckConstraint(
                condition=Q(channel="sms", phone__isnull=False) | Q(channel="email", email__isnull=False),
                name="outbox_has_address",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class MessagePreference(BaseModel):
    """What a person wants to be told by which channel, in which language, and their confirmed e-mail address."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="message_preference")
    off = models.JSONField(default=list)  # ["sms:progress", ...]: channel and group
    language = models.CharField(max_length=8, default="zh-hans")
    email = EncryptedTextField(null=True)  # confirmed by a code that went there
    pending_email = EncryptedTextField(null=True)

    def __str__(self) -> str:
        return f"preference of {self.person_id}"


class MessageTemplate(BaseModel):
    """One version of the words of an event in a language; the newest counts. Kept for ever: who said what when."""

    event = models.CharField(max_length=60)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    is_default = models.BooleanField(default=False)  # back to the words that came with the site
    title = models.CharField(max_length=60, blank=True, default="")
    body = models.CharField(max_length=1000, blank=True, default="")
    brief = models.CharField(max_length=140, blank=True, default="")  # what leaves the site, by phone and e-mail
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event", "language", "version"], name="template_version_once"),)

    def __str__(self) -> str:
        return f"{self.event} {self.language} {self.version}"
