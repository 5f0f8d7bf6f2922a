"""Reads of documents and verdicts: what can be looked at, and what others doubt of what a department verified."""

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from certificates import errors
from certificates.models import Document, Verdict
from identity.actor import Actor
from identity.permissions import Permission

_COMPARING = (Permission.COUNTER, Permission.REVIEW, Permission.DECIDE)


def disputes_about(actor: Actor) -> QuerySet[Document]:
    """Documents in dispute that a department verified where the actor's post may compare originals, newest first.

    Others than staff: none. No file and no owner come with them: whoever compares again does so inside a case.
    """
    departments = frozenset[object]().union(*(actor.departments(right) for right in _COMPARING))
    if not actor.is_staff or not departments:
        return Document.objects.none()
    matched = Verdict.objects.filter(document=OuterRef("pk"), outcome=Verdict.Outcome.MATCHED).order_by("-created_at")
    disputes = Verdict.objects.filter(outcome=Verdict.Outcome.DISPUTED).select_related("department", "post")
    return (
        Document.objects.filter(disputed_at__isnull=False)
        .annotate(first_department=Subquery(matched.values("department")[:1]))
        .annotate(first_day=Subquery(matched.values("created_at")[:1]))
        .filter(first_department__in=departments)
        .prefetch_related(Prefetch("verdicts", disputes.order_by("-created_at", "-pk"), to_attr="disputes"))
        .order_by("-disputed_at", "pk")
    )


def require_readable(document: Document) -> None:
    """Raise :class:`DocumentErased` or :class:`DocumentWaiting` for a document nobody can look at."""
    if document.erased_at is not None:
        raise errors.DocumentErased
    if document.scan == Document.Scan.WAITING:
        raise errors.DocumentWaiting
