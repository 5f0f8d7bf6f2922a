"""What is kept of an application filled in at a window: the customer's display, the consent, numbered paper sheets."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.counter.models import CounterWindow, Ticket
from certificates.models import Document
from common.fields import EncryptedJSONField, EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Mandate, Party, Person
from services.models import Bundle, ItemVersion, ServiceItem

__all__ = ["Assistance", "PaperSheet", "WindowDisplay"]


class WindowDisplay(BaseModel):
    """The screen that faces the people at a window. It has a key of its own; a short-lived code gives it that key."""

    window = models.OneToOneField(CounterWindow, models.PROTECT, related_name="display")
    code_index = models.BinaryField(max_length=32, null=True, unique=True)  # keyed hash, none once used
    code_ends_at = models.DateTimeField(null=True)
    key_index = models.BinaryField(max_length=32, null=True, unique=True)  # keyed hash of what the screen holds
    bound_at = models.DateTimeField(null=True)
    bound_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # whose code it was

    def __str__(self) -> str:
        return f"display of {self.window_id}"


class PaperSheet(BaseModel):
    """A numbered blank form for days without network. It is entered once, with the time it was really taken in."""

    number = models.CharField(max_length=30, unique=True)
    window = models.ForeignKey(CounterWindow, models.PROTECT, related_name="+")
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="+")
    item_version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    printed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    late_allowed_at = models.DateTimeField(null=True)
    late_allowed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    late_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints = (
            models.CheckConstraint(
                condition=Q(late_allowed_at__isnull=True) | Q(late_allowed_by__isnull=False),
                name="late_sheet_allowed_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Assistance(BaseModel):
    """One person at one window who lets the clerk fill in one application, and what they confirmed.

    They come for themselves, for the organisation they represent by law, or under a ``mandate`` for another party.

    What for: an application for ``item``, the corrections that a case of ``item`` waits for, or one application for
    the items of ``bundle``, which is then ``joint``. ``asked`` are the lines the display showed. ``draft_digest`` is
    what the person was asked to confirm before it is handed in, ``confirmed_digest`` what they confirmed.
    """

    class Purpose(models.TextChoices):
        APPLY = "apply", "申请"
        CORRECT = "correct", "补正"
        JOINT = "joint", "一件事"

    class State(models.TextChoices):
        ASKED = "asked", "等本人同意"
        AGREED = "agreed", "本人已同意"
        DECLINED = "declined", "本人不同意"
        DONE = "done", "已提交"
        ENDED = "ended", "已结束"

    class Way(models.TextChoices):
        DISPLAY = "display", "本人在客屏上确认"
        PAPER = "paper", "本人在纸质件上签字"

    window = models.ForeignKey(CounterWindow, models.PROTECT, related_name="assistances")
    clerk = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="assistances")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")  # in whose name: see cases.assisting.behalf
    # By which the person acts for the party; none for themselves and for an organisation they represent by law.
    mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, related_name="+", db_index=False)
    purpose = models.CharField(max_length=7, choices=Purpose, default=Purpose.APPLY)
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="+")
    bundle = models.ForeignKey(Bundle, models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey("cases.Case", models.SET_NULL, null=True, related_name="assistances")
    joint = models.ForeignKey("cases.JointCase", models.SET_NULL, null=True, related_name="assistances")
    is_away = models.BooleanField(default=False)  # taken in for a body of another region (异地代收)
    away_checked_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked = EncryptedJSONField(default=list)
    way = models.CharField(max_length=8, choices=Way, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    consent_paper = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    paper_reason = EncryptedTextField(default="")  # why the display would not do
    draft_digest = models.CharField(max_length=64, blank=True, default="")
    confirmed_digest = models.CharField(max_length=64, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_way = models.CharField(max_length=8, choices=Way, blank=True, default="")
    handwriting = EncryptedJSONField(default=list)  # the name, by finger: see cases.assisting.handwriting
    confirmed_paper = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    ends_at = models.DateTimeField()  # then the consent is over by itself
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=100, blank=True, default="")
    originals_back_at = models.DateTimeField(null=True)
    sheet = models.ForeignKey(PaperSheet, models.PROTECT, null=True, related_name="assistances")
    sheet_received_at = models.DateTimeField(null=True)
    sheet_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["window", "-id"], name="assistance_of_window"),)
        constraints = (
            models.UniqueConstraint(
                fields=["window"], condition=Q(state__in=["asked", "agreed"]), name="one_assistance_at_a_window"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["asked", "agreed"]), name="one_assistance_of_a_person"
            ),
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(state__in=["asked", "agreed", "done"]), name="sheet_entered_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "done"]) | ~Q(way=""), name="agreed_assistance_has_way"
            ),
            models.CheckConstraint(
                condition=Q(sheet__isnull=True) | (Q(sheet_received_at__isnull=False) & ~Q(sheet_reason="")),
                name="sheet_entry_has_time_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(purpose="joint", bundle__isnull=False, item__isnull=True)
                | ~Q(purpose="joint") & Q(bundle__isnull=True, item__isnull=False),
                name="assistance_for_item_or_bundle",
            ),
        )

    def __str__(self) -> str:
        return f"assistance {self.pk}"

    @property
    def errand(self) -> str:
        """What it is for, by name."""
        subject = self.bundle or self.item
        return subject.name if subject else ""

    @property
    def number(self) -> str:
        """The number of what is filled in, empty for a draft."""
        record = self.joint or self.case
        return (record.number or "") if record else ""
