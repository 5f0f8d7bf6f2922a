"""The history of the steps of everything in the catalogue that one person writes and a second one reviews."""

from django.db import models
from django.db.models import Func, Q
from django.db.models.lookups import Exact

from identity.reviewing.records import Reviewed, ReviewStep, two_persons

__all__ = ("CatalogueStep", "Reviewed", "two_persons")


class CatalogueStep(ReviewStep):
    """One step of the history of whatever in the catalogue is reviewed: the version, operation, waiver or plan."""

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

    class Meta(ReviewStep.Meta):
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
