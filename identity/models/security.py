"""Tables of account security: the population register, comparisons with it, and one-time codes."""

from typing import ClassVar

from django.db import models

from common.fields import BlindIndexField, EncryptedTextField
from common.models import BaseModel


class PopulationRecord(BaseModel):
    """One person in this database's own population register, against which real names are compared."""

    id_number = EncryptedTextField()
    id_number_index = BlindIndexField(unique=True)
    name = EncryptedTextField()
    phone = EncryptedTextField(null=True)

    def __str__(self) -> str:
        return f"population record {self.pk}"


class VerificationRecord(BaseModel):
    """One comparison of a person's facts with a source: what was asked, where, when and what came of it."""

    class Result(models.TextChoices):
        AGREED = "agreed", "一致"
        DIFFERS = "differs", "不一致"
        UNKNOWN = "unknown", "查无此人"

    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="verifications")
    id_number_index = BlindIndexField()
    phone_index = BlindIndexField(null=True)  # none when no phone was among the facts
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="verifications", db_index=False
    )
    subject = models.CharField(max_length=18, blank=True, default="")  # the credit code asked about
    checked_by = models.ForeignKey(  # at the counter
        "identity.Account", models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    facts = models.JSONField(default=list)  # the names of the facts compared
    result = models.CharField(max_length=10, choices=Result)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["id_number_index", "created_at"], name="verification_number")]

    def __str__(self) -> str:
        return f"{self.source} {self.result}"


class OneTimeCode(BaseModel):
    """A code sent to a phone. Only its keyed digest is kept; whoever checks it must know the row's id."""

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", "登录"
        REGISTER = "register", "注册"
        STEP_UP = "step_up", "再确认"
        NEW_PHONE = "new_phone", "换新手机号"
        OLD_PHONE = "old_phone", "确认原手机号"
        EMAIL = "email", "确认电子邮箱"
        PROGRESS = "progress", "查办理进度"
        TERMINAL = "terminal", "自助终端登录"

    purpose = models.CharField(max_length=12, choices=Purpose)
    phone_index = BlindIndexField()
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["phone_index", "created_at"], name="one_time_code_phone")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
