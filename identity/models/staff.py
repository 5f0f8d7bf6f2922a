"""How staff get their sign-in, and the spreadsheets they are imported from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models.accounts import Account


class EnrolmentCode(BaseModel):
    """A one-time code with which a member of staff sets their own password. Only its digest is stored."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="enrolment_codes")
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=10)
    ended_at = models.DateTimeField(null=True)  # used, or replaced by a newer one
    was_used = models.BooleanField(default=False)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at__isnull=True), name="one_open_enrolment")
        ]

    def __str__(self) -> str:
        return f"{self.account} until {self.expires_at}"


class StaffImport(BaseModel):
    """One spreadsheet of regions, departments, posts, staff and holdings: what it would change, and how far it got."""

    class State(models.TextChoices):
        CHECKED = "checked", "已检查"
        RUNNING = "running", "正在导入"
        DONE = "done", "已导入"
        FAILED = "failed", "没有导完"

    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    holding_id = models.UUIDField(null=True)  # the post in which it was uploaded: the import acts in no other
    file_name = models.CharField(max_length=200)
    file = models.FileField(upload_to="staff-imports/%Y/%m")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    total = models.PositiveIntegerField(default=0)  # rows with something to do
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # {new, changed, same, wrong}
    problems = models.JSONField(default=list)  # [{sheet, row, column, code, message}], the first thousand

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"
