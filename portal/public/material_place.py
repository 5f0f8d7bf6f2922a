"""The page on which a material of a case is handed in, for whoever is at it."""

from uuid import UUID

from django.urls import reverse

from cases.models import Case
from cases.queries import get_case_to_change
from cases.states import State
from identity.actor import Actor
from portal.public.joint_page import case_is_in_draft


def place_of(actor: Actor, case: Case, material_id: UUID) -> str:
    """The address: the draft's materials, or what its correction asks for."""
    if case_is_in_draft(case):
        page = reverse("joint_materials", args=[case.joint_item.joint_id])
    elif case.state == State.DRAFT:
        page = reverse("draft_materials", args=[case.pk])
    else:
        page = reverse("case_correction" if actor.is_assisted else "my_case", args=[case.pk])
    return f"{page}#material-{material_id}"


def place_of_pages(actor: Actor, case_id: UUID, material_id: UUID) -> str:
    """The address to return to from the pages of a material; somebody's own case leads on by itself."""
    if actor.is_assisted:
        return place_of(actor, get_case_to_change(actor, case_id), material_id)
    return f"{reverse('my_case', args=[case_id])}#material-{material_id}"
