"""One step on anything that is reviewed: looked up in its table, taken by the right person, written down."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from common.formatting import action_label, code_label
from identity.actor import Actor
from identity.reviewing.errors import NoteMissing, SamePerson, StaleVersion, StepNotAllowed
from identity.reviewing.records import Reviewed
from identity.reviewing.states import Move, VersionAction, version_actions

WRITING = (VersionAction.EDIT, VersionAction.SUBMIT, "propose", "begin")


def check(
    actor: Actor,
    record: Any,
    action: str,
    moves: Mapping[Any, Move],
    *,
    expected_revision: int | None = None,
    label: Callable[[str], str] = str,
) -> Move:
    """Return the table's row. Raises :class:`StepNotAllowed`, :class:`StaleVersion` or :class:`SamePerson`.

    ``label`` says what people call a column that somebody else changed meanwhile.
    """
    move = moves[action]
    if expected_revision is not None and expected_revision != record.revision:
        raise _stale(record, expected_revision, label)
    if record.state not in move.sources:
        name = next((str(getattr(one, "label", one)) for one in moves if one == action), action)
        raise StepNotAllowed(state=code_label(record.get_state_display()), action=action_label(name))
    if move.is_second:
        _require_second(actor, record)
    return move


def _require_second(actor: Actor, record: Any) -> None:
    """The system reviews nothing; a person reviews what they had no hand in."""
    if actor.account_id is None:
        raise Forbidden
    if actor.account_id in hands(record):
        raise SamePerson


def hands(record: Any) -> set[Any]:
    """The accounts that began, wrote or submitted it; reads the history when that was not loaded."""
    wrote = {step.account_id for step in record.history.all() if step.action in WRITING}
    return wrote | {record.author_id, record.submitted_by_id}


def steps_for(actor: Actor, record: Any) -> list[VersionAction]:
    """The steps of the table that somebody entitled may take on a version: no review of what they had a hand in."""
    actions = version_actions(record.state)
    if actor.account_id in hands(record):
        return [one for one in actions if one not in (VersionAction.APPROVE, VersionAction.RETURN)]
    return actions


def _stale(record: Any, expected: int, label: Callable[[str], str]) -> StaleVersion:
    """Say who changed what since the revision the actor knew."""
    later = list(record.history.filter(revision__gt=expected).select_related("account").order_by("id"))
    names = [f"{step.by} {step.account.staff_name}".strip() if step.account else step.by for step in later]
    fields = [name for step in later for name in step.fields]
    return StaleVersion(
        who="、".join(dict.fromkeys(names)) or _("别人"),
        what="、".join(dict.fromkeys(label(name) for name in fields)) or _("状态"),
    )


def settle(
    actor: Actor,
    record: Reviewed,
    action: str,
    target: str,
    *,
    event: events.Event,
    note: str = "",
    fields: Sequence[str] = (),
    **detail: Any,
) -> Any:
    """Set the state with who and when, append the step to the history and the audit; saves the record.

    Returns the step, a row of the record's ``history``.
    """
    now = timezone.now()
    record.state = target  # type: ignore[attr-defined]
    if action in (VersionAction.SUBMIT, "propose"):
        record.submitted_by_id, record.submitted_at = actor.account_id, now
        record.reviewed_by_id = record.reviewed_at = None
    elif action in (VersionAction.APPROVE, VersionAction.RETURN, "refuse"):
        record.reviewed_by_id, record.reviewed_at = actor.account_id, now
    elif action == VersionAction.PUBLISH:
        record.published_by_id, record.published_at = actor.account_id, now
    record.revision += 1
    record.save()
    step = record.history.create(  # type: ignore[attr-defined]
        action=action,
        to_state=target,
        revision=record.revision,
        fields=list(fields),
        note=note.strip()[:1000],
        account_id=actor.account_id,
        by=actor.history_label[:200],
    )
    events.record(event, actor=actor, subject_id=record.pk, action=str(action), **detail)
    return step


def require_note(note: str) -> str:
    """Return the comment; raise :class:`NoteMissing` when it is empty."""
    if not note.strip():
        raise NoteMissing(fields={"note": NoteMissing.message})
    return note.strip()[:1000]
