"""Base model and the tables every room shares: audit, idempotency, numbering, calendar."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.ids import uuid7


class BaseModel(models.Model):
    """UUIDv7 key (ADR 0002) and two timestamps."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class AuditEvent(models.Model):
    """One thing somebody did or read. Append-only: the database refuses UPDATE, DELETE and TRUNCATE."""

    id = models.BigAutoField(primary_key=True)
    occurred_at = models.DateTimeField(auto_now_add=True)
    code = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=10)  # citizen, staff, system, public
    actor_id = models.UUIDField(null=True)
    on_behalf_of_id = models.UUIDField(null=True)
    department_id = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    holder_id = models.UUIDField(null=True)  # whose personal data it touches, for the access ledger
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["holder_id", "-id"], name="audit_holder", condition=Q(holder_id__isnull=False)),
            models.Index(fields=["occurred_at"], name="audit_time"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.subject_kind} {self.subject_id}"


class UsedRequest(models.Model):
    """A request key that an action has seen, with what came of it: the same click twice does the work once."""

    actor_id = models.UUIDField()
    action = models.CharField(max_length=64)
    request_key = models.CharField(max_length=64)
    result_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["actor_id", "action", "request_key"], name="used_request_once"),)

    def __str__(self) -> str:
        return f"{self.action} {self.request_key}"


class NumberSeries(models.Model):
    """The last number given in a series; the row lock makes the series gap-free."""

    series = models.CharField(max_length=100, unique=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class CalendarYear(models.Model):
    """A year whose days off and make-up days were loaded into the database for the whole country."""

    year = models.PositiveSmallIntegerField(unique=True)
    source = models.CharField(max_length=200)  # the notice it comes from

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that differs from the weekday rule, nationally (``region_code`` empty) or in a region and below it."""

    day = models.DateField()
    region_code = models.CharField(max_length=12, blank=True, default="")
    is_workday = models.BooleanField()
    name = models.CharField(max_length=60)
    basis = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "region_code"], name="calendar_day_once_per_region")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.region_code} {self.name}"


class RotationPosition(models.Model):
    """How far ``manage.py rotate_keys`` came in one table or place of files, so that a killed run goes on there."""

    part = models.CharField(max_length=200, unique=True)
    key_id = models.CharField(max_length=255)  # the key everything is brought to
    position = models.TextField()  # the last key or path that is done
    done = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.part} {self.done}"
