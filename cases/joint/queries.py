"""Reads of joint cases, each starting from :func:`visible_to`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from cases import events as codes
from cases import visibility
from cases.errors import MaterialNotFound
from cases.fees.glances import GLANCES
from cases.joint import errors, rules
from cases.models import Case, CaseEvent, CaseMaterial, JointCase, JointItem, Notice
from cases.states import FINAL_STATES, Outcome, State
from common import events
from identity.actor import Actor, ActorKind

_State = JointItem.State


def visible_to(actor: Actor) -> QuerySet[JointCase]:
    """Joint cases this actor may know of: those of the party a citizen acts for with a whole mandate; through a clerk
    at the counter the one they consented to; all to the system. Staff see them through the cases of their departments
    (:func:`siblings`).
    """
    if actor.kind == ActorKind.SYSTEM:
        return JointCase.objects.all()
    if not actor.is_citizen or (actor.scope is not None and actor.scope.is_limited):
        return JointCase.objects.none()
    own = JointCase.objects.filter(applicant_id=actor.principal_id)
    return own.filter(assistances__pk=actor.assistance_id) if actor.assistance_id else own


def get(actor: Actor, joint_id: UUID) -> JointCase:
    """One joint case with its bundle; raises :class:`JointNotFound`."""
    rows = visible_to(actor).select_related(
        "bundle_version__bundle__department", "region", "applicant__person", "applicant__organisation", "agent"
    )
    joint = rows.filter(pk=joint_id).first()
    if joint is None:
        raise errors.JointNotFound
    return joint


def lanes(joint: JointCase) -> list[JointItem]:
    """The items of a joint case, each with its case, its history and its documents (four queries)."""
    running = (
        Case.objects.select_related("item_version", "department__region", "certificate__type", "extension", "applicant")
        .prefetch_related(
            Prefetch("events", CaseEvent.objects.order_by("id")), Prefetch("notices", Notice.objects.order_by("id"))
        )
        .annotate(fee_glances=GLANCES)
    )
    rows = joint.items.select_related("item_version", "department__region")
    return list(rows.prefetch_related(Prefetch("case", running)))


def case_of_material(actor: Actor, joint_id: UUID, material_id: UUID) -> UUID:
    """The case that a material row of a joint case belongs to.

    Raises :class:`JointNotFound` or :class:`MaterialNotFound`.
    """
    joint = get(actor, joint_id)
    rows = CaseMaterial.objects.filter(pk=material_id, case__joint_item__joint=joint)
    found = rows.values_list("case_id", flat=True).first()
    if found is None:
        raise MaterialNotFound
    return found


def own(actor: Actor, *, state: str = "") -> list[JointCase]:
    """A citizen's joint cases, newest first, with their items' states; ``state`` as in :func:`cases.queries.own_cases`.

    Two queries; the newest fifty.
    """
    rows = (
        visible_to(actor).select_related("bundle_version__bundle", "region")
        if actor.is_citizen
        else JointCase.objects.none()
    )
    if state == "drafts":
        rows = rows.filter(submitted_at__isnull=True)
    elif state:
        rows = rows.filter(submitted_at__isnull=False)
    items = JointItem.objects.select_related("case", "item_version")
    found = list(rows.prefetch_related(Prefetch("items", items))[:50])
    if state in {"open", "closed"}:
        found = [one for one in found if is_over(list(one.items.all())) == (state == "closed")]
    if state == "correcting":
        found = [one for one in found if any(_corrects(item) for item in one.items.all())]
    return found


def _corrects(item: JointItem) -> bool:
    return item.state == _State.OPEN or (item.case is not None and item.case.state == State.CORRECTING)


def is_over(items: Sequence[JointItem]) -> bool:
    """Whether every item has come to its end (cases loaded)."""
    return all(
        item.state in {_State.DROPPED, _State.OFFLINE}
        or (item.state == _State.BEGUN and item.case is not None and item.case.state in FINAL_STATES)
        for item in items
    )


def fates(items: Sequence[JointItem]) -> dict[str, rules.Fate]:
    """What those that wait look at, by item key (cases loaded). What is done at the counter is waited for by nobody."""
    founders = {item.founder for item in items if item.founder}
    return {
        item.key: rules.fate_of(
            item.state,
            item.case.state if item.case else "",
            item.case.outcome if item.case else "",
            founds=item.key in founders,
        )
        for item in items
        if item.state != _State.OFFLINE
    }


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another item of the same joint case, as an officer sees it: who has it and how it stands, nothing of its content.

    ``case_id`` is there for whom the case is theirs too.
    """

    name: str
    department: str
    part_state: str
    case_state: str
    outcome: str
    is_self: bool
    waits: tuple[str, ...]
    case_id: UUID | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether its turn has not come."""
        return self.part_state == _State.WAITING

    @property
    def label(self) -> str:
        """How it stands, in a word or two: the decision, else the case's state, else the part's."""
        if self.outcome:
            return str(Outcome(self.outcome).label)
        if self.case_state and self.part_state == _State.BEGUN:
            return str(State(self.case_state).label)
        return str(_State(self.part_state).label)

    @property
    def tone(self) -> str:
        """The colour of its mark."""
        is_bad = self.outcome == Outcome.REFUSED or self.part_state == _State.DROPPED
        return "red" if is_bad else "jade" if self.outcome else "plain"


@dataclass(frozen=True, slots=True)
class Siblings:
    """The joint case of a case for an officer."""

    number: str
    bundle: str
    items: tuple[Sibling, ...]


def find_by_number(number: str) -> JointCase | None:
    """A submitted joint case with its items by number, for the public progress page (two queries); no personal data."""
    rows = JointCase.objects.select_related("bundle_version")
    items = JointItem.objects.select_related("item_version", "department", "case")
    return rows.prefetch_related(Prefetch("items", items)).filter(number=number.strip()).first()


def siblings(actor: Actor, case: Case) -> Siblings | None:
    """The joint case a case belongs to, for staff who may see the case (three queries); None for a case of its own."""
    part = getattr(case, "joint_item", None)
    if part is None or not actor.is_staff:
        return None
    joint = JointCase.objects.select_related("bundle_version").get(pk=part.joint_id)
    rows = list(joint.items.select_related("item_version", "department", "case"))
    ids = [row.case_id for row in rows if row.case_id]
    mine = set(visibility.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    names = {row.key: row.item_version.name for row in rows}
    return Siblings(
        joint.number or "",
        joint.bundle_version.name,
        tuple(
            Sibling(
                row.item_version.name,
                row.department.name,
                row.state,
                row.case.state if row.case else "",
                row.case.outcome if row.case else "",
                row.pk == part.pk,
                tuple(names[key] for key in row.after if key in names),
                row.case_id if row.case_id in mine else None,
            )
            for row in rows
        ),
    )


def without_receipt(*, limit: int = 200) -> list[UUID]:
    """Submitted joint cases whose receipt is not printed yet, oldest first."""
    waiting = JointCase.objects.filter(submitted_at__isnull=False, receipt_file="").order_by("submitted_at")
    return list(waiting.values_list("pk", flat=True)[:limit])


def to_release(*, limit: int = 200) -> list[UUID]:
    """Joint cases with an item that waits though another one has come to an end: their job may be lost.

    In no order: what cannot go on yet is listed again each time, and must not keep others out for good.
    """
    ended = Q(case__state__in=[State.DECIDED, *FINAL_STATES], state=_State.BEGUN) | Q(state=_State.DROPPED)
    decided = JointItem.objects.filter(ended).values("joint")
    waiting = JointItem.objects.filter(state=_State.WAITING, joint__in=decided)
    joints = JointCase.objects.filter(pk__in=waiting.order_by().values("joint"))
    return list(joints.order_by("?").values_list("pk", flat=True)[:limit])


def note_read(actor: Actor, joint: JointCase) -> None:
    """Record that the applicant opened the receipt."""
    events.record(
        codes.JOINT_RECEIPT_READ,
        actor=actor,
        subject_id=joint.pk,
        holder_id=joint.applicant_id,
        notice=joint.receipt_number,
    )
