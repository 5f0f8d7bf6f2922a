"""What a hall's counter keeps: its settings, windows, days, tickets, slot plans and appointments."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.fields import BlindIndexField, EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department, Hall, Person, Post
from services.models import ServiceItem


class PriorityGroup(models.TextChoices):
    """Whom a hall may call before others."""

    ELDERLY = "elderly", "老年人"
    DISABLED = "disabled", "残疾人"
    MILITARY = "military", "军人和优抚对象"
    PREGNANT = "pregnant", "孕妇和带婴儿的人"


class HallCounter(BaseModel):
    """How one hall gives tickets and appointments. The two keys are the unguessable parts of addresses."""

    hall = models.OneToOneField(Hall, models.PROTECT, related_name="counter")
    is_open = models.BooleanField(default=False)
    screen_key = models.CharField(max_length=43, unique=True)
    kiosk_key = models.CharField(max_length=43, unique=True)
    late_minutes = models.PositiveSmallIntegerField(default=15)  # after the slot: then an appointment has no priority
    no_show_limit = models.PositiveSmallIntegerField(default=3)  # that many in 90 days …
    block_days = models.PositiveSmallIntegerField(default=30)  # … and nothing can be booked for so long
    priority_groups = models.JSONField(default=list)
    days_ahead = models.PositiveSmallIntegerField(default=7)
    minutes_each = models.PositiveSmallIntegerField(default=10)  # what one ticket takes, for the expected wait
    keep_days = models.PositiveSmallIntegerField(default=30)  # phone and ID number stay on a ticket so long
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"counter of {self.hall_id}"


class CounterWindow(BaseModel):
    """One window: who may sit at it, and what it serves. Without departments and items it serves everything."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="counter_windows")
    number = models.CharField(max_length=8)
    name = models.CharField(max_length=40)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    departments = models.ManyToManyField(Department, related_name="+")
    items = models.ManyToManyField(ServiceItem, related_name="+")
    clerk = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # who sits there now
    is_active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["number", "id"]
        constraints = (
            models.UniqueConstraint(
                fields=["hall", "number"], condition=Q(is_active=True), name="window_number_once_per_hall"
            ),
            models.UniqueConstraint(fields=["clerk"], condition=Q(clerk__isnull=False), name="clerk_at_one_window"),
        )

    def __str__(self) -> str:
        return f"{self.hall_id} {self.number}"


class CounterDay(BaseModel):
    """One day of one hall. Its row lock makes the numbers gap-free and keeps a closing apart from new tickets."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+")
    day = models.DateField()
    last_number = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    close_reason = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hall", "day"], name="counter_day_once"),)

    def __str__(self) -> str:
        return f"{self.hall_id} {self.day}"


class SlotPlan(BaseModel):
    """Slots of a hall: on these weekdays, in these spans, so many minutes each, so many people in each.

    ``spans`` are ``[["09:00", "12:00"], …]``, as a hall's hours. The item or the department narrows what it is for.
    """

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="slot_plans")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="+")
    weekdays = models.JSONField(default=list)  # 1 Monday … 7 Sunday
    spans = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField(default=30)
    quota = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes = (models.Index(fields=["hall", "is_active"], name="slot_plan_of_hall"),)

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Appointment(BaseModel):
    """Somebody comes at a time, for an item, to a hall. The person is let go of when nothing needs them any more."""

    class State(models.TextChoices):
        BOOKED = "booked", "已预约"
        ARRIVED = "arrived", "已到场取号"
        CANCELLED = "cancelled", "已取消"
        HALL_CLOSED = "hall_closed", "大厅停办，已取消"
        NO_SHOW = "no_show", "没有到场"

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="appointments")
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+")
    plan = models.ForeignKey(SlotPlan, models.PROTECT, related_name="appointments")
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="+")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    code = models.CharField(max_length=8)
    state = models.CharField(max_length=12, choices=State, default=State.BOOKED)
    reason = models.CharField(max_length=100, blank=True, default="")  # why the hall cancelled it
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-starts_at", "-id"]
        indexes = (
            models.Index(fields=["plan", "starts_at"], name="appointment_of_slot"),
            models.Index(fields=["person", "-starts_at"], name="appointment_of_person"),
            models.Index(fields=["state", "day"], name="appointment_to_end"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["person", "item", "day"],
                condition=Q(state__in=["booked", "arrived"]),
                name="one_open_appointment_per_item_and_day",
            ),
            models.UniqueConstraint(fields=["hall", "day", "code"], name="appointment_code_once_per_day"),
        )

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class Ticket(BaseModel):
    """A place in a hall's line on one day. Phone and ID number are erased after the hall's term."""

    class Kind(models.TextChoices):
        WALK_IN = "A", "现场取号"
        APPOINTMENT = "Y", "预约"
        PRIORITY = "V", "优先"

    class State(models.TextChoices):
        WAITING = "waiting", "等候中"
        CALLED = "called", "叫号中"
        SERVING = "serving", "办理中"
        DONE = "done", "已办完"
        SKIPPED = "skipped", "过号"
        ENDED = "ended", "已作废"

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+")
    day = models.DateField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=1, choices=Kind, default=Kind.WALK_IN)
    group = models.CharField(max_length=10, choices=PriorityGroup, blank=True, default="")
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, related_name="ticket")
    phone = EncryptedTextField(null=True)
    phone_index = BlindIndexField(null=True)
    id_number = EncryptedTextField(null=True)
    id_number_index = BlindIndexField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    line_at = models.DateTimeField()  # since when it stands in line
    due_at = models.DateTimeField(null=True)  # an appointment's time
    window = models.ForeignKey(CounterWindow, models.PROTECT, null=True, related_name="tickets")
    wanted_window = models.ForeignKey(CounterWindow, models.PROTECT, null=True, related_name="+")  # transferred to
    clerk = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    calls = models.PositiveSmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["number"]
        indexes = (
            models.Index(fields=["hall", "day", "state"], name="ticket_line"),
            models.Index(
                fields=["day"],
                condition=Q(phone_index__isnull=False) | Q(id_number_index__isnull=False),
                name="ticket_to_erase",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["hall", "day", "number"], name="ticket_number_once"),
            models.UniqueConstraint(
                fields=["window"], condition=Q(state__in=["called", "serving"]), name="one_ticket_at_a_window"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["called", "serving"]) | Q(window__isnull=False),
                name="called_ticket_has_window",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.code}"

    @property
    def code(self) -> str:
        """What stands on the slip and on the screen, e.g. A007."""
        return f"{self.kind}{self.number:03d}"
