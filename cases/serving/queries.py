"""Reads of delivery: what waits, and what is published."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from cases.models import Notice
from cases.serving import rules
from cases.serving.errors import ServiceNotFound
from cases.serving.models import NoticeService
from cases.visibility import visible_to
from common.masking import mask_name
from identity.actor import Actor
from identity.models import Party
from identity.permissions import Permission

_LONGEST = 90  # days: what is older was delivered before this was kept
_MOST = 5000


def deliverable(actor: Actor) -> QuerySet[Notice]:
    """Notices of visible cases that staff may deliver: all but receipts."""
    if not actor.is_staff:
        return Notice.objects.none()
    return Notice.objects.filter(case__in=visible_to(actor)).exclude(kind=Notice.Kind.RECEIPT)


def get_notice(actor: Actor, notice_id: UUID) -> Notice:
    """A notice with its delivery so far; raises :class:`ServiceNotFound`."""
    parts = ("case__item_version", "case__applicant__person", "case__applicant__organisation", "service")
    notice = deliverable(actor).select_related(*parts).filter(pk=notice_id).first()
    if notice is None:
        raise ServiceNotFound
    return notice


def to_do(actor: Actor) -> QuerySet[NoticeService]:
    """What the counter still has to see delivered, oldest first."""
    rows = NoticeService.objects.filter(department_id__in=actor.departments(Permission.COUNTER))
    rows = rows.exclude(state=NoticeService.State.DONE).order_by("id")
    return rows.select_related(
        "notice__case__item_version", "notice__case__applicant__person", "notice__case__applicant__organisation"
    )


def unread(today: dt.date) -> list[tuple[UUID, dt.date]]:
    """Notices that nobody opened, no other delivery begun, old enough to be followed; oldest first."""
    window = (today - dt.timedelta(days=_LONGEST), today - dt.timedelta(days=rules.REMIND_AFTER))
    rows = Notice.objects.filter(read_at__isnull=True, service__isnull=True, issued_on__range=window)
    rows = rows.exclude(kind=Notice.Kind.RECEIPT).order_by("issued_on", "pk")
    return list(rows.values_list("pk", "issued_on")[:_MOST])


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """A public notice as anybody may read it: a person's name is masked, nothing says what the document holds."""

    number: str
    kind: str
    addressee: str
    department: str
    published_on: dt.date
    deemed_on: dt.date


def published() -> QuerySet[NoticeService]:
    """Public notices whose thirty days run, newest first."""
    rows = NoticeService.objects.filter(state=NoticeService.State.PUBLISHED).order_by("-published_on", "-id")
    return rows.select_related("notice__case__applicant__person", "notice__case__applicant__organisation", "department")


def as_public(row: NoticeService) -> PublicNotice:
    """What of a delivery stands on the public page."""
    party = row.notice.case.applicant
    assert row.published_on is not None
    return PublicNotice(
        number=row.notice.number,
        kind=row.notice.get_kind_display(),
        addressee=mask_name(party.name) if party.kind == Party.Kind.PERSON else party.name,
        department=row.department.name,
        published_on=row.published_on,
        deemed_on=rules.deemed_on(row.published_on),
    )
