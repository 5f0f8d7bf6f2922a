"""Errors of the API: always a problem with a stable code, never a page."""

import pytest
from django.db import OperationalError
from django.test import Client

from common import health

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["nothing", "itemsabc", "cases/1", ""])
def test_an_unknown_address_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_database_that_goes_away_is_a_problem_that_says_to_ask_again(client: Client, monkeypatch) -> None:
    def gone(*_args, **_given):
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr("portal.api.views.items.ItemList.get", gone)
    answer = client.get("/api/v1/items")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "database_away", "10")


def test_a_write_to_a_read_is_refused(client: Client) -> None:
    answer = client.post("/api/v1/items", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_messages_follow_the_language(client: Client) -> None:
    client.cookies["django_language"] = "en"
    assert client.get("/api/v1/nothing").headers["Content-Language"] == "en"


def test_health_is_well(client: Client) -> None:
    answer = client.get("/api/v1/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": True})


def test_health_says_when_the_database_is_gone(client: Client, monkeypatch) -> None:
    class Gone:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr(health, "connection", Gone())
    answer = client.get("/api/v1/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": False})
