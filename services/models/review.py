"""What everything has that one person writes and a second one reviews, and the history of its steps."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact

from common.models import BaseModel
from identity.models import Account


def _account() -> models.ForeignKey:
    return models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)


class Reviewed(BaseModel):
    """Who wrote, submitted, reviewed and published it, and when. ``revision`` counts the edits."""

    revision = models.PositiveIntegerField(default=1)
    author = _account()  # who began it; None: the system or an import
    submitted_by = _account()
    submitted_at = models.DateTimeField(null=True)
    reviewed_by = _account()
    reviewed_at = models.DateTimeField(null=True)
    published_by = _account()
    published_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class CatalogueStep(BaseModel):
    """One step of the history of whatever is reviewed: the version, operation, waiver or plan that it is of."""

    version = models.ForeignKey("ItemVersion", models.CASCADE, null=True, related_name="history")
    directory_version = models.ForeignKey("DirectoryVersion", models.CASCADE, null=True, related_name="history")
    operation = models.ForeignKey("ItemOperation", models.CASCADE, null=True, related_name="history")
    waiver = models.ForeignKey("AskWaiver", models.CASCADE, null=True, related_name="history")
    legacy_plan = models.ForeignKey("LegacyPlan", models.CASCADE, null=True, related_name="history", db_index=False)
    bundle_version = models.ForeignKey(
        "BundleVersion", models.CASCADE, null=True, related_name="history", db_index=False
    )
    element_version = models.ForeignKey(
        "ElementVersion", models.CASCADE, null=True, related_name="history", db_index=False
    )
    action = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    revision = models.PositiveIntegerField(default=1)
    fields = models.JSONField(default=list)  # what an edit changed, by column or part name
    note = models.CharField(max_length=1000, blank=True, default="")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.CharField(max_length=200)  # department and post at the time

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.CheckConstraint(
                condition=Exact(
                    Func(
                        "version",
                        "directory_version",
                        "operation",
                        "waiver",
                        "legacy_plan",
                        "bundle_version",
                        "element_version",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="catalogue_step_of_only_one",
            ),
        )
        indexes = (
            models.Index(fields=["legacy_plan"], condition=Q(legacy_plan__isnull=False), name="catalogue_step_plan"),
            models.Index(
                fields=["bundle_version"], condition=Q(bundle_version__isnull=False), name="catalogue_step_bundle"
            ),
            models.Index(
                fields=["element_version"], condition=Q(element_version__isnull=False), name="catalogue_step_element"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} → {self.to_state}"


def two_persons(first: str, second: str, name: str) -> models.CheckConstraint:
    """The database's own guard: whoever submitted a thing is never the one who reviewed it."""
    apart = Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)})
    return models.CheckConstraint(condition=apart, name=name)
