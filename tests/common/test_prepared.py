"""Prepared statements: planned once for a connection, counted and rolled back as all others are."""

import psycopg
import pytest
from django.db import connection, connections, transaction

from common.prepared import planned, prepared_cursor

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


def ask_planned(number: int) -> int:
    with planned(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::int + 1", [number])
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("question", [ask, ask_planned])
def test_the_first_statement_of_a_request_finds_a_server_that_restarted_since_the_last(question, monkeypatch):
    assert question(1) == 2
    backend = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, password=connection.connection.info.password) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])
    mine = connections["default"]
    monkeypatch.setattr(mine, "health_check_enabled", True)
    monkeypatch.setattr(mine, "health_check_done", False)  # as at the beginning of each request
    assert question(5) == 6
    assert connection.connection.info.backend_pid != backend
