"""Handing in what a clerk filled in: only what the person confirmed, with the time the papers were really taken in."""

import datetime as dt
from uuid import UUID

from django.utils import timezone

from cases.assisting import errors
from cases.assisting.models import Assistance
from cases.assisting.moving import record
from cases.assisting.standing import PARTS, label_of
from cases.assisting.telling import tell_principal
from cases.joint import union
from cases.models import Case, JointCase
from cases.signing.rules import content_of, digest_of
from identity.actor import Actor
from identity.step_up import Proof

_State = Assistance.State


def draft_digest(case: Case) -> str:
    """What a draft says now, as one number: it changes with every answer and every file."""
    return digest_of(content_of(case, case.materials.select_related("requirement", "certificate", "document")))


def joint_digest(joint: JointCase) -> str:
    """What all drafts of a joint case say now, as one number."""
    parts = union.load(joint).parts
    said = {part.key: content_of(part.case, part.case.materials.all()) for part in parts}
    return digest_of({"bundle": str(joint.bundle_version_id), "situation": joint.situation, "items": said})


def digest_now(row: Assistance) -> str:
    """What the session's draft, joint draft, or case with its corrections says now; empty while there is none."""
    if row.joint is not None:
        return joint_digest(row.joint)
    return draft_digest(row.case) if row.case is not None else ""


def confirmed(actor: Actor, case: Case) -> Proof | None:
    """How the person confirmed this very draft; None where nobody assists. The session is locked already.

    Raises :class:`NotConfirmed`.
    """
    return _proof(actor.assistance_id, draft_digest(case)) if actor.assistance_id else None


def confirmed_joint(actor: Actor, joint: JointCase) -> Proof | None:
    """As :func:`confirmed`, for all drafts of a joint case, which are resolved as of today."""
    return _proof(actor.assistance_id, joint_digest(joint)) if actor.assistance_id else None


def _proof(assistance_id: UUID, digest: str) -> Proof:
    row = Assistance.objects.get(pk=assistance_id)
    if not row.confirmed_digest or row.confirmed_digest != digest:
        raise errors.NotConfirmed
    return Proof(f"counter_{row.confirmed_way}", row.confirmed_at, is_fresh=True)


def begun_joint(actor: Actor, joint: JointCase) -> None:
    """Bind a session to the joint draft that was opened under it, or goes on; raises :class:`AssistanceOver` for a
    bundle the person was not asked about.
    """
    if actor.assistance_id is None:
        return
    changed = Assistance.objects.filter(pk=actor.assistance_id, bundle=joint.bundle_version.bundle_id)
    if not changed.update(joint=joint, updated_at=timezone.now()):
        raise errors.AssistanceOver


def assisted_at(joint: JointCase) -> tuple[UUID | None, str]:
    """The session in which a joint case was handed in and its window, for what is handed in later by itself."""
    row = Assistance.objects.filter(joint=joint, state=_State.DONE).select_related(*PARTS).first()
    return (row.pk, label_of(row)) if row else (None, "")


def received_at(actor: Actor) -> dt.datetime | None:
    """When a paper sheet was taken in; None for everything else."""
    if actor.assistance_id is None:
        return None
    return Assistance.objects.values_list("sheet_received_at", flat=True).get(pk=actor.assistance_id)


def done(actor: Actor) -> None:
    """The session ends with what it was for."""
    if actor.assistance_id is None:
        return
    row = Assistance.objects.select_related(*PARTS, "case", "joint").get(pk=actor.assistance_id)
    row.state, row.ended_at = _State.DONE, timezone.now()
    row.save(update_fields=["state", "ended_at", "updated_at"])
    record(actor, row, "done")
    tell_principal(row)
