"""Which documents the cases need: all that open cases and drafts use, those of cases closed not long ago, and whatever
stands under a hold.
"""

import datetime as dt
from uuid import UUID

from django.db.models import Q

from cases.archive.queries import held_cases
from cases.models import CaseMaterial


def needed(document_ids: set[UUID], since: dt.datetime) -> set[UUID]:
    """Of these documents, those that a case uses which is not closed, was closed after ``since``, or must be kept
    because somebody put a hold on it (one query).
    """
    held = Q(case_id__in=held_cases().values("case_id"))
    recent = Q(case__closed_at__isnull=True) | Q(case__closed_at__gte=since)
    uses = CaseMaterial.objects.filter(held | recent, document_id__in=document_ids)
    return {pk for pk in uses.values_list("document_id", flat=True) if pk}
