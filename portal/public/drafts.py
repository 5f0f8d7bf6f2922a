"""The way through a draft: its pages in order, the one to open, and what each value's source is called."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.actions.drafts import refresh_draft
from cases.models import Case
from cases.queries import get_case, get_case_to_change
from cases.states import State
from identity.actor import Actor
from identity.models import Account
from services.forms import StepSpec, clean_answers, visible_steps
from services.models import Situation
from services.queries import situations_of
from services.rules import situation_complete


class NotDraft(Exception):
    """The case has been submitted: its own page shows it. Carries the case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        super().__init__(str(case.pk))


class InJoint(Exception):
    """The draft is filled in together with others: the joint case's pages show it. Carries the joint case's key."""

    def __init__(self, joint_id: UUID) -> None:
        self.joint_id = joint_id
        super().__init__(str(joint_id))


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with what its pages need: guiding questions and the form pages that apply."""

    case: Case
    questions: list[Situation]
    steps: tuple[StepSpec, ...]

    @property
    def pages(self) -> list[tuple[str, str]]:
        """(kind, address) of the draft's pages in order: situation, one for each form page, materials, check."""
        pk = self.case.pk
        return [
            *([("situation", reverse("draft_situation", args=[pk]))] if self.questions else []),
            *(("form", reverse("draft_step", args=[pk, step.key])) for step in self.steps),
            ("materials", reverse("draft_materials", args=[pk])),
            ("check", reverse("draft_check", args=[pk])),
        ]

    @property
    def is_situated(self) -> bool:
        """Whether every guiding question is answered; before that the form is not known."""
        return situation_complete(self.questions, self.case.situation)

    @property
    def has_choice(self) -> bool:
        """Whether its form has pages enough to choose between one by one and all on one."""
        return len(self.steps) > 1


def prefers_whole(request: HttpRequest) -> bool:
    """Whether this account fills forms in on one page; it was read with the sign-in, so this costs no query."""
    return getattr(request.user, "form_view", "") == Account.FormView.WHOLE


def anchor_of(step_key: str) -> str:
    """The id of a page's part where all pages stand on one."""
    return f"page-{step_key}"


def get_draft(actor: Actor, case_id: UUID, *, is_shown: bool = True) -> Draft:
    """Return a draft of the party this actor acts for; raises :class:`CaseNotFound` or :class:`NotDraft`.

    One that somebody else began is handed over first: what was filled in for that person is not shown. Not
    ``is_shown``: a form was sent, which mostly leads on, so what the page shows is not read for it.
    """
    read = get_case if is_shown else get_case_to_change
    case = read(actor, case_id)
    if case.state != State.DRAFT:
        raise NotDraft(case)
    require_alone(case)
    if case.agent_id != actor.person_id:
        refresh_draft(actor, case_id=case_id)
        case = read(actor, case_id)
    return draft_of(case)


def require_alone(case: Case) -> None:
    """Raise :class:`InJoint` for a draft that goes its way with others."""
    part = getattr(case, "joint_item", None)
    if case.state == State.DRAFT and part is not None and part.state in {part.State.DRAFT, part.State.WAITING}:
        raise InJoint(part.joint_id)


def whole_address(case_id: UUID, step_key: str) -> str:
    """Where a page of the form stands when all of them are on one."""
    return f"{reverse('draft_whole', args=[case_id])}#{anchor_of(step_key)}"


def draft_of(case: Case) -> Draft:
    """Describe the way through a case that is a draft."""
    version = case.item_version
    return Draft(case, situations_of(version), visible_steps(version, case.situation))


def page_after(draft: Draft, address: str) -> str:
    """The address of the page after this one."""
    return _beside(draft, address, 1)


def page_before(draft: Draft, address: str) -> str:
    """The address of the page before this one; the item's guide before the first."""
    return _beside(draft, address, -1)


def _beside(draft: Draft, address: str, offset: int) -> str:
    addresses = [page for _kind, page in draft.pages]
    place = addresses.index(address) + offset if address in addresses else 0
    if place < 0:
        return reverse("item_guide", args=[draft.case.item_id])
    return addresses[min(place, len(addresses) - 1)]


def first_open_page(draft: Draft) -> str:
    """Where to go on: the first page with something open, else the materials.

    A draft nobody has touched begins at its first page, complete or not: prefilled values want a look.
    """
    pages = draft.pages
    if not draft.is_situated or draft.case.version == 1:
        return pages[0][1]
    raw = {key: answer["value"] for key, answer in draft.case.answers.items()}
    for step in draft.steps:
        _values, problems = clean_answers([step], raw)
        if problems:
            return reverse("draft_step", args=[draft.case.pk, step.key])
    return reverse("draft_materials", args=[draft.case.pk])


def progress_steps(draft: Draft, current: str) -> list[dict[str, str]]:
    """Entries for ``{% steps %}``; ``current`` is situation, form, materials, check or receipt."""
    labels = {
        "situation": _("情形"),
        "form": _("填表"),
        "materials": _("材料"),
        "check": _("核对"),
        "receipt": _("提交"),
    }
    kinds = {kind for kind, _address in draft.pages} | {"receipt"}
    keys = [key for key in labels if key in kinds]
    here = keys.index(current)
    states = ["done" if place < here else "current" if place == here else "todo" for place in range(len(keys))]
    return [{"label": labels[key], "state": state} for key, state in zip(keys, states, strict=True)]


def source_line(answer: dict[str, Any] | None) -> tuple[str, str]:
    """(line, kind) that says where an answer came from; kind as ``{% field %}`` takes it. Empty when just typed."""
    if not answer or answer.get("value") in ("", [], None):
        return "", "held"
    if answer["source"] == "certificate":
        return _("来自%(label)s") % {"label": answer["label"]}, "held"
    if answer["source"] == "identity":
        return _("来自身份信息，已核对"), "held"
    if answer["source"] == "earlier":
        return answer["label"], "yours"
    return (_("您改过这一项"), "yours") if answer.get("changed") else ("", "yours")
