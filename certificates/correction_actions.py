"""Asking for a correction, with a proof that goes into the person's own locker: both or neither."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.locker import upload_document
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
    proof: UploadedFile | None = None,
    request_key: str = "",
) -> CorrectionRequest:
    """Ask for a correction of one's own data. What is wrong on a certificate is reported to who issued it
    (:mod:`certificates.wallet.report_actions`).

    Raises the errors of :func:`certificates.locker.upload_document`, or those of
    :func:`identity.privacy.correction_actions.request_correction`.
    """
    person_id = require_self(actor)
    proof_id = ""
    if proof is not None:
        document = upload_document(
            actor, owner_id=person_id, kind=KIND, name=_("更正信息的证明"), upload=proof, request_key=request_key
        )
        proof_id = str(document.pk)
    return request_correction(actor, wrong=wrong, proof_id=proof_id, request_key=request_key)
