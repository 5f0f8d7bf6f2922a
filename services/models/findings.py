"""What the checks found: per item, per run over the catalogue, and the waivers that were granted."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Account, Department
from services.models.items import ServiceItem
from services.models.review import Reviewed, two_persons
from services.models.versions import ItemVersion


class AskWaiver(Reviewed):
    """Leave to ask for what is already known (不重复要): for one field or material of an item, with its reason."""

    class Kind(models.TextChoices):
        FIELD = "field", "栏目"
        MATERIAL = "material", "材料"

    class State(models.TextChoices):
        IN_REVIEW = "in_review", "待审核"
        APPROVED = "approved", "已同意"
        REFUSED = "refused", "不同意"
        ENDED = "ended", "已收回"

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="waivers")
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=60)  # of the field or the material
    state = models.CharField(max_length=10, choices=State, default=State.IN_REVIEW)
    reason = models.CharField(max_length=1000)
    legal_basis = models.CharField(max_length=256, blank=True, default="")
    until = models.DateField(null=True)  # the last day it counts

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(
                fields=["item", "kind", "key"], condition=Q(state__in=("in_review", "approved")), name="waiver_once"
            ),
            two_persons("submitted_by", "reviewed_by", "waiver_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind} {self.key}"


class ItemLint(BaseModel):
    """What the checks last found in an item's published version. ``in_vain`` counts what is asked although known."""

    item = models.OneToOneField(ServiceItem, models.CASCADE, related_name="lint")
    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    department_name = models.CharField(max_length=100)
    in_vain = models.PositiveSmallIntegerField(default=0)
    waived = models.PositiveSmallIntegerField(default=0)
    errors = models.PositiveSmallIntegerField(default=0)
    warnings = models.PositiveSmallIntegerField(default=0)
    codes = ArrayField(models.CharField(max_length=40), default=list)
    findings = models.JSONField(default=list)  # [{code, where, params, waived}]

    class Meta:
        indexes = (
            models.Index(fields=["-in_vain", "-errors", "item"], name="lint_rank"),
            models.Index(fields=["department", "-in_vain", "-errors", "item"], name="lint_department"),
            GinIndex(fields=["codes"], name="lint_codes"),
        )

    def __str__(self) -> str:
        return f"{self.item_id}: {self.errors} / {self.warnings}"


class LintRun(BaseModel):
    """One check of the whole catalogue; goes on after ``last_item`` when its worker was lost."""

    started_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last_item = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)
    departments = models.JSONField(default=list)  # [{id, name, items, in_vain, waived, errors, warnings}], worst first

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(
                fields=["finished_at"], condition=Q(finished_at=None), nulls_distinct=False, name="one_lint_run"
            ),
        )

    def __str__(self) -> str:
        return f"{self.done} / {self.total}"
