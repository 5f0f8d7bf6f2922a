"""What changes about a directory entry beside its elements: its standing, by a reviewed version, and its local code."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from common import events
from common.formatting import action_label, code_label
from identity.actor import Actor
from identity.models import Department
from identity.reviewing.states import VersionAction
from identity.staff.current import hold
from services import events as codes
from services.editing import steps
from services.editing.directory import entry_content, open_entry_draft, step_entry
from services.editing.errors import EntryNotFound, EntryNotUsable, OperationInvalid, StepNotAllowed
from services.models import DirectoryEntry, DirectoryVersion
from services.states import LIFECYCLE, Operation, Standing
from services.validation import has_forbidden_text

ENTRY_OPERATIONS = (Operation.PAUSE, Operation.RESUME, Operation.CANCEL)
_REASON_LIMIT = 500


def operations_on_entry(entry: DirectoryEntry) -> list[Operation]:
    """Which of pause, resume and cancel fit the entry's standing; none while nothing of it is in force."""
    if entry.current_id is None:
        return []
    return [one for one in ENTRY_OPERATIONS if entry.state in LIFECYCLE[one].sources]


@transaction.atomic
def propose_standing(actor: Actor, *, entry_id: UUID, kind: Operation, reason: str) -> DirectoryVersion:
    """Propose to pause, resume or cancel an entry: a version that is submitted at once and reviewed by a second person.

    Nothing else about the entry changes, so no implementation gets a draft; those in use under a cancelled entry are
    found by the checks. Raises :class:`StepNotAllowed`, :class:`OperationInvalid`, :class:`OpenVersionExists`.
    """
    hold(actor)
    entry = DirectoryEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise EntryNotFound
    steps.require_manager(actor, entry.department_id)
    current = entry.versions.filter(pk=entry.current_id or entry.pk).first()
    if current is None:
        raise EntryNotUsable(why=_("还没有发布它的基本要素"))
    if kind not in operations_on_entry(entry):
        raise StepNotAllowed(state=code_label(entry.get_state_display()), action=action_label(kind.label))
    reason = reason.strip()
    if not reason or len(reason) > _REASON_LIMIT or has_forbidden_text(reason):
        problem = _("请写明理由，最多 %(most)s 个字。") % {"most": _REASON_LIMIT}
        raise OperationInvalid(fields={"reason": problem}, problem=problem)
    target = LIFECYCLE[kind].target or Standing.ACTIVE
    draft = open_entry_draft(actor, entry_id=entry.pk, content=entry_content(current), standing=target)
    return step_entry(
        actor, version_id=draft.pk, action=VersionAction.SUBMIT, expected_revision=draft.revision, note=reason
    )


@transaction.atomic
def change_keeping(actor: Actor, *, entry_id: UUID, local_code: str, department: Department | None) -> DirectoryEntry:
    """Change what is kept beside the elements: the local code and the guiding department; both are audited.

    The post must manage the department it is taken from and the one it is given to.
    """
    hold(actor)
    entry = DirectoryEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise EntryNotFound
    steps.require_manager(actor, entry.department_id)
    steps.require_manager(actor, department.pk if department else None)
    local_code = local_code.strip()
    if len(local_code) > 50 or has_forbidden_text(local_code):
        problem = _("地方编码最多 50 个字符。")
        raise OperationInvalid(fields={"local_code": problem}, problem=problem)
    wanted = {"local_catalog_code": local_code, "department": department}
    changed = [name for name, value in wanted.items() if getattr(entry, name) != value]
    for name in changed:
        setattr(entry, name, wanted[name])
    if changed:
        entry.save()
        events.record(codes.DIRECTORY_KEPT, actor=actor, subject_id=entry.pk, fields=changed)
    return entry
