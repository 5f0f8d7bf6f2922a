"""As whom a clerk fills in: the person who consented, as long as the consent stands and the clerk sits there."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from cases.assisting.behalf import still_stands, under
from cases.assisting.errors import AssistanceOver
from cases.assisting.models import Assistance
from cases.joint.models import JointItem
from identity import levels
from identity.actor import Actor, ActorKind
from identity.errors import MandateEndedAtWindow

State = Assistance.State
LIVE = (State.ASKED, State.AGREED)


def label_of(row: Assistance) -> str:
    """Hall, window and clerk, in the words that are signed and printed (legal text, in Chinese)."""
    words = f"{row.window.hall.name}{row.window.number}号窗口，经办人{row.clerk.staff_name}"
    if row.sheet:
        words += f"，纸质表{row.sheet.number}补录"
    if not row.is_away:
        return words
    owner = row.item.department.name if row.item and row.item.department else ""
    return f"{words}，异地代收，{owner}办理"


def agreed_of(account_id: UUID) -> QuerySet[Assistance]:
    """What this account may fill in now: consent given, not over, and the account still sits at that window.

    Not for who closed their account since: closing waits for sessions it sees, and one begun at that moment ends here.
    """
    rows = Assistance.objects.filter(clerk_id=account_id, state=State.AGREED, ends_at__gt=timezone.now())
    rows = rows.filter(person__locked_at__isnull=True)
    return rows.filter(window__clerk_id=F("clerk_id"), window__is_active=True)


def actor_of(clerk: Actor, row: Assistance) -> Actor:
    """The person of a consent, with the clerk's account and department; load window, hall, person, party and item.

    The clerk compared face and document, so the real-name level is that of the counter (DB61/T 1127, 当面核验).
    """
    person = Actor(
        kind=ActorKind.CITIZEN,
        account_id=clerk.account_id,
        person_id=row.person_id,
        principal_id=row.party_id,
        principal_name=row.party.name,
        name=row.person.name,
        assurance_level=levels.HIGHEST,
        department_id=clerk.department_id,
        department_name=clerk.department_name,
        region_code=clerk.region_code,
        assistance_id=row.pk,
        assisted_at=label_of(row),
    )
    return under(person, row)


_BEHALF = ("party__person", "party__organisation", "mandate")
PARTS = ("window__hall", "clerk", "person", *_BEHALF, "item__department", "bundle", "sheet")


def find_actor(
    clerk: Actor,
    *,
    purposes: Collection[str] = Assistance.Purpose.values,
    case_id: UUID | None = None,
    joint_id: UUID | None = None,
    bundle_code: str = "",
) -> Actor | None:
    """As whom a clerk may open a page of this case, joint case or bundle now, or None.

    Without any of them: a page that belongs to whatever they fill in. ``purposes``: what the page is for. Raises
    :class:`MandateEndedAtWindow` when who came may act for that party no longer.
    """
    if not clerk.is_staff:
        return None
    rows = agreed_of(clerk.known_account_id).filter(purpose__in=purposes)
    if bundle_code:
        rows = rows.filter(bundle__code=bundle_code)
    elif joint_id:
        rows = rows.filter(joint_id=joint_id)
    elif case_id:
        parts = JointItem.objects.filter(case_id=case_id).values("joint")
        rows = rows.filter(Q(case_id=case_id) | Q(joint__in=parts))
    else:
        rows = rows.filter(Q(case_id__isnull=False) | Q(joint_id__isnull=False))
    row = rows.select_related(*PARTS).first()
    if row is None:
        return None
    require_standing(row)
    return actor_of(clerk, row)


def require_standing(row: Assistance) -> None:
    """Raise :class:`MandateEndedAtWindow` when who came may act for the party no longer (loaded with its parts)."""
    if not still_stands(row):
        raise MandateEndedAtWindow


def require(actor: Actor) -> None:
    """Lock the consent that an assisted actor acts under; raises :class:`AssistanceOver` when it does not stand, or
    :class:`MandateEndedAtWindow` when who gave it may act for the party no longer.
    """
    if actor.assistance_id is None:
        return
    rows = agreed_of(actor.known_account_id).filter(pk=actor.assistance_id, person_id=actor.person_id)
    row = rows.select_related(*_BEHALF).select_for_update(of=("self",), no_key=True).first()
    if row is None or (row.party_id, row.mandate_id) != (actor.principal_id, actor.mandate_id):
        raise AssistanceOver
    require_standing(row)
