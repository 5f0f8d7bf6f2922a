"""What forms are built from, and the account of each import."""

from typing import ClassVar

from django.db import models

from common.models import BaseModel


class DataElement(BaseModel):
    """数据元: a field of meaning shared by all forms; the base of filling in once."""

    class Sensitivity(models.TextChoices):
        PUBLIC = "public", "公开"
        PERSONAL = "personal", "个人信息"
        SENSITIVE = "sensitive", "敏感个人信息"

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=20)
    max_length = models.PositiveSmallIntegerField(null=True)
    choices = models.JSONField(default=list)
    source = models.CharField(max_length=60, blank=True, default="")  # certificate type key, or identity
    example = models.CharField(max_length=100, blank=True, default="")
    pattern = models.CharField(max_length=200, blank=True, default="")  # the whole text must match it
    pattern_message = models.CharField(max_length=100, blank=True, default="")
    least = models.CharField(max_length=20, blank=True, default="")  # number or ISO date
    most = models.CharField(max_length=20, blank=True, default="")
    sensitivity = models.CharField(max_length=10, choices=Sensitivity, blank=True, default="")
    shape = models.JSONField(default=dict)  # of types with parts: {parts} or {columns, min_rows, max_rows}

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
