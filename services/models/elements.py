"""What forms are built from, and the account of each import."""

from typing import ClassVar

from django.db import models

from common.models import BaseModel


class DataElement(BaseModel):
    """数据元: a field of meaning shared by all forms; the base of filling in once."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=20)
    max_length = models.PositiveSmallIntegerField(null=True)
    choices = models.JSONField(default=list)
    source = models.CharField(max_length=60, blank=True, default="")  # certificate type key, or identity

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class ImportBatch(BaseModel):
    """One run of ``import_items``: its file, its counts and a report for each row that was not plainly accepted."""

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    accepted = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=list)  # [{row, outcome, code, message, name}]

    class Meta:
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.file_name
