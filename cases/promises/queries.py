"""Reads about undertakings and breaches."""

import datetime as dt
from uuid import UUID

from django.db.models import F, QuerySet

from cases.models import Breach, Undertaking
from cases.promises import errors
from identity.actor import Actor
from identity.permissions import Permission

_SEES = (Permission.COUNTER, Permission.REVIEW, Permission.DECIDE, Permission.SUPERVISE)
_State = Undertaking.State
FILTERS = ("todo", "false", "breach", "all")


def _of_staff(actor: Actor) -> QuerySet[Undertaking]:
    if not actor.is_staff:
        return Undertaking.objects.none()
    own = frozenset[UUID]().union(*(actor.departments(right) for right in _SEES))
    rows = Undertaking.objects.filter(department_id__in=own)
    return rows.select_related(
        "case__item_version",
        "case__agent",
        "case__applicant__person",
        "case__applicant__organisation",
        "material__requirement",
        "department",
        "breach",
    )


def listing(actor: Actor, *, shown: str = "todo") -> QuerySet[Undertaking]:
    """Undertakings of the departments of this post: to do (the most urgent first), found untrue, with a record, all."""
    rows = _of_staff(actor)
    if shown == "todo":
        return rows.filter(state=_State.OPEN).order_by(F("due_on").asc(nulls_last=True), "id")
    if shown == "false":
        return rows.filter(state__in=[_State.FALSE, _State.MISSED]).order_by("-result_at", "-id")
    if shown == "breach":
        return rows.filter(breach__isnull=False).order_by("-breach__id")
    return rows.order_by("-id")


def get_undertaking(actor: Actor, undertaking_id: UUID) -> Undertaking:
    """One undertaking with its case and record. Raises :class:`UndertakingNotFound`."""
    row = _of_staff(actor).filter(pk=undertaking_id).first()
    if row is None:
        raise errors.UndertakingNotFound
    return row


def may_check(actor: Actor, row: Undertaking) -> bool:
    """Whether this post writes down results: the counter, the reviewers and the deciders of the department."""
    return any(actor.may(right, row.department_id) for right in _SEES[:3])


def in_force(breach: Breach, *, today: dt.date) -> bool:
    """Whether a record keeps its party from promising today."""
    return breach.state == Breach.State.RECORDED and breach.ends_on is not None and breach.ends_on >= today
