"""Which documents the cases need: all that open cases and drafts use, and those of cases closed not long ago."""

import datetime as dt
from uuid import UUID

from cases.models import CaseMaterial


def needed(document_ids: set[UUID], since: dt.datetime) -> set[UUID]:
    """Of these documents, those that a case uses which is not closed, or was closed after ``since`` (one query)."""
    uses = CaseMaterial.objects.filter(document_id__in=document_ids).exclude(case__closed_at__lt=since)
    return {pk for pk in uses.values_list("document_id", flat=True) if pk}
