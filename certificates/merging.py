"""What this room does when two registrations of one person become one."""

from uuid import UUID

from certificates.models import Certificate, Document
from certificates.trays.models import Tray
from identity.persons.listeners import Moved
from identity.persons.moving import repoint


def follow_merge(kept_id: UUID, other_id: UUID) -> Moved:
    """Move certificates and the locker to the kept person. Grants and uses hang on them and go along."""
    return {
        "certificates.certificate.holder": repoint(Certificate.objects.filter(holder_id=other_id), holder=kept_id),
        "certificates.document.owner": repoint(Document.objects.filter(owner_id=other_id), owner=kept_id),
        "certificates.tray.principal": repoint(Tray.objects.filter(principal_id=other_id), principal=kept_id),
    }
