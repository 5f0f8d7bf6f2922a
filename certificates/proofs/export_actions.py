"""Taking a certificate into a wallet: the holder's own act, recorded in the certificate's use log."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors
from certificates import events as codes
from certificates.models import Certificate, Disclosure, Grant
from certificates.proofs import credentials, jws
from certificates.proofs.errors import ClaimUnknown, HolderKeyInvalid, NotExportable
from certificates.queries import state_now, visible_certificates
from common import events
from common.formatting import code_label
from common.idempotency import claim
from identity import levels
from identity.actor import Actor
from identity.mandates.queries import hold

OPERATION = "export"
LEGAL_BASIS = "个人信息保护法第四十五条第三款"  # moving one's data to where one wants it
_LONGEST_PURPOSE = 200


@transaction.atomic
def export(
    actor: Actor, *, certificate_id: UUID, chosen: Collection[str], holder_key: str = "", request_key: str = ""
) -> str:
    """Return the certificate as SD-JWT VC with the chosen claims, bound to the wallet's key when one is given.

    The same ``request_key`` twice stands in the use log once. Raises CertificateNotFound, AssuranceTooLow,
    AccountClosed, MandateEnded, NotExportable, ClaimUnknown, HolderKeyInvalid.
    """
    hold(actor)
    certificate = visible_certificates(actor).filter(pk=certificate_id).first() if actor.is_citizen else None
    if certificate is None:
        raise errors.CertificateNotFound
    levels.require(actor, levels.Right.USE_CERTIFICATES)
    state = state_now(certificate)
    if state != Certificate.State.VALID:
        raise NotExportable(state=code_label(state.label))
    labels = credentials.labels_of(certificate)
    for name in chosen:
        if name not in labels:
            raise ClaimUnknown(name=name[:60])
    key = _holder_key(holder_key)
    made = credentials.make(certificate, chosen=chosen, holder_key=key)
    claimed = claim(actor_id=actor.account_id, action="certificate_export", request_key=request_key)
    if not claimed.earlier_id:
        named = [label for name, label in labels.items() if name in chosen]
        claimed.settle(_record(actor, certificate, named).pk)
        events.record(
            codes.EXPORTED,
            actor=actor,
            subject_id=certificate.pk,
            holder_id=certificate.holder_id,
            claims=sorted(chosen),
            is_bound=key is not None,
        )
    return made


def _holder_key(text: str) -> dict[str, str] | None:
    if not text.strip():
        return None
    try:
        return jws.holder_jwk(text.strip())
    except jws.BadToken as error:
        raise HolderKeyInvalid(fields={"holder_key": HolderKeyInvalid.message}) from error


def _record(actor: Actor, certificate: Certificate, named: list[str]) -> Disclosure:
    """One line of the use log, under a grant that is over at once."""
    purpose = _("放进电子钱包：%(claims)s") % {"claims": "、".join(named) or _("只有证照类型和有效期")}
    grant = Grant.objects.create(
        certificate=certificate,
        case_number="",
        purpose=purpose[:_LONGEST_PURPOSE],
        legal_basis=LEGAL_BASIS,
        granted_by_id=actor.known_account_id,
        ends_at=timezone.now(),
    )
    return Disclosure.objects.create(
        grant=grant, actor_id=actor.known_account_id, operation=OPERATION, result="exported"
    )
