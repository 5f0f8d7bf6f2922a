"""What reviewers say to a part of a version, and that its author has dealt with it."""

from typing import ClassVar

from django.db import models

from common.models import BaseModel
from identity.models import Account
from services.models.versions import ItemVersion


class ReviewComment(BaseModel):
    """One comment on a section of a version in review, or on one row of it. Its words are never changed."""

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="comments")
    section = models.CharField(max_length=20)  # key of services.editing.elements.SECTIONS
    part = models.CharField(max_length=200, blank=True, default="")  # the row meant, in words
    text = models.CharField(max_length=1000)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    by = models.CharField(max_length=200)  # department and post at the time
    answer = models.CharField(max_length=500, blank=True, default="")
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text
