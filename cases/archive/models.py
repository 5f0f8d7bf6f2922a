"""The archive: one package for each closed case, and the holds that keep it from being destroyed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.models import BaseModel
from identity.models import Account, Department
from services.codes import Retention

__all__ = ["ArchiveHold", "ArchivePackage", "DestructionList", "DestructionRow", "Retention"]


class ArchivePackage(BaseModel):
    """The sealed file of one case. A row with a problem says why there is none yet."""

    class State(models.TextChoices):
        PROBLEM = "problem", "未能归档"
        SEALED = "sealed", "已归档"
        DESTROYED = "destroyed", "已销毁"

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="archive")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State)
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
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (
            models.Index(fields=["department", "-id"], name="archive_department"),
            models.Index(fields=["department", "due_on"], condition=Q(state="sealed"), name="archive_due"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="sealed")
                | Q(number__isnull=False, sealed_at__isnull=False) & ~Q(sha256="") & ~Q(file="") & Q(problem=""),
                name="archive_sealed_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="destroyed") | Q(number__isnull=False, destroyed_at__isnull=False, file=""),
                name="archive_destroyed_has_none",
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


class DestructionList(BaseModel):
    """销毁清册: what of a department's archive goes when its term is over. One person proposes, another approves."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审批"
        WITHDRAWN = "withdrawn", "已撤回"
        REJECTED = "rejected", "未批准"
        RUNNING = "running", "正在销毁"
        DONE = "done", "已销毁"

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    total = models.PositiveIntegerField()
    is_cut = models.BooleanField(default=False)  # more is due than one list takes
    reason = models.CharField(max_length=500)  # what was looked at before it was proposed
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")  # of whoever settled it
    number = models.CharField("清册编号", max_length=80, null=True, unique=True)  # noqa: DJ001 unique, none before it is approved
    record = models.FileField(blank=True)  # the sealed PDF; kept for ever
    manifest = models.FileField(blank=True)  # JSON: every package with its hash and what was deleted; kept for ever
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["state", "updated_at"], name="destruction_left"),)
        constraints = (
            models.UniqueConstraint(
                fields=["department"], condition=Q(state__in=["proposed", "running"]), name="one_destruction_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "withdrawn"])
                | Q(settled_by__isnull=False) & ~Q(settled_by=F("proposed_by")),
                name="destruction_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(record="") & ~Q(manifest="") & Q(number__isnull=False),
                name="destruction_has_record",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"destruction {self.pk}"


class DestructionRow(BaseModel):
    """One package of a list and what came of it. ``files`` are the names of the stored files that go with it."""

    class State(models.TextChoices):
        TODO = "todo", "待销毁"
        ERASING = "erasing", "正在删除"
        DONE = "done", "已销毁"
        KEPT = "kept", "留存"

    destruction = models.ForeignKey(DestructionList, models.PROTECT, related_name="rows")
    package = models.ForeignKey(ArchivePackage, models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.TODO)
    reason = models.CharField(max_length=300, blank=True, default="")  # why it was kept
    files = models.JSONField(default=list)
    documents = models.PositiveIntegerField(default=0)  # of the locker, that nobody needed any more
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes = (models.Index(fields=["destruction", "state", "id"], name="destruction_row_todo"),)
        constraints = (models.UniqueConstraint(fields=["destruction", "package"], name="destruction_row_once"),)

    def __str__(self) -> str:
        return f"{self.destruction_id} {self.package_id} {self.state}"
