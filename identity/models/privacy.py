"""People's rights over their data: copies made for them, corrections they ask for, accounts they close."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models.accounts import Account
from identity.models.parties import Party, Person
from identity.models.places import Department


class DataExport(BaseModel):
    """A copy of everything about a party (个人信息保护法第四十五条), made in the background and kept a few days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("正在准备")
        READY = "ready", _("可以下载")
        FAILED = "failed", _("没有做成")
        ERASED = "erased", _("已删除")

    party = models.ForeignKey(Party, models.PROTECT, related_name="exports")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    file = models.FileField(upload_to="exports/%Y/%m", blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    downloaded_at = models.DateTimeField(null=True)  # the last time

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "expires_at"], name="export_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(state__in=["waiting", "ready"]), name="one_export_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"


class CorrectionRequest(BaseModel):
    """What somebody says is wrong about them (个人信息保护法第四十六条), on its way to where the datum comes from."""

    class Subject(models.TextChoices):
        NAME = "name", _("姓名")
        ID_NUMBER = "id_number", _("证件号码")
        ADDRESS = "address", _("住址")
        CERTIFICATE = "certificate", _("证照上的内容")
        OTHER = "other", _("其他信息")

    class State(models.TextChoices):
        RECEIVED = "received", _("已收到")
        PASSED = "passed", _("来源部门核实中")
        CORRECTED = "corrected", _("已更正")
        REFUSED = "refused", _("不予更正")
        WITHDRAWN = "withdrawn", _("已撤回")

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=12, choices=Subject)
    certificate_id = models.CharField(max_length=64, blank=True, default="")  # named, not referred to: an upper room's
    certificate_name = models.CharField(max_length=200, blank=True, default="")
    source = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")  # none: the population register
    current = EncryptedTextField()
    wanted = EncryptedTextField()
    reason = EncryptedTextField(default="")
    proof_id = models.CharField(max_length=64, blank=True, default="")  # a document in the person's locker
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    due_on = models.DateField(null=True)  # none while the calendar of that year is unknown
    passed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    answer = EncryptedTextField(default="")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="correction_person"),
            models.Index(fields=["state", "due_on"], name="correction_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "subject", "certificate_id"],
                condition=Q(state__in=["received", "passed"]),
                name="one_open_correction",
            )
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"


class AccountClosure(BaseModel):
    """An account that its owner closed; until ``erase_after`` signing in opens it again."""

    class State(models.TextChoices):
        PENDING = "pending", _("可以反悔")
        DONE = "done", _("已注销")
        REOPENED = "reopened", _("已恢复")

    account = models.ForeignKey(Account, models.PROTECT, related_name="closures")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    erase_after = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # erased, or opened again
    erased = models.PositiveIntegerField(default=0)  # documents and drafts

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "erase_after"], name="closure_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=["pending", "done"]), name="one_closure_per_account"
            )
        ]

    def __str__(self) -> str:
        return f"closure {self.pk}"
