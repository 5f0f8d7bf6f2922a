"""What comes in and goes out as exchange tables: one batch for each run, and its rows while it is worked on."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Account


class ExchangeBatch(BaseModel):
    """One import or export of exchange tables: whose, of what, how far it got and what came of it.

    ``last_row`` is where the run goes on after its worker was lost.
    """

    class Kind(models.TextChoices):
        IMPORT = "import", "导入"
        EXPORT = "export", "导出"

    class State(models.TextChoices):
        WAITING = "waiting", "等待检查"
        CHECKING = "checking", "正在检查"
        CHECKED = "checked", "已检查"
        RUNNING = "running", "正在进行"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"

    kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    format = models.CharField(max_length=5, blank=True, default="")
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    holding_id = models.UUIDField(null=True)  # the post it was asked for in: the run acts in no other
    file_name = models.CharField(max_length=200)
    file = models.FileField(upload_to="exchange/%Y/%m", blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last_row = models.BigIntegerField(null=True)  # an ExchangeRow; of an export the bytes of its file
    counts = models.JSONField(default=dict)  # outcome → rows
    problem = models.CharField(max_length=1000, blank=True, default="")  # why the whole of it failed
    finished_at = models.DateTimeField(null=True)
    put_aside = models.JSONField(default=list)  # indexes and references to be made again: services.exchange.first_load

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["state", "updated_at"], name="exchange_open"),)
        verbose_name_plural = "exchange batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name} {self.state}"


class ExchangeRow(models.Model):
    """A row of an exchange table on its way in. Rows that were taken are removed with the end of their batch."""

    id = models.BigAutoField(primary_key=True)
    # Its reference is not checked once more for each of a million rows: they come and go with their batch.
    batch = models.ForeignKey(ExchangeBatch, models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    table = models.CharField(max_length=40)
    number = models.PositiveIntegerField()  # line of the file, or row of the sheet, heading included
    guid = models.CharField(max_length=50, blank=True, default="")
    parent = models.CharField(max_length=50, blank=True, default="")  # task_guid of a row that belongs to another
    values = models.JSONField(default=dict)
    is_plain = models.BooleanField(default=False)  # nothing in it has to be repaired or told: services.exchange.plain
    outcome = models.CharField(max_length=10, blank=True, default="")  # of services.exchange.outcomes
    problems = models.JSONField(default=list)  # [{code, message}]

    class Meta:
        indexes = (
            models.Index(fields=["batch", "id"], name="exchange_row_order"),
            models.Index(fields=["batch", "parent"], condition=~Q(parent=""), name="exchange_row_parent"),
            models.Index(fields=["batch", "id"], condition=~Q(problems=[]), name="exchange_row_problem"),
        )

    def __str__(self) -> str:
        return f"{self.table} {self.number}"


class ExchangeLane(models.Model):
    """One of the connections that write a long first load at once: its stretch of the staged rows, how far it is."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ExchangeBatch, models.CASCADE, related_name="lanes")
    position = models.BigIntegerField()  # the last ExchangeRow that was looked at
    last = models.BigIntegerField()
    created = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)  # of these, how many the batch knows of

    def __str__(self) -> str:
        return f"{self.position}/{self.last}"
