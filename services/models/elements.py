"""What forms are built from, and the account of each import."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.reviewing.states import OPEN_VERSIONS, VersionState
from services.models.review import Reviewed, two_persons


class Sensitivity(models.TextChoices):
    """How much an answer tells about somebody (个人信息保护法第二十八条)."""

    PUBLIC = "public", "公开"
    PERSONAL = "personal", "个人信息"
    SENSITIVE = "sensitive", "敏感个人信息"


class Definition(models.Model):
    """What an element is: its name and type, what may be answered, and which source answers it."""

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
        abstract = True


class DataElement(Definition, BaseModel):
    """数据元: a field of meaning shared by all forms; the base of filling in once. As it is in force."""

    Sensitivity = Sensitivity

    code = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class ElementVersion(Definition, Reviewed):
    """A definition of an element as it was drafted, reviewed and published; the published one stands in the element.

    It names its element by the code, as forms do: before the first one is published there is no element. An element
    that came with a catalogue has no version until somebody here drafts one.
    """

    State = VersionState

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)

    class Meta:
        ordering: ClassVar = ["code", "-version"]
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="element_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(state="published"), name="one_published_element"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state__in=OPEN_VERSIONS), name="one_open_element_version"
            ),
            two_persons("submitted_by", "reviewed_by", "element_version_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


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
