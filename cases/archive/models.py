"""The archive: one package for each closed case, and the holds that keep it from being destroyed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.models import BaseModel
from identity.models import Account, Department


class Retention(models.TextChoices):
    """保管期限, with the codes that archive numbers carry (DA/T 13)."""

    PERMANENT = "Y", "永久"
    THIRTY = "D30", "30年"
    TEN = "D10", "10年"


class ArchivePackage(BaseModel):
    """The sealed file of one case. A row with a problem says why there is none yet."""

    class State(models.TextChoices):
        PROBLEM = "problem", "未能归档"
        SEALED = "sealed", "已归档"

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="archive")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    number = models.CharField("档号", max_length=80, null=True, unique=True)  # noqa: DJ001 unique, none before it is sealed
    retention = models.CharField("保管期限", max_length=3, choices=Retention)
    closed_on = models.DateField()
    due_on = models.DateField(null=True)  # from this day on its term is over; None: permanent
    file = models.FileField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")  # of the whole file
    size = models.PositiveBigIntegerField(default=0)  # bytes
    parts = models.PositiveIntegerField(default=0)
    sealed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["department", "-id"], name="archive_department"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="sealed")
                | Q(number__isnull=False, sealed_at__isnull=False) & ~Q(sha256="") & ~Q(file="") & Q(problem=""),
                name="archive_sealed_has_file",
            ),
            models.CheckConstraint(
                condition=Q(retention="Y", due_on__isnull=True) | ~Q(retention="Y") & Q(due_on__isnull=False),
                name="archive_term_has_end",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"archive of {self.case_id}"


class ArchiveHold(BaseModel):
    """暂停销毁 of one case, for a reason and by two persons. It counts from the moment the first one asks for it."""

    class State(models.TextChoices):
        ASKED = "asked", "待第二人确认"
        HELD = "held", "暂停销毁"
        LIFTING = "lifting", "申请解除"
        LIFTED = "lifted", "已解除"
        REJECTED = "rejected", "未获确认"

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="holds")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=500, blank=True, default="")
    lift_asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    lifted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["asked", "held", "lifting"]), name="one_hold_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")), name="hold_by_two"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("lift_asked_by")), name="hold_lifted_by_two"
            ),
            models.CheckConstraint(
                condition=~Q(state="lifted") | Q(lifted_by__isnull=False) & ~Q(lift_reason=""),
                name="hold_lifted_for_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


STANDING = (ArchiveHold.State.ASKED, ArchiveHold.State.HELD, ArchiveHold.State.LIFTING)  # nothing goes while it is one
