"""Before the decision: does what was taken over at the application still say the same?

A value that a register or certificate gave is compared with what that source says now; a verified copy with the
freshness rule of its material. Nothing is changed here.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from cases.prefill import Answer, authority_answers
from cases.states import State
from certificates.models import Document
from certificates.rules import is_fresh
from identity.actor import Actor
from identity.permissions import Permission
from services.forms import visible_steps

OPEN = frozenset({State.SUBMITTED, State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED})
_RIGHTS = (Permission.COUNTER, Permission.REVIEW, Permission.DECIDE)


@dataclass(frozen=True, slots=True)
class Outdated:
    """An answer whose source says something else now. ``now`` is the answer as it would be taken over today."""

    key: str
    label: str
    now: Answer


def may_refresh(actor: Actor, case: Case) -> bool:
    """Whether this actor may take current values over in this case now."""
    return case.state in OPEN and is_of_department(actor, case)


def is_of_department(actor: Actor, case: Case) -> bool:
    """Whether the actor holds a post of the case's department that works on cases."""
    return actor.is_staff and any(actor.may(right, case.department_id) for right in _RIGHTS)


def outdated_values(case: Case, *, today: dt.date) -> list[Outdated]:
    """Answers taken over from a register or certificate that says something else now, in the order of the form.

    One the applicant changed is theirs and stays; one whose source fell silent stays as it was given.
    """
    taken = {key: one for key, one in case.answers.items() if one.get("source") in ("identity", "certificate")}
    if not taken:
        return []
    specs = [spec for step in visible_steps(case.item_version, case.situation) for spec in step.fields]
    now = authority_answers(case, [spec for spec in specs if spec.key in taken], today=today)
    labels = {spec.key: spec.label for spec in specs}
    return [
        Outdated(key, labels[key], now[key])
        for key in labels
        if key in now and now[key]["value"] != taken[key]["value"]
    ]


def stale_copies(case: Case, *, today: dt.date) -> list[str]:
    """Verified copies whose comparison is older by now than their material allows, in words (one query).

    They were fresh when the application was made, so they do not stand in the way of the decision.
    """
    rows = case.materials.filter(document__grade=Document.Grade.B, requirement__fresh_days__isnull=False)
    lines = []
    for row in rows.select_related("document", "requirement"):
        assert row.document is not None
        assert row.document.verified_at is not None
        seen_on = timezone.localdate(row.document.verified_at)
        if not is_fresh(seen_on, row.requirement.fresh_days, today):
            words = _("“%(name)s”%(day)s 核验，现在超过了 %(days)s 天")
            lines.append(words % {"name": row.name, "day": seen_on.isoformat(), "days": row.requirement.fresh_days})
    return lines
