"""Taking over what the sources say now, before a case is decided."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, refreshing
from cases import events as codes
from cases.actions import moves
from cases.models import Case, CaseEvent
from common import events
from common.errors import Forbidden
from identity.actor import Actor

REFRESHED = "take_current_values"  # in the history of a case


@transaction.atomic
def take_current_values(actor: Actor, *, case_id: UUID, expected_version: int | None = None) -> Case:
    """Put what registers and certificates say now in the place of what they said at the application.

    The answer keeps what it was; the history names the fields, never their values. For the department's counter,
    reviewers and deciders. Twice is once. Raises :class:`CaseNotFound`, :class:`Forbidden`,
    :class:`MoveNotAllowed` or :class:`StaleForm`.
    """
    case = moves.lock(actor, case_id)
    if not refreshing.is_of_department(actor, case):
        raise Forbidden
    if case.state not in refreshing.OPEN:
        raise errors.MoveNotAllowed(state=case.get_state_display(), action=_("更新内容"))
    if expected_version is not None and expected_version != case.version:
        raise errors.StaleForm
    changed = refreshing.outdated_values(case, today=timezone.localdate())
    if not changed:
        return case
    for one in changed:
        before = case.answers[one.key]
        case.answers[one.key] = {**one.now, "was": before["value"], "was_from": before["label"]}
    case.version += 1
    case.save()
    labels = "、".join(one.label for one in changed)
    CaseEvent.objects.create(
        case=case,
        action=REFRESHED,
        from_state=case.state,
        to_state=case.state,
        actor_id=actor.account_id,
        actor_label=actor.history_label,
        note=_("按登记和证照现在的内容更新：%(labels)s") % {"labels": labels},
    )
    events.record(
        codes.VALUES_REFRESHED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        fields=[one.key for one in changed],
    )
    return case
