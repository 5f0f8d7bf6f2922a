"""What the applicant hands in for one item of a joint draft stands for the others that want the same."""

from cases import attachments
from cases.joint import union
from cases.joint.guard import part_of
from cases.models import Case, CaseMaterial, JointItem
from identity.actor import Actor

_Way = CaseMaterial.Way


def share(actor: Actor, case: Case, row: CaseMaterial) -> None:
    """Let an upload stand for every row of its group, and a declaration for those with the very same words.

    A deferral counts where the other item allows one. The joint case was locked before the case.
    """
    for other in _others(case, row):
        if row.way == _Way.UPLOAD and other.way != _Way.CERTIFICATE:
            attachments.choose(other, way=_Way.UPLOAD, document=row.document, reason=row.reason)
        elif row.way == _Way.PROMISE and other.requirement.promise_text == row.requirement.promise_text:
            attachments.choose(other, way=_Way.PROMISE, document=None, reason=row.reason)
        elif row.way == _Way.DEFERRED and other.requirement.defer_days == row.requirement.defer_days:
            attachments.choose(other, way=_Way.DEFERRED, document=None, reason=row.reason)


def unshare(case: Case, row: CaseMaterial) -> list[CaseMaterial]:
    """The rows that stand on the same choice as ``row`` and go back with it."""
    return [
        other
        for other in _others(case, row)
        if other.chosen_by_applicant and (other.way, other.document_id) == (row.way, row.document_id)
    ]


def _others(case: Case, row: CaseMaterial) -> list[CaseMaterial]:
    part = part_of(case)
    if part is None or part.state != JointItem.State.DRAFT:
        return []
    group = union.load(part.joint, lock=True).group_of(row)
    return [other for other in group.rows if other.pk != row.pk] if group else []
