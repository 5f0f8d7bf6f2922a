"""The catalogue for other systems: pages that go on after a row instead of counting, items by code, their versions."""

import base64
import binascii
import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from identity.queries import regions_around
from identity.reviewing.states import PUBLIC_VERSIONS
from services import search as index
from services.errors import ItemNotFound
from services.models import ItemVersion, SearchPlace, ServiceItem
from services.standing import as_of
from services.states import Standing

MAX_OFFSET = 10_000  # how far a search by words is paged
_SITEMAP_ROWS = 10_000
STATES = {"active": Standing.ACTIVE, "paused": Standing.PAUSED, "cancelled": Standing.CANCELLED, "all": None}


class CursorInvalid(Invalid):
    """The cursor was not made here."""

    code = "services.cursor_invalid"
    http_status = 400
    message = _("翻页标记不对。")
    what_to_do = _("请用上一页给出的 next 地址，不要自己拼。")


class FiltersClash(Invalid):
    """Filters that exclude each other."""

    code = "services.filters_clash"
    message = _("有搜索词时只列在用的事项，不能再按状态或更新时间筛选。")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed by; None means any. ``department`` is a name or a USCC.

    ``region`` is the code of where a thing is offered itself; ``serves`` that of where somebody lives: each thing is
    listed at the nearest level that offers it, as a search finds it.
    """

    q: str = ""
    department: str | None = None
    theme: str | None = None
    audience: str | None = None
    item_type: str | None = None
    region: str | None = None
    serves: str | None = None
    level: int | None = None
    depth: int | None = None  # at least this 网上办理深度
    state: str = "active"
    updated_since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the cursor of the next one (None: the last)."""

    items: list[ServiceItem]
    cursor: str | None


def list_items(wanted: Wanted, *, cursor: str = "", limit: int) -> Page:
    """Published items by filters, two queries whatever the page (with ``serves`` three); with words in ``q`` up to
    five, the fitting first.

    Without words the most used come first, with ``updated_since`` the longest unchanged. Raises
    :class:`CursorInvalid` or :class:`FiltersClash`.
    """
    if wanted.q.strip():
        return _found(wanted, cursor, limit)
    places = _narrowed(wanted)
    if wanted.updated_since is not None:
        order, after = ("item__updated_at", "item_id"), _after_moment(cursor)
    else:
        order, after = ("-popularity", "item_id"), _after_popularity(cursor)
    rows = list(places.filter(after).order_by(*order).values_list("item_id", order[0].lstrip("-"))[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    known = _loaded([pk for pk, _key in rows])
    following = _packed(rows[-1][1], rows[-1][0]) if more else None
    return Page([known[pk] for pk, _key in rows if pk in known], following)


def _loaded(keys: list[UUID]) -> dict[UUID, ServiceItem]:
    return ServiceItem.objects.select_related("current", "department", "region", "entry").in_bulk(keys)


def _narrowed(wanted: Wanted) -> QuerySet[SearchPlace]:
    state = STATES[wanted.state]
    places = SearchPlace.objects.filter(is_shown=True) if state == Standing.ACTIVE else SearchPlace.objects.all()
    if state not in (None, Standing.ACTIVE):
        places = places.filter(item__state=state)
    if wanted.serves:
        places = _nearest(places, wanted.serves)
    if wanted.department:
        named = Q(department_name=wanted.department)
        places = places.filter(
            named | Q(item__department__uscc=wanted.department) if len(wanted.department) == 18 else named
        )
    if wanted.updated_since is not None:
        places = places.filter(item__updated_at__gte=wanted.updated_since)
    plain: dict[str, Any] = {
        "themes__contains": [wanted.theme] if wanted.theme else None,
        "audience__contains": [wanted.audience] if wanted.audience else None,
        "item_type": wanted.item_type,
        "region__code": wanted.region,
        "level": wanted.level,
        "depth__gte": wanted.depth,
    }
    return places.filter(**{name: value for name, value in plain.items() if value is not None})


def _nearest(places: QuerySet[SearchPlace], code: str) -> QuerySet[SearchPlace]:
    """Of each topic only what the region itself, or the nearest above it, offers among ``places``."""
    around = regions_around(code)
    if around.region is None:
        return places.none()
    here = places.filter(region__in=[around.region, *around.above])
    return here.filter(~Exists(here.filter(topic=OuterRef("topic"), level__gt=OuterRef("level"))))


def _found(wanted: Wanted, cursor: str, limit: int) -> Page:
    if wanted.state != "active" or wanted.updated_since is not None:
        raise FiltersClash(fields={"q": FiltersClash.message})
    offset = _offset(cursor)
    filters = index.Filters(
        wanted.department,
        wanted.theme,
        wanted.audience,
        wanted.item_type,
        level=wanted.level,
        region=wanted.serves,
        place=wanted.region,
        depth=wanted.depth,
    )
    keys = index.find_page(wanted.q, filters, limit=limit + 1, offset=offset)
    known = _loaded(keys[:limit])
    more = len(keys) > limit and offset + limit <= MAX_OFFSET
    return Page([known[pk] for pk in keys[:limit] if pk in known], _packed(offset + limit, "") if more else None)


def _packed(key: Any, last: Any) -> str:
    text = json.dumps([key.isoformat() if isinstance(key, dt.datetime) else key, str(last)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> tuple[Any, str]:
    try:
        key, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise _wrong() from error
    return key, last


def _wrong() -> CursorInvalid:
    return CursorInvalid(fields={"cursor": CursorInvalid.message})


def _after_popularity(cursor: str) -> Q:
    if not cursor:
        return Q()
    key, last = _unpacked(cursor)
    try:
        if type(key) is not int or not 0 <= key < 2**31:
            raise _wrong()
        return Q(popularity__lt=key) | Q(popularity=key, item_id__gt=UUID(last))
    except (ValueError, TypeError, AttributeError) as error:
        raise _wrong() from error


def _after_moment(cursor: str) -> Q:
    if not cursor:
        return Q()
    key, last = _unpacked(cursor)
    try:
        moment = dt.datetime.fromisoformat(key)
        if moment.tzinfo is None:
            raise _wrong()
        return Q(item__updated_at__gt=moment) | Q(item__updated_at=moment, item_id__gt=UUID(last))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _wrong() from error


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    key, _last = _unpacked(cursor)
    if type(key) is not int or not 0 <= key <= MAX_OFFSET:
        raise _wrong()
    return key


def get_by_code(code: str, *, with_cancelled: bool = False) -> ServiceItem:
    """Return a published item as it stands today, by any of its codes or its id; :class:`ItemNotFound`."""
    wanted = Q(task_code=code) | Q(handle_code=code) | Q(local_code=code)
    with contextlib.suppress(ValueError):
        wanted |= Q(pk=UUID(code))
    items = ServiceItem.objects.select_related("current__result_type", "department", "region", "entry")
    item = items.filter(wanted).first() if code and code.isprintable() else None
    if item is None:
        raise ItemNotFound
    item = as_of(item, timezone.localdate())
    if item.current is None or (item.state == Standing.CANCELLED and not with_cancelled):
        raise ItemNotFound
    return item


def public_versions(item: ServiceItem) -> QuerySet[ItemVersion]:
    """What an item says and said, the newest first (one query)."""
    rows = ItemVersion.objects.filter(item=item, state__in=PUBLIC_VERSIONS).order_by("-version")
    return rows.only("version", "state", "name", "effective_on", "updated_at", "item_id")


def sitemap_pages() -> int:
    """How many pages the list of guides has (one query)."""
    return -(-SearchPlace.objects.filter(is_shown=True).count() // _SITEMAP_ROWS) or 1


def sitemap_page(number: int) -> list[tuple[UUID, dt.datetime]]:
    """Ids of the items whose guides stand on one page of the sitemap, with the moment of their last change."""
    shown = SearchPlace.objects.filter(is_shown=True).order_by("item_id")
    start = (number - 1) * _SITEMAP_ROWS
    return list(shown.values_list("item_id", "item__updated_at")[start : start + _SITEMAP_ROWS])
