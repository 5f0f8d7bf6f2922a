"""Where people go: halls with their address and opening hours."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models.places import Department, Region


class Hall(BaseModel):
    """A hall or service point that a department looks after.

    ``hours`` maps a weekday (``"1"`` Monday … ``"7"`` Sunday) to its spans ``[["09:00", "12:00"], …]``; a day that is
    missing is closed. ``special_days`` are dates with hours of their own: ``[{day, spans, note}]``.
    """

    department = models.ForeignKey(Department, models.PROTECT, related_name="halls")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")  # whose working calendar it keeps
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200)
    directions = models.CharField(max_length=200, blank=True, default="")  # 公交、停车、无障碍
    phone = models.CharField(max_length=30, blank=True, default="")
    latitude = models.DecimalField(
        max_digits=8, decimal_places=6, null=True
    )  # WGS 84, as geo: links (RFC 5870) take it
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    hours = models.JSONField(default=dict)
    special_days = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints = (
            models.UniqueConstraint(
                fields=["department", "name"], condition=Q(is_active=True), name="hall_name_once_per_department"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="hall_stands_on_earth",
            ),
        )

    def __str__(self) -> str:
        return self.name
