"""What may be done to a single case while it belongs to a joint case. Imports no action: the actions ask here."""

from uuid import UUID

from django.db.models import QuerySet

from cases.joint.errors import PartOfJoint
from cases.models import Case, JointCase, JointItem
from common.written import Given, written


def part_of(case: Case) -> JointItem | None:
    """The place of a case in its joint case, read after the case was locked; None for a case of its own."""
    return JointItem.objects.filter(case=case).first() if getattr(case, "joint_item", None) else None


def require_own_way(case: Case) -> None:
    """Refuse to submit or throw away alone what goes its way with others; raises :class:`PartOfJoint`.

    What waits for its applicant is theirs again.
    """
    part = part_of(case)
    if part is not None and part.state != JointItem.State.OPEN:
        raise PartOfJoint


def require_unsent(case: Case) -> None:
    """Refuse changes to a draft that was handed in already and waits for its turn; raises :class:`PartOfJoint`."""
    part = part_of(case)
    if part is not None and part.state == JointItem.State.WAITING:
        raise PartOfJoint


def begun(case: Case) -> None:
    """Note that a part which waited for its applicant was submitted."""
    if getattr(case, "joint_item", None):
        JointItem.objects.filter(case=case, state=JointItem.State.OPEN).update(state=JointItem.State.BEGUN, reason="")


def hold_joint(case_id: UUID) -> None:
    """Lock the joint case of a case before the case itself: whoever writes several of its parts does so alone.

    The account and the mandate one acts under are locked already (docs/adr/0018).
    """
    _joint_of(case_id)


@written
def _joint_of(case_id: Given) -> QuerySet[JointCase]:
    joint = JointCase.objects.filter(items__case=case_id).order_by()
    return joint.only("pk").select_for_update(of=("self",), no_key=True)
