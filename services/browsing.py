"""What the home page offers for browsing, with counts."""

from django.db import connection
from django.db.models import Count

from services import themes
from services.models import SearchPlace
from services.queries import Choice, published_items
from services.searching.listing import ListedItem, listed

_POPULAR = 100


def departments_with_counts() -> list[Choice]:
    """Department names with the number of their published items, most first (one query)."""
    rows = (
        published_items()
        .select_related(None)
        .values_list("department_name")
        .annotate(count=Count("pk"))
        .order_by("-count", "department_name")
    )
    return [(name, name, count) for name, count in rows]


def themes_with_counts() -> dict[str, list[Choice]]:
    """Themes in use: ``{"person": [...], "organisation": [...]}``, in the order of their codes (one query)."""
    statement = """
        SELECT kind || code, count(*) FROM services_serviceitem item
        JOIN services_itemversion version ON version.id = item.current_id
        CROSS JOIN LATERAL (
            SELECT 'p' AS kind, jsonb_array_elements_text(version.themes_person) AS code
            UNION ALL SELECT 'o', jsonb_array_elements_text(version.themes_org)
        ) theme WHERE item.state = '1' GROUP BY 1 ORDER BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(statement)
        choices = [(key, themes.theme_label(key), count) for key, count in cursor.fetchall()]
    return {
        "person": [choice for choice in choices if choice[0].startswith("p")],
        "organisation": [choice for choice in choices if choice[0].startswith("o")],
    }


def hot_items(n: int) -> list[ListedItem]:
    """The ``n`` most used items; of the hundred most used, those that can be applied for here first (two queries)."""
    places = SearchPlace.objects.filter(is_shown=True).order_by("-popularity", "item_id")
    popular = places.values_list("is_online", "popularity", "item_id")[:_POPULAR]
    best = sorted(popular, key=lambda one: (not one[0], -one[1]))
    return listed([item_id for _online, _popularity, item_id in best[:n]])
