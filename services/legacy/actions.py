"""Writes of apps, functions and where they lead. Needs :attr:`Permission.MANAGE_ITEMS` in the app's department."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.ids import uuid7
from identity.actor import Actor
from identity.staff.current import hold
from services import events as codes
from services.editing.steps import require_manager
from services.errors import ItemNotFound
from services.legacy.errors import (
    AppExists,
    AppNotFound,
    FunctionExists,
    FunctionNotFound,
    LegacyInvalid,
    LegacyMoved,
    LinkTaken,
)
from services.legacy.queries import visible_to
from services.legacy.rules import AppFacts, FunctionFacts, changed_fields, plain_link, plain_text, problems_of
from services.models import LegacyApp, LegacyFunction, LegacyLink, LegacyMapping
from services.queries import published_items

_Mapping = LegacyFunction.Mapping
_SHORTEST = 5  # characters of a reason
_MOST_LINKS = 50
_MOST_ITEMS = 20


@transaction.atomic
def add_app(actor: Actor, *, facts: AppFacts) -> LegacyApp:
    """Register an app. Raises :class:`LegacyInvalid`, :class:`AppExists`, ``Forbidden``."""
    hold(actor)
    require_manager(actor, facts.department_id)
    _check(facts)
    app = LegacyApp(**_values(facts))
    _insert(app, AppExists(name=app.name))
    events.record(codes.LEGACY_APP_SAVED, actor=actor, subject_id=app.pk, fields=[], is_new=True)
    return app


@transaction.atomic
def change_app(actor: Actor, *, app_id: UUID, facts: AppFacts, expected_revision: int) -> LegacyApp:
    """Change what is registered; the same again does nothing.

    Raises :class:`LegacyMoved` when somebody else saved meanwhile, :class:`LegacyInvalid`, :class:`AppExists`,
    ``Forbidden``. An app moves to another department only with the permission in both.
    """
    app = lock_app(actor, app_id=app_id)
    require_manager(actor, facts.department_id)
    _check(facts)
    changes = changed_fields(app, facts)
    if not changes:
        return app
    _require_revision(app, expected_revision)
    for name, value in changes.items():
        setattr(app, name, value)
    app.revision += 1
    _update(app, AppExists(name=app.name))
    events.record(codes.LEGACY_APP_SAVED, actor=actor, subject_id=app.pk, fields=sorted(changes), is_new=False)
    return app


@transaction.atomic
def add_function(actor: Actor, *, app_id: UUID, facts: FunctionFacts, slug: str = "") -> LegacyFunction:
    """Register a function of an app; ``slug`` is its address here, made up when left out.

    Raises :class:`LegacyInvalid`, :class:`FunctionExists`, :class:`AppNotFound`, ``Forbidden``.
    """
    app = lock_app(actor, app_id=app_id)
    _check(facts)
    key = uuid7()
    function = LegacyFunction(id=key, app=app, slug=slug or key.hex[-12:], **_values(facts))
    _insert(function, FunctionExists(name=function.name))
    events.record(codes.LEGACY_FUNCTION_SAVED, actor=actor, subject_id=function.pk, fields=[], is_new=True)
    return function


@transaction.atomic
def change_function(actor: Actor, *, function_id: UUID, facts: FunctionFacts, expected_revision: int) -> LegacyFunction:
    """Change what is registered; raises as :func:`change_app` does, and :class:`FunctionExists`."""
    function = _lock_function(actor, function_id)
    _check(facts)
    changes = changed_fields(function, facts)
    if not changes:
        return function
    _require_revision(function, expected_revision)
    for name, value in changes.items():
        setattr(function, name, value)
    function.revision += 1
    _update(function, FunctionExists(name=function.name))
    fields = sorted(changes)
    events.record(codes.LEGACY_FUNCTION_SAVED, actor=actor, subject_id=function.pk, fields=fields, is_new=False)
    return function


@transaction.atomic
def confirm_item(actor: Actor, *, function_id: UUID, item_id: UUID, expected_revision: int) -> LegacyFunction:
    """Say that an item does what the function did; a function may have several items. The same again does nothing.

    Raises :class:`ItemNotFound` for an item nobody can open, :class:`LegacyMoved`, :class:`LegacyInvalid`.
    """
    function = _lock_function(actor, function_id)
    item = published_items().filter(pk=item_id).first()
    if item is None:
        raise ItemNotFound
    if function.mappings.filter(item=item).exists():
        return function
    _require_revision(function, expected_revision)
    if function.mappings.count() >= _MOST_ITEMS:
        raise LegacyInvalid(fields={"item": _("一个功能最多对应 %(most)s 个事项。") % {"most": _MOST_ITEMS}})
    LegacyMapping.objects.create(function=function, item=item, confirmed_by_id=actor.account_id)
    _settle(actor, function, _Mapping.MAPPED, "confirm", item=str(item.pk))
    return function


@transaction.atomic
def drop_item(actor: Actor, *, function_id: UUID, item_id: UUID, expected_revision: int) -> LegacyFunction:
    """Take a confirmed item off a function. Raises :class:`LegacyMoved`, :class:`ItemNotFound`."""
    function = _lock_function(actor, function_id)
    _require_revision(function, expected_revision)
    mapping = function.mappings.filter(item_id=item_id).first()
    if mapping is None:
        raise ItemNotFound
    mapping.delete()
    left = _Mapping.MAPPED if function.mappings.exists() else _Mapping.OPEN
    _settle(actor, function, left, "drop", item=str(item_id))
    return function


@transaction.atomic
def set_unmappable(actor: Actor, *, function_id: UUID, reason: str, expected_revision: int) -> LegacyFunction:
    """Say why no item does what the function did. Raises :class:`LegacyInvalid`, :class:`LegacyMoved`."""
    function = _lock_function(actor, function_id)
    _require_revision(function, expected_revision)
    text = plain_text(reason)[:500]
    if len(text) < _SHORTEST:
        problem = _("请写明为什么没有事项能办这件事，至少 %(least)s 个字。") % {"least": _SHORTEST}
        raise LegacyInvalid(fields={"reason": problem})
    if function.mappings.exists():
        raise LegacyInvalid(fields={"reason": _("已经对应了事项，请先去掉再写。")})
    _settle(actor, function, _Mapping.UNMAPPABLE, "unmappable", reason=text)
    return function


@transaction.atomic
def reopen_function(actor: Actor, *, function_id: UUID, expected_revision: int) -> LegacyFunction:
    """Take back that no item fits. Raises :class:`LegacyMoved`; does nothing for a function that is open."""
    function = _lock_function(actor, function_id)
    _require_revision(function, expected_revision)
    if function.mapping == _Mapping.UNMAPPABLE:
        _settle(actor, function, _Mapping.OPEN, "reopen")
    return function


@transaction.atomic
def add_link(actor: Actor, *, function_id: UUID, address: str) -> LegacyLink:
    """Let an old address lead to a function's items. Raises :class:`LegacyInvalid`, :class:`LinkTaken`."""
    function = _lock_function(actor, function_id)
    path = plain_link(address)
    if not path:
        raise LegacyInvalid(fields={"address": _("请填旧网址，不带开头也可以，最长 300 个字。")})
    if function.links.count() >= _MOST_LINKS:
        raise LegacyInvalid(fields={"address": _("一个功能最多登记 %(most)s 个旧网址。") % {"most": _MOST_LINKS}})
    LegacyLink.objects.bulk_create([new := LegacyLink(function=function, path=path)], ignore_conflicts=True)
    stored = LegacyLink.objects.select_related("function").get(path=path)
    if stored.function_id != function.pk:
        raise LinkTaken(name=stored.function.name)
    if stored.pk == new.pk:
        events.record(codes.LEGACY_LINK_CHANGED, actor=actor, subject_id=function.pk, action="add", path=path)
    return stored


@transaction.atomic
def remove_link(actor: Actor, *, function_id: UUID, address: str) -> None:
    """Forget an old address; one that is gone already is no error."""
    function = _lock_function(actor, function_id)
    if function.links.filter(path=address).delete()[0]:
        events.record(codes.LEGACY_LINK_CHANGED, actor=actor, subject_id=function.pk, action="remove", path=address)


def lock_app(actor: Actor, *, app_id: UUID) -> LegacyApp:
    """Hold the post, then lock an app (ADR 0018), in the caller's transaction; :class:`AppNotFound`, ``Forbidden``."""
    hold(actor)
    app = LegacyApp.objects.select_for_update().filter(pk=app_id).first()
    if app is None or not visible_to(actor).filter(pk=app.pk).exists():
        raise AppNotFound
    require_manager(actor, app.department_id)
    return app


def _lock_function(actor: Actor, function_id: UUID) -> LegacyFunction:
    app_id = LegacyFunction.objects.filter(pk=function_id).values_list("app_id", flat=True).first()
    if app_id is None:
        raise FunctionNotFound
    app = lock_app(actor, app_id=app_id)
    function = LegacyFunction.objects.select_for_update().get(pk=function_id)
    function.app = app
    return function


def _values(facts: AppFacts | FunctionFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}


def _check(facts: AppFacts | FunctionFacts) -> None:
    problems = problems_of(facts, timezone.localdate())
    if problems:
        raise LegacyInvalid(fields=problems)


def _insert(record: LegacyApp | LegacyFunction, taken: AppExists | FunctionExists) -> None:
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        raise taken from error


def _update(record: LegacyApp | LegacyFunction, taken: AppExists | FunctionExists) -> None:
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        raise taken from error


def _require_revision(record: LegacyApp | LegacyFunction, expected: int) -> None:
    if record.revision != expected:
        raise LegacyMoved(name=record.name)


def _settle(
    actor: Actor, function: LegacyFunction, mapping: str, action: str, *, item: str = "", reason: str = ""
) -> None:
    function.mapping, function.reason = mapping, reason
    function.settled_by_id, function.settled_at = actor.account_id, timezone.now()
    function.revision += 1
    function.save()
    events.record(
        codes.LEGACY_FUNCTION_SETTLED, actor=actor, subject_id=function.pk, action=action, item=item, reason=reason
    )
