"""A mandate from a paper original: the scan goes into the principal's locker, the mandate into the register."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.locker import mark_original_seen, upload_document
from common.errors import Forbidden
from identity.actor import Actor
from identity.mandates.actions import record_from_paper
from identity.mandates.rules import Terms
from identity.models import Mandate, Party
from identity.permissions import Permission

KIND = "mandate-original"


@transaction.atomic
def record_mandate(
    actor: Actor,
    *,
    kind: str,
    principal: Party,
    agent_name: str,
    agent_id_number: str,
    terms: Terms,
    scan: UploadedFile,
    request_key: str = "",
) -> Mandate:
    """Store the scan, compared with the original by this clerk, and record the mandate: both or neither.

    Raises :class:`Forbidden`, the errors of :func:`certificates.locker.upload_document` or those of
    :func:`identity.mandates.actions.record_from_paper`.
    """
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    document = upload_document(
        actor, owner_id=principal.pk, kind=KIND, name=_("委托书原件"), upload=scan, request_key=request_key
    )
    mark_original_seen(actor, document_id=document.pk)
    return record_from_paper(
        actor,
        kind=kind,
        principal=principal,
        agent_name=agent_name,
        agent_id_number=agent_id_number,
        terms=terms,
        original_id=str(document.pk),
        request_key=request_key,
    )
