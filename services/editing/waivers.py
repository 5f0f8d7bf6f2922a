"""Waivers of 不重复要: leave to ask for what is known, with a reason, from a second person."""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from identity.actor import Actor
from identity.reviewing.states import OPEN_VERSIONS, Move
from services import events as codes
from services.editing import steps
from services.editing.errors import WaiverExists, WaiverInvalid, WaiverNotFound
from services.editing.versions import lock_item
from services.models import AskWaiver, ItemVersion

_State = AskWaiver.State
_SHORTEST = 10  # characters: "需要" is no reason
MOVES: dict[str, Move] = {
    "approve": Move(frozenset({_State.IN_REVIEW}), _State.APPROVED, is_second=True),
    "refuse": Move(frozenset({_State.IN_REVIEW}), _State.REFUSED, is_second=True),
    "end": Move(frozenset({_State.IN_REVIEW, _State.APPROVED}), _State.ENDED),
}


@transaction.atomic
def propose_waiver(
    actor: Actor,
    *,
    item_id: UUID,
    kind: str,
    key: str,
    reason: str,
    legal_basis: str = "",
    until: dt.date | None = None,
) -> AskWaiver:
    """Ask for leave to require a field or material that is already known; counts once a second person agrees.

    Raises :class:`WaiverInvalid` with the fields, :class:`WaiverExists`, :class:`DateInvalid`.
    """
    item = lock_item(actor, item_id)
    problems = {}
    if kind not in AskWaiver.Kind.values or not _is_asked(item.pk, kind, key):
        problems["key"] = _("这个事项没有这个栏目或者材料。")
    if len(reason.strip()) < _SHORTEST:
        problems["reason"] = _("请写明为什么已有的信息不能用，至少 %(least)s 个字。") % {"least": _SHORTEST}
    if problems:
        raise WaiverInvalid(fields=problems)
    waiver = AskWaiver(
        item=item,
        kind=kind,
        key=key,
        revision=0,
        author_id=actor.account_id,
        reason=reason.strip()[:1000],
        legal_basis=legal_basis.strip()[:256],
        until=steps.require_day(until, field="until") if until else None,
    )
    try:
        with transaction.atomic():
            _settle(actor, waiver, "propose", _State.IN_REVIEW)
    except IntegrityError as error:
        raise WaiverExists from error
    return waiver


def _is_asked(item_id: UUID, kind: str, key: str) -> bool:
    """Whether the item's current or open version asks for it."""
    versions = ItemVersion.objects.filter(item=item_id, state__in=[*OPEN_VERSIONS, ItemVersion.State.PUBLISHED])
    if kind == AskWaiver.Kind.MATERIAL:
        return versions.filter(materials__key=key).exists()
    return any(
        entry["key"] == key
        for pages in versions.values_list("steps", flat=True)
        for page in pages
        for entry in page["fields"]
    )


def _settle(actor: Actor, waiver: AskWaiver, action: str, target: str, *, note: str = "") -> None:
    steps.settle(
        actor,
        waiver,
        action,
        target,
        event=codes.WAIVER_STEP,
        note=note,
        item=str(waiver.item_id),
        asked=f"{waiver.kind}:{waiver.key}",
    )


@transaction.atomic
def review_waiver(actor: Actor, *, waiver_id: UUID, action: str, note: str = "", expected_revision: int) -> AskWaiver:
    """Approve, refuse or end a waiver. Raises :class:`SamePerson`, :class:`StaleVersion`, :class:`StepNotAllowed`."""
    known = AskWaiver.objects.filter(pk=waiver_id).values_list("item_id", flat=True).first()
    if known is None or action not in MOVES:
        raise WaiverNotFound
    item = lock_item(actor, known)
    waiver = AskWaiver.objects.get(pk=waiver_id)
    waiver.item = item
    move = steps.check(actor, waiver, action, MOVES, expected_revision=expected_revision)
    if action == "refuse":
        note = steps.require_note(note)
    _settle(actor, waiver, action, move.target, note=note)
    return waiver
