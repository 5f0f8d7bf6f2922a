"""What the home page offers for browsing, with counts."""

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.db.models import Max

from services import themes
from services.models import SearchPlace, ServiceItem
from services.queries import Choice
from services.searching.listing import ListedItem, listed

_POPULAR = 100
_KEY = "catalogue-counts-1"  # the number goes up with the shape of what is kept
_SHARE = 20  # counting takes no more than one of so many seconds
_COUNT_BEFORE = 30  # seconds that one visitor has for counting before another one tries
_DEPARTMENTS = """
SELECT department_name, count(*) FROM services_searchplace WHERE is_shown GROUP BY 1 ORDER BY 2 DESC, 1
"""
_THEMES = """
SELECT theme, count(*) FROM services_searchplace CROSS JOIN unnest(themes) AS theme WHERE is_shown GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many published items there are, by department (most first) and by theme (in the order of the codes)."""

    departments: list[Choice]
    themes: list[Choice]
    of: object  # the catalogue's last change when this was counted
    until: float  # Unix seconds; not counted again before

    @property
    def items(self) -> int:
        """All published items: every one has one department."""
        return sum(count for _key, _label, count in self.departments)

    def themes_of(self, kind: str) -> list[Choice]:
        """Themes of persons (``p``) or organisations (``o``)."""
        return [choice for choice in self.themes if choice[0].startswith(kind)]


def counts() -> Counts:
    """Published items counted by department and theme, kept until the catalogue changes.

    One query where it has not changed, three where it has. Of a long catalogue the numbers may be some seconds old:
    while it changes all the time, counting takes a twentieth of the time at most, and visitors do not wait for the
    one who counts.
    """
    kept: Counts | None = cache.get(_KEY)
    if kept and time.time() < kept.until:
        return kept
    last = ServiceItem.objects.aggregate(last=Max("updated_at"))["last"]
    if kept and (kept.of == last or not cache.add(f"{_KEY}-now", 1, timeout=_COUNT_BEFORE)):
        return kept
    start = time.perf_counter()
    departments = [(name, name, count) for name, count in _rows(_DEPARTMENTS)]
    found = [(key, themes.theme_label(key), count) for key, count in _rows(_THEMES)]
    until = time.time() + _SHARE * (time.perf_counter() - start)
    counted = Counts(departments, found, of=last, until=until)
    cache.set(_KEY, counted, timeout=None)
    cache.delete(f"{_KEY}-now")
    return counted


def _rows(statement: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def hot_items(n: int) -> list[ListedItem]:
    """The ``n`` most used items; of the hundred most used, those that can be applied for here first (two queries)."""
    places = SearchPlace.objects.filter(is_shown=True).order_by("-popularity", "item_id")
    popular = places.values_list("is_online", "popularity", "item_id")[:_POPULAR]
    best = sorted(popular, key=lambda one: (not one[0], -one[1]))
    return listed([item_id for _online, _popularity, item_id in best[:n]])
