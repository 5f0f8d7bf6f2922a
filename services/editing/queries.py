"""Reads for editors: what is being written, what waits for review, what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from certificates.models import CertificateType
from identity.actor import Actor
from identity.models import Department, Post
from identity.permissions import Permission
from identity.reviewing import steps as reviewing
from identity.reviewing.states import VersionAction, VersionState
from services.descriptions import VersionContent
from services.editing.elements import section_by_key
from services.editing.errors import OperationNotFound, WaiverNotFound
from services.errors import ItemNotFound, VersionNotFound
from services.lint.run import load_around
from services.models import AskWaiver, CatalogueStep, DataElement, ItemOperation, ItemVersion, ServiceItem
from services.states import OPEN_OPERATIONS, OperationAction, operation_actions, operations_on

_HISTORY = Prefetch("history", CatalogueStep.objects.select_related("account"))


def get_item(actor: Actor, item_id: UUID) -> ServiceItem:
    """Return any item to staff: new ones and cancelled ones too; raises :class:`ItemNotFound` for others."""
    if not actor.is_staff:
        raise ItemNotFound
    items = ServiceItem.objects.select_related("current", "department", "region", "entry__current", "parent")
    try:
        return items.get(pk=item_id)
    except (ServiceItem.DoesNotExist, ValidationError) as error:
        raise ItemNotFound from error


def may_manage(actor: Actor, item: ServiceItem) -> bool:
    """Whether the post manages this item."""
    if item.department_id is None:
        return bool(actor.departments(Permission.MANAGE_ITEMS))
    return actor.may(Permission.MANAGE_ITEMS, item.department_id)


def versions_of(item: ServiceItem) -> QuerySet[ItemVersion]:
    """All versions, newest first, with who did what (two queries)."""
    people = ("author", "submitted_by", "reviewed_by", "published_by")
    return item.versions.select_related(*people).prefetch_related(_HISTORY).order_by("-version")


def operations_of(item: ServiceItem) -> QuerySet[ItemOperation]:
    """Operations on an item, newest first, with their history and successors (three queries)."""
    people = ("submitted_by", "reviewed_by")
    return item.operations.select_related(*people).prefetch_related(_HISTORY, "successors")


def waivers_of(item: ServiceItem) -> QuerySet[AskWaiver]:
    """Waivers of an item, newest first."""
    return item.waivers.select_related("submitted_by", "reviewed_by")


def get_version(actor: Actor, item: ServiceItem, number: int) -> ItemVersion:
    """Return one version of an item for its managers; drafts are nobody else's; :class:`VersionNotFound`."""
    version = item.versions.filter(version=number).first() if may_manage(actor, item) else None
    if version is None:
        raise VersionNotFound
    version.item = item
    return version


def get_operation(actor: Actor, operation_id: UUID) -> ItemOperation:
    """Return a proposed operation to managers of its item; raises :class:`OperationNotFound`."""
    operation = ItemOperation.objects.select_related("item").filter(pk=operation_id).first()
    if operation is None or not may_manage(actor, operation.item):
        raise OperationNotFound
    return operation


def get_waiver(actor: Actor, waiver_id: UUID) -> AskWaiver:
    """Return a waiver to managers of its item; raises :class:`WaiverNotFound`."""
    waiver = AskWaiver.objects.select_related("item").filter(pk=waiver_id).first()
    if waiver is None or not may_manage(actor, waiver.item):
        raise WaiverNotFound
    return waiver


def steps_for(actor: Actor, version: ItemVersion) -> list[VersionAction]:
    """The steps of the table that this actor may take: a review is for those who had no hand in it."""
    if not may_manage(actor, version.item):
        return []
    return [one for one in reviewing.steps_for(actor, version) if one != VersionAction.EDIT]


def operation_steps_for(actor: Actor, operation: ItemOperation) -> list[OperationAction]:
    """The steps on a proposed operation that this actor may take."""
    if not may_manage(actor, operation.item):
        return []
    actions = operation_actions(operation.state)
    if actor.account_id in {operation.author_id, operation.submitted_by_id}:
        return [action for action in actions if action == OperationAction.WITHDRAW]
    return actions


def operations_for(actor: Actor, item: ServiceItem) -> list[str]:
    """The operations that this actor may propose for the item now."""
    if not may_manage(actor, item) or item.operations.filter(state__in=OPEN_OPERATIONS).exists():
        return []
    return [str(one) for one in operations_on(item.standing)]


def possible_successors(
    actor: Actor, item: ServiceItem, text: str = "", *, keep: Sequence[str] = (), limit: int = 20
) -> list[ServiceItem]:
    """Items that the post manages and that could take the item's place: found by ``text``, else its nearest ones.

    Nearest are those of the same entry or department that are newest. ``keep``: codes that stay offered whatever the
    text, since they were chosen already.
    """
    rows = ServiceItem.objects.filter(department_id__in=actor.departments(Permission.MANAGE_ITEMS))
    rows = rows.exclude(pk=item.pk).exclude(state=ServiceItem.State.CANCELLED)
    codes = [code[:100].replace("\x00", "") for code in keep[:50]]
    kept = Q(task_code__in=codes) | Q(handle_code__in=codes) | (Q(local_code__in=codes) & ~Q(local_code=""))
    if term := text.strip().replace("\x00", ""):
        found = Q(name__icontains=term) | Q(task_code=term.upper()) | Q(handle_code=term.upper()) | Q(local_code=term)
    else:
        found = Q(department=item.department_id)
    chosen = list(rows.filter(kept)) if codes else []
    more = rows.filter(found).exclude(pk__in=[one.pk for one in chosen]).order_by("-created_at", "-id")[:limit]
    return [*chosen, *more]


def waiting_for_review(actor: Actor) -> QuerySet[ItemVersion]:
    """Versions of the post's departments that wait for a second person."""
    departments = actor.departments(Permission.MANAGE_ITEMS)
    rows = ItemVersion.objects.filter(state=VersionState.IN_REVIEW, item__department__in=departments)
    return rows.select_related("item").order_by("submitted_at", "pk")


def last_return(version: ItemVersion) -> CatalogueStep | None:
    """How the version was sent back last; None: it never was."""
    return version.history.filter(action=VersionAction.RETURN).order_by("-id").first()


def open_remarks(version: ItemVersion) -> list[str]:
    """The reviewer's comments nobody has dealt with, in words with what they are about (one query)."""
    lines = []
    for comment in version.comments.filter(answered_at=None).order_by("id"):
        section = section_by_key(comment.section)
        about = " · ".join(filter(None, [str(section.title) if section else "", comment.part]))
        lines.append(_("%(about)s：%(text)s") % {"about": about, "text": comment.text})
    return lines


def names_of(*contents: VersionContent) -> dict[UUID, str]:
    """The names of the certificate types, departments and posts that contents refer to, by id (three queries)."""
    kinds = {one.result_type_id for one in contents if one.result_type_id}
    kinds |= {key for one in contents for material in one.materials for key in material.satisfied_by}
    departments = {stage.department_id for one in contents for stage in one.route}
    posts = {stage.post_id for one in contents for stage in one.route}
    return {
        **dict(CertificateType.objects.filter(pk__in=kinds).values_list("pk", "name")),
        **dict(Department.objects.filter(pk__in=departments).values_list("pk", "name")),
        **dict(Post.objects.filter(pk__in=posts).values_list("pk", "name")),
    }


@dataclass(frozen=True, slots=True)
class Offers:
    """What an editor chooses from: (id, name) pairs, and the data elements with who provides them."""

    certificates: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    posts: list[tuple[str, str]]
    serving: Mapping[str, frozenset[str]]  # post: departments it belongs to or serves
    elements: Mapping[str, DataElement]
    providers: Mapping[str, str]  # of elements, in words


def offers(part: str) -> Offers:
    """Load what the editor of a part chooses from, and nothing else (at most three queries)."""
    certificates: list[tuple[str, str]] = []
    departments: list[tuple[str, str]] = []
    posts: list[tuple[str, str]] = []
    serving: dict[str, frozenset[str]] = {}
    elements: dict[str, DataElement] = {}
    providers: dict[str, str] = {}
    if part in ("materials", "result"):
        certificates = [
            (str(pk), name) for pk, name in CertificateType.objects.order_by("name").values_list("pk", "name")
        ]
    if part == "route":
        departments = [
            (str(pk), name) for pk, name in Department.objects.order_by("name").values_list("pk", "short_name")
        ]
        rows = Post.objects.filter(is_active=True).select_related("department").prefetch_related("serves")
        for post in rows.order_by("department__short_name", "name"):
            posts.append((str(post.pk), f"{post.department.short_name} · {post.name}"))
            serving[str(post.pk)] = frozenset(
                [str(post.department_id), *(str(department.pk) for department in post.serves.all())]
            )
    if part == "fields":
        around = load_around()
        elements = {element.code: element for element in DataElement.objects.order_by("name")}
        providers = {code: around.provider(code) for code in elements}
    return Offers(certificates, departments, posts, serving, elements, providers)
