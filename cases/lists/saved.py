"""Reads of the views under a name, and of jobs over many cases."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from cases.lists import errors
from cases.lists.models import BulkJob, BulkRow, SavedView
from identity.actor import Actor
from identity.permissions import Permission


def views_for(actor: Actor) -> QuerySet[SavedView]:
    """One's own views and those of the post one acts in, by name; others than staff have none."""
    if not actor.is_staff:
        return SavedView.objects.none()
    own = Q(account_id=actor.account_id, post__isnull=True)
    return SavedView.objects.filter(own | Q(post_id=actor.post_id, post__isnull=False)).order_by("name")


def may_share(actor: Actor) -> bool:
    """Whether the actor keeps views for everybody in this post: who manages the staff of its department."""
    return actor.post_id is not None and actor.may(Permission.MANAGE_STAFF, actor.department_id)


def get_view(actor: Actor, view_id: UUID) -> SavedView:
    """A view that the actor may change. Raises :class:`ViewNotFound`."""
    view = views_for(actor).filter(pk=view_id).first()
    if view is None or (view.post_id and not may_share(actor)):
        raise errors.ViewNotFound
    return view


def jobs_of(actor: Actor) -> QuerySet[BulkJob]:
    """The jobs this account asked for, newest first; nobody else sees them."""
    if not actor.is_staff:
        return BulkJob.objects.none()
    jobs = BulkJob.objects.filter(account_id=actor.known_account_id)
    tally = {
        "done": Count("rows", filter=Q(rows__state=BulkRow.State.DONE)),
        "refused": Count("rows", filter=Q(rows__state=BulkRow.State.REFUSED)),
    }
    return jobs.annotate(**tally).select_related("undoing").order_by("-id")


def get_job(actor: Actor, job_id: UUID) -> BulkJob:
    """One of one's own jobs with how far it got. Raises :class:`JobNotFound`."""
    job = jobs_of(actor).filter(pk=job_id).first()
    if job is None:
        raise errors.JobNotFound
    return job


def rows_of(job: BulkJob) -> QuerySet[BulkRow]:
    """The cases of a job with what came of each: refusals first."""
    rows = BulkRow.objects.filter(job=job).select_related("case__item_version")
    return rows.order_by("-state", "id")


def may_run(actor: Actor, kind: str) -> bool:
    """Whether the post does this at all; what is allowed for a case is decided case by case."""
    if kind == BulkJob.Kind.EXPORT:
        return actor.is_staff
    if kind in {BulkJob.Kind.ASSIGN, BulkJob.Kind.UNASSIGN}:
        return any(actor.departments(right) for right in (Permission.DECIDE, Permission.SUPERVISE))
    rights = (Permission.COUNTER,) if kind == BulkJob.Kind.ACCEPT else _HANDLING
    return any(actor.departments(right) for right in rights)


_HANDLING = (Permission.COUNTER, Permission.REVIEW, Permission.DECIDE)
