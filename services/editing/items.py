"""New items: an implementing body picks from the directory; the codes are made here and never used twice."""

import dataclasses
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.models import Department
from identity.staff.current import hold
from services import codes as code_sets
from services import events as codes
from services.descriptions import VersionContent, describe
from services.editing import steps
from services.editing.errors import EntryNotFound, EntryNotUsable, ItemExists, LocalCodeTaken
from services.editing.versions import begin, lock_item
from services.errors import DescriptionInvalid
from services.models import DirectoryEntry, ItemVersion, ServiceItem
from services.states import Standing


@transaction.atomic
def add_item(
    actor: Actor,
    *,
    catalog_code: str,
    department: Department,
    content: VersionContent | None = None,
    use_level: str = "",
    local_code: str = "",
    popularity: int = 0,
    request_key: str = "",
) -> ItemVersion:
    """新增: take an entry of the directory into a body's implementation list; returns the first draft.

    The same ``request_key`` again returns the same draft.
    ``use_level`` is that of the body's region when left out. Raises :class:`EntryNotFound`,
    :class:`EntryNotUsable`, :class:`ItemExists` or ``Forbidden``.
    """
    hold(actor)
    steps.require_manager(actor, department.pk)
    once = claim(actor_id=actor.account_id, action="add_item", request_key=request_key)
    if once.earlier_id:
        return ItemVersion.objects.select_related("item").get(pk=once.earlier_id)
    entry = DirectoryEntry.objects.select_related("current").filter(catalog_code=catalog_code).first()
    if entry is None:
        raise EntryNotFound
    code = code_for(actor, entry=entry, department=department, use_level=use_level)
    if len(local_code.strip()) > 100 or ServiceItem.objects.filter(~Q(local_code=""), local_code=local_code).exists():
        raise LocalCodeTaken(fields={"local_code": LocalCodeTaken.message})
    level = code[18]
    item = _create(
        ServiceItem(
            entry=entry,
            task_code=code,
            local_code=local_code,
            department=department,
            department_name=department.name,
            region=department.region,
            item_type=entry.item_type,
            name=entry.name,
            popularity=popularity,
        )
    )
    events.record(codes.ITEM_CREATED, actor=actor, subject_id=item.pk, version=1)
    draft = begin(actor, item=item, content=content or VersionContent(name=entry.name, use_level=level))
    once.settle(draft.pk)
    return draft


def code_for(actor: Actor, *, entry: DirectoryEntry, department: Department, use_level: str = "") -> str:
    """The 31-character code that an item of this body would get; raises what :func:`add_item` raises."""
    steps.require_manager(actor, department.pk)
    _require_usable(entry)
    level = use_level or str(department.region.level + 1)  # 行使层级 counts from the state
    if level not in (entry.current.use_levels if entry.current else ()):
        raise EntryNotUsable(why=_("基本目录没有规定这一层级行使"))
    try:
        code = code_sets.task_code(uscc=department.uscc, level=level, catalog=entry.catalog_code)
    except ValueError as error:
        raise EntryNotUsable(why=_("部门的统一社会信用代码不对，编不出实施编码")) from error
    if ServiceItem.objects.filter(task_code=code).exists():
        raise ItemExists(item_code=code)
    return code


def next_handle_code(parent: ServiceItem) -> str:
    """The 33-character code that the next 业务办理项 of an item would get; empty when it can have none."""
    taken = parent.handling_items.exclude(handle_code=None).values_list("handle_code", flat=True)
    try:
        number = code_sets.next_handle_number(code for code in taken if code)
    except ValueError:
        return ""
    return code_sets.handle_code(task=parent.task_code, number=number) if parent.task_code else ""


def _require_usable(entry: DirectoryEntry) -> None:
    """主项 with 子项 are not implemented themselves (standards table 2.8, check 12)."""
    if entry.current is None:
        raise EntryNotUsable(why=_("还没有发布它的基本要素"))
    if entry.state != Standing.ACTIVE:
        raise EntryNotUsable(why=_("已经暂停或者取消"))
    if code_sets.has_subs(entry.catalog_code) or entry.parts.exists():
        raise EntryNotUsable(why=_("它有子项，请实施它的子项"))


def _create(item: ServiceItem) -> ServiceItem:
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError as error:
        raise ItemExists(item_code=item.code) from error
    return item


@transaction.atomic
def add_handling_item(actor: Actor, *, item_id: UUID, name: str, request_key: str = "") -> ItemVersion:
    """Split off a 业务办理项 with its 33-character code and a draft that starts from its parent's content.

    The same ``request_key`` again returns the same draft.
    """
    once = claim(actor_id=actor.account_id, action="add_handling_item", request_key=request_key)
    if once.earlier_id:
        return ItemVersion.objects.select_related("item").get(pk=once.earlier_id)
    parent = lock_item(actor, item_id)
    if not parent.task_code or parent.current is None or parent.standing == Standing.CANCELLED:
        raise EntryNotUsable(why=_("只有已经发布、有实施编码的事项可以分业务办理项"))
    if not name.strip() or len(name.strip()) > 200:
        raise DescriptionInvalid(name=name[:50], problem=_("业务办理项的名称应为 1 到 200 个字"))
    taken = parent.handling_items.exclude(handle_code=None).values_list("handle_code", flat=True)
    try:
        number = code_sets.next_handle_number(code for code in taken if code)
    except ValueError as error:
        raise EntryNotUsable(why=_("业务办理项已经有 99 个")) from error
    item = _create(
        ServiceItem(
            entry=parent.entry,
            parent=parent,
            handle_code=code_sets.handle_code(task=parent.task_code, number=number),
            department=parent.department,
            department_name=parent.department_name,
            region=parent.region,
            item_type=parent.item_type,
            name=name.strip(),
        )
    )
    events.record(codes.ITEM_CREATED, actor=actor, subject_id=item.pk, version=1)
    content = describe(parent.current)
    draft = begin(actor, item=item, content=dataclasses.replace(content, name=name.strip()))
    once.settle(draft.pk)
    return draft
