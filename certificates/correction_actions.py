"""Asking for a correction, with a proof that goes into the person's own locker: both or neither."""

from dataclasses import replace
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.locker import upload_document
from certificates.queries import get_certificate
from identity.actor import Actor
from identity.models import CorrectionRequest
from identity.privacy.correction_actions import Wrong, request_correction
from identity.privacy.rules import require_self

KIND = "correction-proof"


@transaction.atomic
def ask_correction(
    actor: Actor,
    *,
    wrong: Wrong,
    certificate_id: UUID | None = None,
    proof: UploadedFile | None = None,
    request_key: str = "",
) -> CorrectionRequest:
    """Ask for a correction of one's own data, of a certificate one holds if ``certificate_id`` is given.

    Raises :class:`CertificateNotFound`, the errors of :func:`certificates.locker.upload_document`, or those of
    :func:`identity.privacy.correction_actions.request_correction`.
    """
    person_id = require_self(actor)
    if certificate_id is not None:
        certificate = get_certificate(actor, certificate_id)
        wrong = replace(
            wrong,
            subject=CorrectionRequest.Subject.CERTIFICATE,
            certificate_id=str(certificate.pk),
            certificate_name=f"{certificate.type.name} {certificate.number}",
            source=certificate.issuer,
        )
    proof_id = ""
    if proof is not None:
        document = upload_document(
            actor, owner_id=person_id, kind=KIND, name=_("更正信息的证明"), upload=proof, request_key=request_key
        )
        proof_id = str(document.pk)
    return request_correction(actor, wrong=wrong, proof_id=proof_id, request_key=request_key)
