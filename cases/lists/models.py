"""What staff keep beside the lists of cases: views under a name, and jobs that work on many cases."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Account, Post, PostHolding


class SavedView(BaseModel):
    """A filter under a name: somebody's own, or a whole post's (``post``), which its holders see."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="saved_views")  # who made it
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="saved_views")
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=500, blank=True)  # as in the address: cases.lists.filters
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints = (
            models.UniqueConstraint(fields=["account", "name"], condition=Q(post__isnull=True), name="own_view_once"),
            models.UniqueConstraint(fields=["post", "name"], condition=Q(post__isnull=False), name="post_view_once"),
            models.UniqueConstraint(fields=["account"], condition=Q(is_default=True), name="one_default_view"),
            models.CheckConstraint(condition=Q(is_default=False) | Q(post__isnull=True), name="default_view_is_own"),
        )

    def __str__(self) -> str:
        return self.name


class BulkJob(BaseModel):
    """One thing done to many cases in the background, in the post in which it was asked for."""

    class Kind(models.TextChoices):
        ACCEPT = "accept", "批量受理"
        NOTIFY = "notify", "批量通知"
        EXPORT = "export", "导出清单"
        ASSIGN = "assign", "批量指定办理人"
        UNASSIGN = "unassign", "撤销批量指定"

    class State(models.TextChoices):
        PREPARED = "prepared", "待确认"
        RUNNING = "running", "正在办"
        DONE = "done", "办完了"
        STOPPED = "stopped", "已停下"

    account = models.ForeignKey(Account, models.PROTECT, related_name="bulk_jobs")
    holding = models.ForeignKey(PostHolding, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    detail = models.CharField(max_length=40, blank=True, default="")  # which message, format of the file, or account
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undoing")
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    total = models.PositiveIntegerField(default=0)
    is_cut = models.BooleanField(default=False)  # there were more than one job takes
    stopped_by = models.CharField(max_length=60, blank=True, default="")  # the code of what stopped it
    file = models.FileField(upload_to="lists/%Y/%m", blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["state", "updated_at"], name="bulk_job_left"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BulkRow(BaseModel):
    """One case of a job and what came of it."""

    class State(models.TextChoices):
        TODO = "todo", "等待"
        DONE = "done", "完成"
        REFUSED = "refused", "没有办"

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="rows")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    case_version = models.PositiveIntegerField()  # as it was when it was chosen
    state = models.CharField(max_length=10, choices=State, default=State.TODO)
    code = models.CharField(max_length=60, blank=True, default="")  # of the refusal
    message = models.CharField(max_length=300, blank=True, default="")
    given = models.JSONField(default=list, db_default=[])  # [branch, who had it, who has it now]

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (models.UniqueConstraint(fields=["job", "case"], name="bulk_case_once"),)
        indexes = (models.Index(fields=["job", "state", "id"], name="bulk_row_todo"),)

    def __str__(self) -> str:
        return f"{self.job_id} {self.case_id} {self.state}"
