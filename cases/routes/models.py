"""What is written down on the way through a route: kept with the case, never shown to the applicant."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.fields import EncryptedJSONField, EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Department, Post


class RouteEntry(BaseModel):
    """One thing an officer wrote on a case under review. ``detail`` holds what its kind needs.

    return: ``{stages: [{stage, state, opinion, who, second, at}]}``, the opinions that no longer count;
    visit: ``{on, present, second, checks: [{text, result}]}``, the record of a site visit.
    """

    class Kind(models.TextChoices):
        RETURN = "return", "退回"
        TRANSFER = "transfer", "转办"
        RECUSAL = "recusal", "回避"
        COMMENT = "comment", "留言"
        VISIT = "visit", "现场核查记录"

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="route_entries")
    branch = models.ForeignKey("cases.Branch", models.PROTECT, null=True, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    author = EncryptedTextField()  # as the history names who wrote it
    name = EncryptedTextField(default="")  # of the officer, for records that must name both
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    text = EncryptedTextField()
    detail = EncryptedJSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "route entries"
        constraints = (
            models.UniqueConstraint(fields=["branch"], condition=Q(kind="return"), name="stage_returned_once"),
            models.UniqueConstraint(fields=["case", "account"], condition=Q(kind="recusal"), name="recused_once"),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.kind}"


class VisitPhoto(BaseModel):
    """A photo of a site visit, drawn again as every upload is."""

    visit = models.ForeignKey(RouteEntry, models.PROTECT, related_name="photos")
    order = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="visits/%Y/%m")
    media_type = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (models.UniqueConstraint(fields=["visit", "order"], name="visit_photo_order"),)

    def __str__(self) -> str:
        return f"{self.visit} {self.order}"
