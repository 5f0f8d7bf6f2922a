"""An item's versions, operations and waivers as its page shows them, with the steps this actor may take."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.formatting import action_label, code_label
from identity.actor import Actor
from identity.reviewing.states import OPEN_VERSIONS, PUBLIC_VERSIONS, VERSION_MOVES, VersionAction
from portal.workbench.item_forms import STATE_TONES, WAIVER_LABELS
from services.editing import queries
from services.editing.labels import field_label
from services.legacy.states import PlanAction
from services.lint.run import check_version
from services.models import AskWaiver, CatalogueStep, ItemOperation, ItemVersion, ServiceItem
from services.states import Operation, OperationAction

_BUTTONS = {
    VersionAction.EDIT: "quiet",
    VersionAction.SUBMIT: "primary",
    VersionAction.APPROVE: "primary",
    VersionAction.PUBLISH: "primary",
    VersionAction.DISCARD: "danger",
}
_ENTRY = {"return": "bad", "refuse": "bad", "discard": "warn", "schedule": "next"}
_EXTRA = {
    "begin": gettext_lazy("起草"),
    "schedule": gettext_lazy("定好生效日"),
    "propose": gettext_lazy("提出"),
}


def desk_of(actor: Actor, item: ServiceItem, shown: ItemVersion) -> dict[str, Any]:
    """What the page needs beside the guide. Nobody but managers sees drafts, comments and findings."""
    manages = queries.may_manage(actor, item)
    versions = list(queries.versions_of(item))
    mine = next((one for one in versions if one.pk == shown.pk), shown)
    mine.item = item
    is_open = any(one.state in OPEN_VERSIONS for one in versions)
    return {
        "manages": manages,
        "versions": [version_row(one) for one in versions if manages or one.state in PUBLIC_VERSIONS],
        "state_tone": STATE_TONES[shown.state],
        "steps": _steps(actor, mine) if manages else [],
        "may_edit": manages and shown.state in VERSION_MOVES[VersionAction.EDIT].sources,
        "history": history_of(mine.history.all()) if manages else [],
        "findings": check_version(mine) if manages and shown.state in OPEN_VERSIONS else [],
        "may_start": manages and not is_open and item.current_id is not None and item.state != "3",
        "may_restore": manages and not is_open and shown.state == ItemVersion.State.RETIRED and item.state != "3",
        "operations": [_operation(actor, item, one) for one in queries.operations_of(item)] if manages else [],
        "proposals": _proposals(actor, item) if manages else [],
        "waivers": [_waiver(actor, one) for one in queries.waivers_of(item)] if manages else [],
    }


def version_row(version: Any) -> dict[str, Any]:
    """One line of a list of versions: the version, its tone, and who had a hand in it (accounts loaded)."""
    people = [
        (_("起草"), version.author),
        (_("审核"), version.reviewed_by),
        (_("发布"), version.published_by),
    ]
    return {
        "version": version,
        "tone": STATE_TONES[version.state],
        "people": "，".join(f"{label} {account.staff_name}" for label, account in people if account),
        "is_public": version.state in PUBLIC_VERSIONS,
    }


def _steps(actor: Actor, version: ItemVersion) -> list[dict[str, str]]:
    steps = queries.steps_for(actor, version)
    shown = step_buttons(steps)
    is_overtaken = version.base_id != version.item.current_id and version.item.current_id is not None
    if VersionAction.SUBMIT in steps and is_overtaken:
        shown.insert(0, {"name": "rebase", "label": _("以现行版本为基础"), "kind": "primary"})
    return shown


def step_buttons(steps: Iterable[VersionAction]) -> list[dict[str, str]]:
    """The buttons of steps on a version."""
    return [{"name": one.value, "label": action_label(one.label), "kind": _BUTTONS.get(one, "quiet")} for one in steps]


def history_of(steps: Any, label: Callable[[str], str] = field_label) -> list[dict[str, Any]]:
    """Steps of a history as the timeline shows them; account loaded. ``label`` names a column that was changed."""
    return [
        {
            "title": _label(step),
            "time": step.created_at,
            "note": "；".join(filter(None, [_who(step), _fields(step, label), step.note])),
            "state": _ENTRY.get(step.action, "done"),
        }
        for step in steps
    ]


def _label(step: CatalogueStep) -> str:
    if getattr(step, "legacy_plan_id", None) and step.action in PlanAction.values:
        return action_label(PlanAction(step.action).label)
    for kind in (VersionAction, OperationAction):
        if step.action in kind.values:
            return action_label(kind(step.action).label)
    return str(_EXTRA.get(step.action, WAIVER_LABELS.get(step.action, step.action)))


def _who(step: CatalogueStep) -> str:
    return f"{step.by} {step.account.staff_name}" if step.account else step.by


def _fields(step: Any, label: Callable[[str], str]) -> str:
    names = "、".join(label(name) for name in step.fields)
    return _("改了%(fields)s") % {"fields": names} if names else ""


def _operation(actor: Actor, item: ServiceItem, operation: ItemOperation) -> dict[str, Any]:
    operation.item = item
    return {
        "operation": operation,
        "label": action_label(operation.get_kind_display()),
        "state": code_label(operation.get_state_display()),
        "tone": STATE_TONES[operation.state],
        "successors": [one.name for one in operation.successors.all()],
        "history": history_of(operation.history.all()),
        "steps": [
            {"name": step.value, "label": action_label(step.label)}
            for step in queries.operation_steps_for(actor, operation)
        ],
    }


def _proposals(actor: Actor, item: ServiceItem) -> list[dict[str, str]]:
    return [
        {"name": kind, "label": action_label(Operation(kind).label)} for kind in queries.operations_for(actor, item)
    ]


def _waiver(actor: Actor, waiver: AskWaiver) -> dict[str, Any]:
    steps = []
    if waiver.state == AskWaiver.State.IN_REVIEW and actor.account_id != waiver.submitted_by_id:
        steps = ["approve", "refuse"]
    elif waiver.state in (AskWaiver.State.IN_REVIEW, AskWaiver.State.APPROVED):
        steps = ["end"]
    return {
        "waiver": waiver,
        "state": code_label(waiver.get_state_display()),
        "tone": STATE_TONES[waiver.state],
        "steps": [{"name": name, "label": WAIVER_LABELS[name]} for name in steps],
    }
