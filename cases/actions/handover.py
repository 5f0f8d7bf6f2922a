"""A draft that somebody else goes on with: who acts changes, and nothing of the one before stays in it."""

from django.utils import timezone

from cases import evidence, prefill
from cases.models import Case, CaseMaterial
from cases.states import State
from certificates.reuse import is_about_person
from identity.actor import Actor
from identity.models import Person


def take_over(actor: Actor, *, case: Case) -> None:
    """Make the actor the one who fills in a locked draft; the caller saves the case.

    Values prefilled for another person are looked up again, and uploads in another person's locker are dropped.
    Applications that were submitted keep the name of whoever submitted them.
    """
    if case.state != State.DRAFT or not actor.is_citizen:
        return
    if case.agent_id == actor.person_id:
        case.agent_account_id = actor.known_account_id  # a clerk filled in for them, or they go on by themselves
        return
    case.agent = Person.objects.get(pk=actor.person_id)
    case.agent_account_id = actor.known_account_id
    case.answers = {
        key: answer
        for key, answer in case.answers.items()
        if answer["source"] == "typed" and not is_about_person(key)  # what they said about themselves goes with them
    }
    case.answers = prefill.fill(case, today=timezone.localdate())
    for row in case.materials.select_related("requirement", "document", "certificate"):
        if _is_anothers(case, row):
            row.way = CaseMaterial.Way.MISSING
            row.certificate = row.document = None
            row.chosen_by_applicant = False
            row.save()
    evidence.refresh(case, today=timezone.localdate())


def _is_anothers(case: Case, row: CaseMaterial) -> bool:
    holder = evidence.holder_of(case, row.requirement)
    if row.certificate is not None:
        return row.certificate.holder_id != holder
    return row.document is not None and row.document.owner_id != holder
