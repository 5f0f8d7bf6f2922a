"""Every permission there is, and which role has which. Grants are per department (django-guardian)."""

from enum import StrEnum

from identity.models import PostHolding


class Permission(StrEnum):
    """A right a post gives in a department; the value is the codename of ``Department.Meta.permissions``."""

    COUNTER = "counter"
    REVIEW = "review"
    DECIDE = "decide"
    ISSUE_CERTIFICATE = "issue_certificate"
    SUSPEND_CERTIFICATE = "suspend_certificate"
    MANAGE_ITEMS = "manage_items"
    SUPERVISE = "supervise"
    MANAGE_STAFF = "manage_staff"
    MANAGE_PERSONS = "manage_persons"
    MANAGE_CLIENTS = "manage_clients"


_Role = PostHolding.Role

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    _Role.COUNTER_CLERK: frozenset({Permission.COUNTER}),
    _Role.REVIEWER: frozenset({Permission.REVIEW}),
    _Role.DECIDER: frozenset(
        {Permission.REVIEW, Permission.DECIDE, Permission.ISSUE_CERTIFICATE, Permission.SUSPEND_CERTIFICATE}
    ),
    _Role.DATA_OFFICER: frozenset({Permission.MANAGE_ITEMS, Permission.MANAGE_PERSONS}),
    _Role.SUPERVISOR: frozenset({Permission.SUPERVISE}),
    _Role.ADMINISTRATOR: frozenset({Permission.MANAGE_ITEMS, Permission.MANAGE_STAFF, Permission.MANAGE_CLIENTS}),
}
