"""Site visits: a record both officers stand for (行政许可法第三十四条第三款), with photos and a printed page."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors as case_errors
from cases import events as codes
from cases.models import Branch, Case, RouteEntry, VisitPhoto
from cases.routes import entries, errors
from cases.storing import content_of
from cases.uploading import cleaned
from certificates.uploads import CheckedFile
from common import events
from common.printing.pdf import render_pdf
from identity.actor import Actor

MOST_PHOTOS = 12
RESULTS = {"met": "符合", "unmet": "不符合", "none": "不涉及"}
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_TEMPLATE = "documents/site_visit.html"


def recorded(case: Case, branch: Branch) -> bool:
    """Whether a visit of this branch was recorded; one that was sent back takes another visit."""
    rows = RouteEntry.objects.filter(case=case, branch=branch)
    kinds = rows.filter(kind__in=[RouteEntry.Kind.VISIT, RouteEntry.Kind.RETURN]).order_by("-id")
    return kinds.values_list("kind", flat=True).first() == RouteEntry.Kind.VISIT


def checked_photos(photos: Sequence[UploadedFile]) -> list[CheckedFile]:
    """Open the photos and write them anew, before anything is locked. Raises the upload errors."""
    if len(photos) > MOST_PHOTOS:
        raise errors.TooManyPhotos(
            limit=MOST_PHOTOS, fields={"photos": _("最多 %(limit)s 张。") % {"limit": MOST_PHOTOS}}
        )
    return [cleaned(photo) for photo in photos]


def require_day(case: Case, day: dt.date) -> None:
    """Raise :class:`VisitDayWrong` for a day before the acceptance or after today."""
    if day > timezone.localdate() or (case.accepted_on and day < case.accepted_on):
        raise errors.VisitDayWrong(fields={"visited_on": errors.VisitDayWrong.message})


def checks_of(branch: Branch, given: Mapping[int, str]) -> list[dict[str, str]]:
    """The stage's checklist with its results; raises :class:`ChecksIncomplete`."""
    missing = {
        f"check_{place}": errors.ChecksIncomplete.message
        for place in range(len(branch.stage.checklist))
        if given.get(place) not in RESULTS
    }
    if missing:
        raise errors.ChecksIncomplete(fields=missing)
    return [{"text": text, "result": given[place]} for place, text in enumerate(branch.stage.checklist)]


@transaction.atomic
def keep(
    actor: Actor, case: Case, branch: Branch, *, finding: str, detail: dict[str, Any], photos: Sequence[CheckedFile]
) -> RouteEntry:
    """Write the record of a checked visit with its photos."""
    entry = entries.write(actor, case, RouteEntry.Kind.VISIT, finding, branch=branch, detail=detail)
    for order, photo in enumerate(photos, start=1):
        name = f"{entry.pk}-{order}.{_SUFFIX[photo.media_type]}"
        row = VisitPhoto(visit=entry, order=order, media_type=photo.media_type, sha256=photo.sha256)
        row.file.save(name, ContentFile(photo.content), save=False)
        row.save()
    return entry


def printed(actor: Actor, case: Case, visit_id: UUID) -> bytes:
    """The record as PDF, for staff who may see the case (``case`` comes from :func:`cases.queries.get_case`).

    Raises :class:`EntryNotFound`.
    """
    entry = _visit(actor, case, visit_id)
    checks = [{"text": one["text"], "result": RESULTS[one["result"]]} for one in entry.detail.get("checks", ())]
    context = {
        "case": case,
        "item_name": case.item_version.name,
        "department_name": entry.department.name if entry.department else case.department.name,
        "stage_name": entry.branch.stage.name if entry.branch else "",
        "entry": entry,
        "visited_on": dt.date.fromisoformat(entry.detail["on"]),
        "checks": checks,
        "photos": list(entry.photos.all()),
    }
    return render_pdf(_TEMPLATE, context, title=f"现场核查记录 {case.number}", author=str(context["department_name"]))


def photo(actor: Actor, case: Case, visit_id: UUID, order: int) -> tuple[str, bytes]:
    """(media type, content) of a photo, for staff who may see the case. Raises :class:`EntryNotFound`."""
    found = _visit(actor, case, visit_id).photos.filter(order=order).first()
    if found is None:
        raise errors.EntryNotFound
    return found.media_type, content_of(found.file)


def _visit(actor: Actor, case: Case, visit_id: UUID) -> RouteEntry:
    if not actor.is_staff:
        raise case_errors.CaseNotFound
    rows = RouteEntry.objects.filter(case=case, pk=visit_id, kind=RouteEntry.Kind.VISIT)
    entry = rows.select_related("department", "branch__stage").first()
    if entry is None:
        raise errors.EntryNotFound
    events.record(codes.VISIT_READ, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, entry=str(entry.pk))
    return entry
