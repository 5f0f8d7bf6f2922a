"""Who may know of which cases: the one place that says so, for lists and for the row an act locks."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Assistance, Branch, Case, JointItem
from cases.states import State
from common.written import Given, written
from identity.actor import Actor, ActorKind
from identity.models import Organisation
from identity.permissions import Permission
from identity.scope import Scope
from services.queries import only_described


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Cases this actor may know of.

    Citizen: cases whose applicant is the party they act for; under a mandate for some items or one case, these only;
    through a clerk at the counter what they consented to: one case, or those of one joint case.
    A draft that somebody else began is handed over before it is shown (:mod:`cases.actions.handover`).
    Staff: submitted cases of departments where the post may take in, decide or supervise, and cases with a
    review branch that has opened in a department where it may review or supervise. System: all. Everybody else: none.
    """
    way, values = _sight_of(actor)
    return _SIGHTS[way](*values)


def _sight_of(actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """In which way an actor sees cases, and with what."""
    if actor.kind == ActorKind.SYSTEM:
        return "all", ()
    if actor.assistance_id is not None:
        return "assisted", (actor.principal_id, actor.assistance_id)
    if actor.is_citizen:
        return _own_sight(actor.principal_id, actor.scope)
    if not actor.is_staff:
        return "none", ()
    own = (
        actor.departments(Permission.COUNTER)
        | actor.departments(Permission.DECIDE)
        | actor.departments(Permission.SUPERVISE)
    )
    return "staff", (list(own), list(actor.departments(Permission.REVIEW) | actor.departments(Permission.SUPERVISE)))


def _own_sight(party_id: UUID | None, scope: Scope | None) -> tuple[str, tuple[Any, ...]]:
    if scope is None or not scope.is_limited:
        return "own", (party_id,)
    if scope.case_number:
        return "own_one", (party_id, scope.case_number)
    return "own_items", (party_id, list(scope.item_codes))


def within(party_id: UUID, scope: Scope) -> QuerySet[Case]:
    """Cases of a party that a mandate of this scope reaches."""
    way, values = _own_sight(party_id, scope)
    return _SIGHTS[way](*values)


def _seen_by_staff(own: Any, reviewing: Any) -> QuerySet[Case]:
    branches = Branch.objects.filter(_one_of("department", reviewing), case=OuterRef("pk"))
    opened = Exists(branches.exclude(state=Branch.State.WAITING))
    return Case.objects.filter(_one_of("department", own) | opened).exclude(state=State.DRAFT)


def _one_of(column: str, values: Any) -> Q:
    """Of a :class:`Given` list one statement is written for all; where the values are there, a half that is empty goes
    out of the statement, and an index answers the other.
    """
    return Q((f"{column}__{'among' if isinstance(values, Given) else 'in'}", values))


def _consented(party: Any, consent: Any) -> QuerySet[Case]:
    """The case of a session at a window, or the cases of its joint case."""
    own = Assistance.objects.filter(pk=consent).values("case")
    parts = JointItem.objects.filter(joint__assistances__pk=consent).values("case")
    return Case.objects.filter(Q(pk__in=own) | Q(pk__in=parts), applicant_id=party)


_SIGHTS: dict[str, Callable[..., QuerySet[Case]]] = {
    "all": Case.objects.all,
    "none": Case.objects.none,
    "assisted": _consented,
    "own": lambda party: Case.objects.filter(applicant_id=party),
    "own_one": lambda party, number: Case.objects.filter(applicant_id=party, number=number),
    "own_items": lambda party, codes: Case.objects.filter(
        _one_of("item__task_code", codes) | _one_of("item__local_code", codes), applicant_id=party
    ),
    "staff": _seen_by_staff,
}


def lock_visible(actor: Actor, case_id: UUID, *, parts: Sequence[str]) -> Case | None:
    """Lock a case this actor may know of, with its applicant, its place in a joint case, and ``parts``."""
    way, values = _sight_of(actor)
    return None if way == "none" else _to_lock.one(case_id, *values, way=way, parts=tuple(parts))


@written
def _to_lock(case_id: Given, *values: Given, way: str, parts: Sequence[str]) -> QuerySet[Case]:
    seen = _SIGHTS[way](*values).select_related("applicant", "joint_item", *parts).filter(pk=case_id)
    described = only_described("item_version") if "item_version" in parts else []
    return seen.order_by().defer(*described).select_for_update(of=("self",), no_key=True)


def of_ended_organisations(actor: Actor) -> QuerySet[Case]:
    """Cases and drafts that a person acting for themselves may still read: of organisations which they represented
    to the last and which the register says have ended. Nobody writes on them any more.
    """
    if not actor.is_citizen or actor.is_assisted or actor.principal_id != actor.person_id:
        return Case.objects.none()
    own = Case.objects.filter(applicant__organisation__legal_representative_id=actor.person_id)
    return own.exclude(applicant__organisation__state=Organisation.State.ACTIVE)


def find_to_change(actor: Actor, case_id: UUID) -> Case | None:
    """A citizen's case as far as a form needs it that was sent."""
    way, values = _sight_of(actor)
    return None if way == "none" else _to_change.one(case_id, *values, way=way)


@written
def _to_change(case_id: Given, *values: Given, way: str) -> QuerySet[Case]:
    return _SIGHTS[way](*values).select_related("item_version", "joint_item").filter(pk=case_id).order_by()
