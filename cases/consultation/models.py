"""The questions about one case and their answers: one thread for each case, its messages never change."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department


class Consultation(BaseModel):
    """The thread of one case. While it waits, ``due_on`` is the last day to answer the oldest open question."""

    class State(models.TextChoices):
        WAITING = "waiting", "待答复"
        ANSWERED = "answered", "已答复"
        CLOSED = "closed", "已结束"

    case = models.OneToOneField(Case, models.PROTECT, related_name="consultation")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    version = models.PositiveIntegerField(default=0)  # messages so far: an answer names the one it was written on
    open_questions = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()  # the oldest question without an answer; once answered, the last one there was
    due_on = models.DateField(null=True)  # empty once answered, and while its year has no calendar
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes = (
            models.Index(fields=["department", "due_on"], condition=Q(state="waiting"), name="consultation_waiting"),
            models.Index(fields=["department", "state", "-asked_at"], name="consultation_of_department"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="waiting", open_questions__gt=0) | Q(open_questions=0) & ~Q(state="waiting"),
                name="consultation_waits_for_answers",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class ConsultationMessage(BaseModel):
    """One question or answer. Nothing changes or takes it away afterwards."""

    class Side(models.TextChoices):
        APPLICANT = "applicant", "申请人"
        STAFF = "staff", "部门"

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=9, choices=Side)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    author = EncryptedTextField()  # as the history names who wrote it
    text = EncryptedTextField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.side}"


class ConsultationFile(BaseModel):
    """A file sent with a message, written anew as every upload is."""

    message = models.ForeignKey(ConsultationMessage, models.PROTECT, related_name="files")
    order = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="consultations/%Y/%m")
    name = EncryptedTextField()  # as it was called where it came from
    media_type = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (models.UniqueConstraint(fields=["message", "order"], name="consultation_file_order"),)

    def __str__(self) -> str:
        return f"{self.message_id} {self.order}"
