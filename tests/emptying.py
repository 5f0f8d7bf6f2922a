"""Empties the database after tests that commit: only what holds rows, where Django would rewrite every table."""

from functools import cache

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

# What Django makes again after it emptied everything; the same rows when it is left alone.
_MADE_AGAIN = (ContentType, Permission)
_usual = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def install() -> None:
    """Let transactional tests end this way; must follow the making of the test database."""
    made = _counted()

    def teardown(case: TransactionTestCase) -> None:
        if case.available_apps is not None or case.serialized_rollback or _counted() != made:  # type: ignore[attr-defined]
            _usual(case)
        else:
            empty()

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def empty() -> None:
    """Delete every row that a flush would, except what it makes again."""
    with transaction.atomic(), connection.cursor() as cursor:
        full = non_empty(_tables())
        guarded = [table for table in full if table in _guarded()]
        for table in full:
            if table not in guarded:
                cursor.execute(f'DELETE FROM "{table}"')
        if guarded:  # what refers to them is empty by now; PostgreSQL wants it named all the same
            cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in guarded) + " CASCADE")


def non_empty(tables: tuple[str, ...]) -> list[str]:
    """Return those of ``tables`` that hold a row, in their order."""
    parts = (f'SELECT {place} WHERE EXISTS (SELECT FROM "{table}")' for place, table in enumerate(tables))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return [tables[row[0]] for row in sorted(cursor.fetchall())]


def _counted() -> list[int]:
    return [model.objects.count() for model in _MADE_AGAIN]


@cache
def _tables() -> tuple[str, ...]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - {model._meta.db_table for model in _MADE_AGAIN}))


@cache
def _guarded() -> frozenset[str]:
    """Tables whose rows nobody may delete: these have a trigger for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgtype & 8 <> 0"  # 8: on delete
        )
        return frozenset(row[0] for row in cursor.fetchall())
