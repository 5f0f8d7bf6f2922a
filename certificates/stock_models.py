"""Existing stock (存量证照) on its way into the register."""

from typing import ClassVar

from django.db import models

from certificates.type_models import CertificateType
from common.fields import BlindIndexField, EncryptedJSONField
from common.models import BaseModel
from identity.models import Account, Department


class StockImport(BaseModel):
    """One file of existing stock (存量证照) of a department, and how far it got; the same file again goes on there.

    An uploaded one is checked in the background first: ``counts`` and ``report`` then say what an import would do.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "正在检查"
        CHECKED = "checked", "已检查"
        RUNNING = "running", "正在入库"
        DONE = "done", "已入库"
        FAILED = "failed", "没有完成"

    type = models.ForeignKey(CertificateType, models.PROTECT, related_name="+")
    issuer = models.ForeignKey(Department, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    done = models.PositiveIntegerField(default=0)  # rows of the file that need not be read again
    counts = models.JSONField(default=dict)  # {outcome: rows}
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING, db_default=State.RUNNING)
    holding_id = models.UUIDField(null=True)  # the post it was uploaded in: it is imported in no other
    file = models.FileField(upload_to="stock/%Y/%m", blank=True, db_default="")  # encrypted; gone when all is done
    report = models.FileField(upload_to="stock/%Y/%m", blank=True, db_default="")  # a line for each row
    total = models.PositiveIntegerField(default=0, db_default=0)  # rows of the file, known once it was checked
    problem = models.CharField(max_length=500, blank=True, default="", db_default="")  # why the whole of it failed

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (models.UniqueConstraint(fields=["type", "issuer", "sha256"], name="stock_import_once"),)

    def __str__(self) -> str:
        return self.file_name


class WaitingStock(BaseModel):
    """A row of existing stock whose holder is not registered yet; it becomes a certificate when they are."""

    stock_import = models.ForeignKey(StockImport, models.PROTECT, related_name="waiting")
    type = models.ForeignKey(CertificateType, models.PROTECT, related_name="+")
    issuer = models.ForeignKey(Department, models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    person_index = BlindIndexField(null=True, db_index=True)  # as Person.id_number_index
    uscc = models.CharField(max_length=18, blank=True, default="", db_index=True)
    row = EncryptedJSONField()  # what the file said

    class Meta:
        constraints = (models.UniqueConstraint(fields=["type", "issuer", "number"], name="waiting_stock_once"),)

    def __str__(self) -> str:
        return self.number
