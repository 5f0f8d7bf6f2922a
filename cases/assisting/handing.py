"""Handing in what a clerk filled in: only what the person confirmed, with the time the papers were really taken in."""

import datetime as dt

from django.utils import timezone

from cases import events as codes
from cases.assisting import errors
from cases.assisting.models import Assistance
from cases.models import Case
from cases.signing.rules import content_of, digest_of
from common import events
from identity.actor import Actor
from identity.step_up import Proof

_State = Assistance.State


def draft_digest(case: Case) -> str:
    """What a draft says now, as one number: it changes with every answer and every file."""
    return digest_of(content_of(case, case.materials.select_related("requirement", "certificate", "document")))


def digest_now(row: Assistance) -> str:
    """What the session's draft, or case with its corrections, says now; empty while there is none."""
    return draft_digest(row.case) if row.case is not None else ""


def confirmed(actor: Actor, case: Case) -> Proof | None:
    """How the person confirmed this very draft; None where nobody assists. The session is locked already.

    Raises :class:`NotConfirmed`.
    """
    if actor.assistance_id is None:
        return None
    row = Assistance.objects.get(pk=actor.assistance_id)
    if not row.confirmed_digest or row.confirmed_digest != draft_digest(case):
        raise errors.NotConfirmed
    return Proof(f"counter_{row.confirmed_way}", row.confirmed_at, is_fresh=True)


def received_at(actor: Actor) -> dt.datetime | None:
    """When a paper sheet was taken in; None for everything else."""
    if actor.assistance_id is None:
        return None
    return Assistance.objects.values_list("sheet_received_at", flat=True).get(pk=actor.assistance_id)


def done(actor: Actor) -> None:
    """The session ends with what it was for."""
    if actor.assistance_id is None:
        return
    row = Assistance.objects.select_related("window").get(pk=actor.assistance_id)
    row.state, row.ended_at = _State.DONE, timezone.now()
    row.save(update_fields=["state", "ended_at", "updated_at"])
    detail = {"window": row.window.number, "step": "done", "reason": ""}
    events.record(codes.ASSISTANCE_MOVED, actor=actor, subject_id=row.pk, holder_id=row.person_id, **detail)
