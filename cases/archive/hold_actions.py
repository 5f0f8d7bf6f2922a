"""暂停销毁: set and lifted for a reason by two persons. What stands under one is erased by nobody and nothing.

It counts from the moment somebody asks for it; until the second person confirms that it is lifted, it stands.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases.archive import errors, queries
from cases.archive.models import STANDING, ArchiveHold, ArchivePackage
from cases.models import Case, CaseMaterial
from common import events
from common.formatting import format_date_or_blank
from identity.actor import Actor
from identity.models import Party
from identity.staff.current import hold as hold_post

_State = ArchiveHold.State
_SHORTEST, _LONGEST = 5, 500


@transaction.atomic
def ask_hold(actor: Actor, *, case_id: UUID, reason: str) -> ArchiveHold:
    """Put a hold on an archived case; it counts at once. Raises :class:`HoldReasonMissing` or :class:`HoldMoved`.

    The owners of its documents are locked first, as erasing one of their files does: whichever comes first, the other
    sees it.
    """
    said = _said(reason)
    hold_post(actor)
    package = queries.get(actor, case_id)
    owners = CaseMaterial.objects.filter(case_id=case_id, document__isnull=False).values("document__owner_id")
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=owners).order_by("pk"))
    case = _lock(package.case_id)
    if case.holds.filter(state__in=STANDING).exists():
        raise errors.HoldMoved
    package.refresh_from_db()  # under the lock: its destruction takes the same
    if package.state == ArchivePackage.State.DESTROYED:
        raise errors.PackageDestroyed(day=format_date_or_blank(package.destroyed_at))
    hold = ArchiveHold.objects.create(case=case, reason=said, asked_by_id=actor.known_account_id)
    _record(codes.HOLD_ASKED, actor, case, reason=said)
    return hold


@transaction.atomic
def settle_hold(actor: Actor, *, case_id: UUID, hold_id: UUID, confirmed: bool) -> ArchiveHold:
    """Confirm or reject, as the second person, what the first one asked for: the hold, or that it is lifted.

    A rejected hold ends; a rejected lifting leaves it standing. Raises :class:`SamePerson` or :class:`HoldMoved`.
    """
    case, hold = _held(actor, case_id, hold_id)
    first = {_State.ASKED: hold.asked_by_id, _State.LIFTING: hold.lift_asked_by_id}.get(_State(hold.state))
    if first is None:
        raise errors.HoldMoved
    if first in {actor.known_account_id, actor.stands_in_for}:
        raise errors.SamePerson
    now = timezone.now()
    if hold.state == _State.ASKED:
        hold.state = _State.HELD if confirmed else _State.REJECTED
        hold.confirmed_by_id, hold.confirmed_at = actor.known_account_id, now
    elif confirmed:
        hold.state, hold.lifted_by_id, hold.lifted_at = _State.LIFTED, actor.known_account_id, now
    else:
        hold.state, hold.lift_asked_by_id, hold.lift_reason = _State.HELD, None, ""
    hold.save()
    _record(codes.HOLD_SETTLED, actor, case, state=str(hold.state))
    return hold


@transaction.atomic
def ask_lift(actor: Actor, *, case_id: UUID, hold_id: UUID, reason: str) -> ArchiveHold:
    """Ask for a hold to be lifted; it stands until a second person agrees. Raises as :func:`ask_hold`."""
    said = _said(reason)
    case, hold = _held(actor, case_id, hold_id)
    if hold.state != _State.HELD:
        raise errors.HoldMoved
    hold.state, hold.lift_reason, hold.lift_asked_by_id = _State.LIFTING, said, actor.known_account_id
    hold.save()
    _record(codes.HOLD_LIFT_ASKED, actor, case, reason=said)
    return hold


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not _SHORTEST <= len(said) <= _LONGEST or "\x00" in said:
        raise errors.HoldReasonMissing(fields={"reason": errors.HoldReasonMissing.message})
    return said


def _lock(case_id: UUID) -> Case:
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


def _held(actor: Actor, case_id: UUID, hold_id: UUID) -> tuple[Case, ArchiveHold]:
    hold_post(actor)
    case = _lock(queries.get(actor, case_id).case_id)
    hold = case.holds.select_for_update(no_key=True).filter(pk=hold_id).first()
    if hold is None:
        raise errors.ArchiveNotFound
    return case, hold


def _record(event: events.Event, actor: Actor, case: Case, **detail: str) -> None:
    events.record(
        event, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=case.number or "", **detail
    )
