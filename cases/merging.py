"""What this room does when two registrations of one person become one."""

from uuid import UUID

from cases.models import Breach, Case, Delivery, JointCase
from identity.persons.listeners import Moved
from identity.persons.moving import repoint


def follow_merge(kept_id: UUID, other_id: UUID) -> Moved:
    """Move applications to the kept person, and those they filled in for others; history stays as it was written."""
    return {
        "cases.case.applicant": repoint(Case.objects.filter(applicant_id=other_id), applicant=kept_id),
        "cases.breach.party": repoint(Breach.objects.filter(party_id=other_id), party=kept_id),
        "cases.case.agent": repoint(Case.objects.filter(agent_id=other_id), agent=kept_id),
        "cases.delivery.receiver": repoint(Delivery.objects.filter(receiver_id=other_id), receiver=kept_id),
        "cases.jointcase.applicant": repoint(JointCase.objects.filter(applicant_id=other_id), applicant=kept_id),
        "cases.jointcase.agent": repoint(JointCase.objects.filter(agent_id=other_id), agent=kept_id),
    }
