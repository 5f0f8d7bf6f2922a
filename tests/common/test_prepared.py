"""Prepared statements: planned once for a connection, counted and rolled back as all others are."""

import pytest
from django.db import connection, transaction

from common.prepared import prepared_cursor

pytestmark = pytest.mark.django_db

_KEPT = "SELECT count(*), min(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE %s"


def ask(number: int) -> int:
    with prepared_cursor() as cursor:
        cursor.execute("SELECT %s::int + 1 AS prepared_here", [number])
        return cursor.fetchone()[0]


def test_a_statement_is_prepared_once_and_planned_for_all_values(django_assert_num_queries):
    with django_assert_num_queries(3):
        assert [ask(number) for number in (1, 2, 70_000)] == [2, 3, 70_001]
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, ["%prepared_here%"])
        count, generic, custom = cursor.fetchone()
    assert 1 <= count <= 2  # small and larger numbers are sent as different types
    assert generic >= 1
    assert custom == 0


def test_an_error_inside_leaves_the_transaction_usable():
    with pytest.raises(Exception, match="division"), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute("SELECT 1 / %s::int", [0])
    assert ask(1) == 2


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_prepares_too():
    connection.close()
    assert ask(5) == 6
