"""Every address of the site × every role, against the table in ``permissions.txt``.

An address without a row fails: whoever adds one says there who may open it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, reverse

from tests.architecture.world import ROLES, World, build_world

TABLE = Path(__file__).with_name("permissions.txt")
_EMPTY_FORM = b"request_key=matrix"  # who may, gets as far as the form's own errors
pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, str, str, list[str]]]:
    """(name, variant, method, expected by role) for each line of the table."""
    lines = (line.split() for line in TABLE.read_text(encoding="utf-8").splitlines())
    table = [line for line in lines if line and not line[0].startswith("#")]
    assert table[0][3:] == list(ROLES)
    return [(line[0], line[1], line[2], line[3:]) for line in table[1:]]


def addresses() -> dict[str, set[str]]:
    """Every named address with the names of its parameters."""
    found: dict[str, set[str]] = {}
    waiting = [(pattern, frozenset[str]()) for pattern in get_resolver().url_patterns]
    while waiting:
        pattern, above = waiting.pop()
        parameters = above | set(pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            found[pattern.name] = set(parameters)
        else:
            waiting += [(part, parameters) for part in pattern.url_patterns]
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker, key_folder) -> Iterator[World]:
    """Built once for this file, rolled back at its end."""
    keys = override_settings(KEY_DIR=key_folder)
    with django_db_blocker.unblock(), transaction.atomic(), keys:
        yield build_world()
        transaction.set_rollback(True)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {row[0] for row in rows()} == set(addresses())


@pytest.mark.parametrize(("name", "variant", "method", "expected"), rows(), ids=lambda value: str(value)[:40])
def test_each_role_gets_what_the_table_says(
    world: World, name: str, variant: str, method: str, expected: list[str]
) -> None:
    url = reverse(name, kwargs=world.arguments(addresses()[name], variant))
    seen = [answer(world.client(role), method, url) for role in ROLES]
    assert dict(zip(ROLES, seen, strict=True)) == dict(zip(ROLES, expected, strict=True))


def answer(client: Client, method: str, url: str) -> str:
    """The status; ``login`` for a redirect to the sign-in and ``on`` for any other. Whatever it did is undone."""
    with transaction.atomic():
        response: HttpResponseBase = client.generic(method, url, _EMPTY_FORM, "application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    if response.status_code in {302, 303}:
        return "login" if response.headers["Location"].startswith(reverse("account_login")) else "on"
    return str(response.status_code)
