"""Mandates on paper at the counter: the scan goes into the locker and the act into the register, or neither does."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.locker import mark_original_seen, upload_document
from common.errors import Forbidden
from identity.actor import Actor
from identity.mandates import guardianship_actions as guardians
from identity.mandates.actions import record_from_paper
from identity.mandates.counter_actions import end_at_counter
from identity.mandates.guardianship_actions import Guardianship
from identity.mandates.moves import hold_all_of
from identity.mandates.rules import Terms
from identity.models import Mandate, Party, Person
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

KIND = "mandate-original"
END_KIND = "mandate-end"
GUARDIAN_KIND = "guardianship-proof"
CAPACITY_KIND = "capacity-proof"


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
    original_id = _keep(actor, principal.pk, KIND, _("委托书原件"), scan, request_key)
    return record_from_paper(
        actor,
        kind=kind,
        principal=principal,
        agent_name=agent_name,
        agent_id_number=agent_id_number,
        terms=terms,
        original_id=original_id,
        request_key=request_key,
    )


@transaction.atomic
def end_mandate(actor: Actor, *, mandate: Mandate, word: str, scan: UploadedFile, request_key: str = "") -> Mandate:
    """Store the signed paper and end the mandate at once.

    Raises the errors of :func:`certificates.locker.upload_document` or of
    :func:`identity.mandates.counter_actions.end_at_counter`.
    """
    hold_all_of(mandate.principal_id)
    original_id = _keep(actor, mandate.principal_id, END_KIND, _("解除委托的原件"), scan, request_key)
    return end_at_counter(actor, mandate_id=mandate.pk, word=word, original_id=original_id, request_key=request_key)


@transaction.atomic
def record_guardianship(
    actor: Actor,
    *,
    ward_name: str,
    ward_id_number: str,
    address: str,
    facts: Guardianship,
    scan: UploadedFile,
    request_key: str = "",
) -> Mandate:
    """Register the ward where needed, store the proof and record the guardian.

    Raises the errors of :func:`certificates.locker.upload_document` or of
    :mod:`identity.mandates.guardianship_actions`.
    """
    ward = guardians.find_or_register_ward(actor, name=ward_name, id_number=ward_id_number, address=address)
    hold_all_of(ward.pk)
    original_id = _keep(actor, ward.pk, GUARDIAN_KIND, _("监护关系证明"), scan, request_key)
    return guardians.record_guardian(actor, ward=ward, facts=facts, original_id=original_id, request_key=request_key)


@transaction.atomic
def record_own_income(
    actor: Actor, *, person: Person, reference: str, scan: UploadedFile, request_key: str = ""
) -> None:
    """Store the proof and record that somebody of sixteen or seventeen lives on their own income."""
    hold_all_of(person.pk)
    original_id = _keep(actor, person.pk, CAPACITY_KIND, _("劳动收入证明"), scan, request_key)
    guardians.record_own_income(
        actor, person=person, reference=reference, original_id=original_id, request_key=request_key
    )


@transaction.atomic
def restore_capacity(actor: Actor, *, person: Person, reference: str, scan: UploadedFile, request_key: str = "") -> int:
    """Store the ruling and let somebody act alone again; returns how many guardianships ended."""
    hold_all_of(person.pk)
    original_id = _keep(actor, person.pk, CAPACITY_KIND, _("恢复民事行为能力的法院文书"), scan, request_key)
    return guardians.restore_capacity(
        actor, person=person, reference=reference, original_id=original_id, request_key=request_key
    )


def _keep(actor: Actor, owner_id: UUID, kind: str, name: str, scan: UploadedFile, request_key: str) -> str:
    """Store a scan that this clerk compared with the original; returns the document's id."""
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    hold_post(actor)
    document = upload_document(actor, owner_id=owner_id, kind=kind, name=name, upload=scan, request_key=request_key)
    mark_original_seen(actor, document_id=document.pk)
    return str(document.pk)
