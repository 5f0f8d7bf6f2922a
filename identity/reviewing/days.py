"""From which day something reviewed is in force: at once, or on a day to come that one person planned."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from identity.reviewing.errors import DateInvalid


def plan_day(version: Any, effective_on: dt.date | None) -> bool:
    """Settle from which day a version is in force, by default as named at submission; tell whether it lies ahead."""
    today = timezone.localdate()
    planned = version.effective_on or today
    version.effective_on = require_day(effective_on) if effective_on else max(planned, today)
    return bool(version.effective_on > today)


def keep_planner(version: Any, planner: UUID | None) -> None:
    """After publishing: who decided it stays named where the task only carries out what a person planned."""
    if planner and planner != version.published_by_id:
        version.published_by_id = planner
        version.save(update_fields=["published_by"])


def require_day(day: dt.date | None, *, field: str = "effective_on") -> dt.date:
    """Return the day, today when none is given; raise :class:`DateInvalid` for a past one or one far away."""
    today = timezone.localdate()
    if day is None:
        return today
    if day < today:
        raise DateInvalid(fields={field: _("不能早于今天。")})
    if day > today + dt.timedelta(days=730):
        raise DateInvalid(fields={field: _("最多可以定在两年以内。")})
    return day
