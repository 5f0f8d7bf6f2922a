"""What drafts are made of and end with. Shared by those that go their own way and those of a bundle."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, evidence, prefill
from cases import events as codes
from cases.models import Case
from common import events
from identity import levels
from identity.actor import Actor
from identity.errors import PartyMerged
from identity.mandates import capacity
from identity.models import Party
from identity.organisations.queries import require_active
from identity.queries import get_party
from services.codes import Audience
from services.models import ItemVersion


def principal_of(actor: Actor) -> Party:
    """The party a citizen acts for, there and active. Raises :class:`CaseNotFound`, :class:`PartyMerged` or
    :class:`OrganisationNotActive`.
    """
    if not actor.is_citizen or actor.principal_id is None:
        raise errors.CaseNotFound
    applicant = get_party(actor.principal_id)
    if applicant.pk != actor.principal_id:  # merged since this request began: who acts is not up to date either
        raise PartyMerged
    require_active(applicant)
    return applicant


def fits(version: ItemVersion, applicant: Party) -> bool:
    """Whether an item is for persons or organisations, as this party is."""
    if applicant.kind == Party.Kind.PERSON:
        return Audience.PERSON in version.audience
    return bool(set(version.audience) - {Audience.PERSON})


def check_applicant(actor: Actor, version: ItemVersion, applicant: Party) -> None:
    """Check that this party may apply for an item; raises as :func:`cases.actions.drafts.start_draft` does."""
    if not fits(version, applicant):
        is_person = applicant.kind == Party.Kind.PERSON
        raise errors.WrongApplicantKind(kind=_("单位（企业、个体工商户或其他组织）") if is_person else _("本人"))
    check_agent(actor, version)


def check_agent(actor: Actor, version: ItemVersion) -> None:
    """Check that whoever fills it in may apply at all: their level and their age."""
    levels.require(actor, levels.Right.APPLY, at_least=version.assurance_level)
    capacity.require(actor, open_from_age=version.open_from_age)


def new_draft(actor: Actor, *, item_id: UUID, version: ItemVersion, applicant: Party, department_id: UUID) -> Case:
    """Make a draft with what is known and held; the caller has checked who applies and locked the party."""
    case = Case(
        item_id=item_id,
        item_version=version,
        department_id=department_id,
        applicant=applicant,
        agent_id=actor.person_id,
        agent_account_id=actor.known_account_id,
    )
    case.answers = prefill.fill(case, today=timezone.localdate())
    case.save()
    evidence.refresh(case, today=timezone.localdate(), is_new=True)
    events.record(codes.DRAFT_STARTED, actor=actor, subject_id=case.pk, holder_id=applicant.pk, item=version.name)
    return case


def erase(case: Case) -> None:
    """Delete a locked draft with what belongs to it."""
    case.materials.all().delete()
    case.flags.all().delete()
    case.delete()
