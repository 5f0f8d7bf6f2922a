"""What everything has that one person writes and a second one reviews, and one step of its history."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

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


class ReviewStep(BaseModel):
    """One step of a history; whoever takes it over adds what it is the history of, as ``history``."""

    action = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    revision = models.PositiveIntegerField(default=1)
    fields = models.JSONField(default=list)  # what an edit changed, by column or part name
    note = models.CharField(max_length=1000, blank=True, default="")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.CharField(max_length=200)  # department and post at the time

    class Meta:
        abstract = True
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.action} → {self.to_state}"


def two_persons(first: str, second: str, name: str) -> models.CheckConstraint:
    """The database's own guard: whoever submitted a thing is never the one who reviewed it."""
    apart = Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)})
    return models.CheckConstraint(condition=apart, name=name)
