"""What a department asks others about a case, what it shows them for that, and what they answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.case import Branch, Case, CaseMaterial
from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department, Post


class OpinionRequest(BaseModel):
    """One question from one stage (``branch``; none: from who decides). ``fields`` and ``papers`` are all that who is
    asked sees of the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinion_requests")
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="opinion_requests")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    author = EncryptedTextField()  # as the history names who asked
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    question = EncryptedTextField()
    fields = models.JSONField(default=list)  # keys of answers of the form
    papers = models.ManyToManyField(CaseMaterial, related_name="+")
    days = models.PositiveSmallIntegerField()  # working days to answer

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.pk}"


class OpinionAsked(BaseModel):
    """One post that is asked, and its answer."""

    class State(models.TextChoices):
        WAITING = "waiting", "待答复"
        ANSWERED = "answered", "已答复"
        RELIEVED = "relieved", "同意免答"
        WITHDRAWN = "withdrawn", "已撤回"
        PASSED = "passed", "逾期未答，不再等"
        ENDED = "ended", "办件已结束"

    class Stance(models.TextChoices):
        AGREE = "agree", "同意"
        OPPOSE = "oppose", "不同意"
        NONE = "none", "无意见"
        ADVICE = "advice", "建议"

    request = models.ForeignKey(OpinionRequest, models.PROTECT, related_name="asked")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, db_index=False, related_name="+")
    assignee = models.ForeignKey(Account, models.PROTECT, null=True, db_index=False, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    version = models.PositiveIntegerField(default=1)
    due_on = models.DateField(null=True)  # empty while its year has no calendar
    stance = models.CharField(max_length=8, choices=Stance, blank=True, default="")
    text = EncryptedTextField(default="")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # who answered
    author = EncryptedTextField(default="")
    settled_at = models.DateTimeField(null=True)
    reason = EncryptedTextField(default="")  # why it was withdrawn, relieved, or decided without
    relief = EncryptedTextField(default="")  # why who is asked would rather not answer; '' once that is settled
    relief_refused = EncryptedTextField(default="")
    passed_on = EncryptedTextField(default="")  # who handed it over to whom, and why
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.UniqueConstraint(fields=["request", "department"], name="opinion_department_once"),
            models.CheckConstraint(
                condition=Q(state="answered") & ~Q(stance="") | ~Q(state="answered") & Q(stance=""),
                name="opinion_answered_has_stance",
            ),
        )
        indexes = (
            models.Index(fields=["post", "due_on"], condition=Q(state="waiting"), name="opinion_waiting"),
            models.Index(fields=["post", "-id"], name="opinion_of_post"),
            models.Index(
                fields=["due_on"], condition=Q(state="waiting", escalated_at__isnull=True), name="opinion_to_escalate"
            ),
            models.Index(fields=["escalated_to"], condition=Q(escalated_to__isnull=False), name="opinion_brought_up"),
        )

    def __str__(self) -> str:
        return f"{self.request_id} {self.post_id}"


class OpinionFile(BaseModel):
    """A file sent with an answer, written anew as every upload is."""

    asked = models.ForeignKey(OpinionAsked, models.PROTECT, related_name="files")
    order = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="opinions/%Y/%m")
    name = EncryptedTextField()
    media_type = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (models.UniqueConstraint(fields=["asked", "order"], name="opinion_file_order"),)

    def __str__(self) -> str:
        return f"{self.asked_id} {self.order}"
