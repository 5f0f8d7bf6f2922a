"""Views that staff keep under a name: their own, and those of a whole post."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cases import events as codes
from cases.lists import errors
from cases.lists.filters import WorklistFilter
from cases.lists.models import SavedView
from cases.lists.saved import may_share, views_for
from common import events
from identity.actor import Actor
from identity.staff.current import hold

MOST_VIEWS = 20
LONGEST_NAME = 30


@transaction.atomic
def save_view(actor: Actor, *, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a filter under a name, for oneself or for everybody in this post; what is no filter is left out of it.

    Raises :class:`ViewNameMissing`, :class:`ViewNameTaken`, :class:`TooManyViews` or :class:`MayNotShare`.
    """
    hold(actor)
    if is_shared and not may_share(actor):
        raise errors.MayNotShare
    post_id = actor.post_id if is_shared else None
    kept = SavedView.objects.filter(post=post_id) if is_shared else _own(actor)
    if kept.count() >= MOST_VIEWS:
        raise errors.TooManyViews(most=MOST_VIEWS)
    view = SavedView(account_id=actor.known_account_id, post_id=post_id, query=WorklistFilter.of_query(query).query)
    return _named(actor, view, name)


@transaction.atomic
def rename_view(actor: Actor, *, view_id: UUID, name: str) -> SavedView:
    """Give a view another name. Raises :class:`ViewNotFound`, :class:`ViewNameMissing`, :class:`ViewNameTaken`."""
    hold(actor)
    return _named(actor, _lock(actor, view_id), name)


@transaction.atomic
def remove_view(actor: Actor, *, view_id: UUID) -> None:
    """Remove a view. Raises :class:`ViewNotFound`."""
    hold(actor)
    view = _lock(actor, view_id)
    if view.post_id:
        events.record(codes.VIEW_SHARED, actor=actor, subject_id=view.pk, post=str(view.post_id), change="removed")
    view.delete()


@transaction.atomic
def set_default_view(actor: Actor, *, view_id: UUID | None) -> None:
    """Open the list with one of one's own views from now on, or with none. Raises :class:`ViewNotFound`."""
    hold(actor)
    mine = _own(actor).select_for_update()
    list(mine.values_list("pk"))  # two tabs at once: one after the other
    if view_id is not None and not mine.filter(pk=view_id).exists():
        raise errors.ViewNotFound
    _own(actor).filter(is_default=True).update(is_default=False)
    if view_id is not None:
        _own(actor).filter(pk=view_id).update(is_default=True)


def _own(actor: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(account_id=actor.known_account_id, post__isnull=True)


def _lock(actor: Actor, view_id: UUID) -> SavedView:
    view = views_for(actor).select_for_update().filter(pk=view_id).first()
    if view is None or (view.post_id and not may_share(actor)):
        raise errors.ViewNotFound
    return view


def _named(actor: Actor, view: SavedView, name: str) -> SavedView:
    view.name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(view.name) <= LONGEST_NAME:
        raise errors.ViewNameMissing(fields={"name": errors.ViewNameMissing.message})
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise errors.ViewNameTaken(fields={"name": errors.ViewNameTaken.message}) from error
    if view.post_id:
        events.record(codes.VIEW_SHARED, actor=actor, subject_id=view.pk, post=str(view.post_id), change="saved")
    return view
