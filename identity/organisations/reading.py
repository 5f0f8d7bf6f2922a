"""Looking organisations up by staff: by the exact code, with a reason."""

from common import events
from common.errors import Forbidden
from identity import events as codes
from identity import rules
from identity.actor import Actor
from identity.models import Organisation
from identity.organisations.errors import OrganisationUnknown
from identity.persons.queries import may_look
from identity.persons.reasons import checked_reason


def look_up_organisation(actor: Actor, *, uscc: str, reason: str) -> Organisation:
    """Find one organisation by its whole code; the look is recorded with its reason.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`UsccInvalid` or :class:`OrganisationUnknown`.
    """
    if not may_look(actor):
        raise Forbidden
    said = checked_reason(reason)
    code = rules.normal_uscc(uscc)
    found = Organisation.objects.select_related("legal_representative", "region").filter(uscc=code).first()
    if found is None:
        raise OrganisationUnknown
    events.record(codes.PERSON_READ, actor=actor, subject_id=found.pk, holder_id=found.pk, reason=said)
    return found
