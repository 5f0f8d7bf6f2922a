"""An app, people of different levels, and a stand-in for the apps' logout addresses."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from identity.models import Person
from identity.sso import logout
from tests.factories.cast import Cast, a_citizen, a_person, build_cast
from tests.factories.sso import App, an_app
from tests.factories.visitors import a_visitor


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def app(cast: Cast) -> App:
    return an_app(cast.scjg)


@pytest.fixture
def li(cast: Cast) -> Client:
    """Level four, acting for herself."""
    return a_visitor(cast.account)


@pytest.fixture
def low(cast: Cast) -> Client:
    """Level two."""
    person: Person = a_person("钱低级", serial="07", phone="13900000007", level=2)
    return a_visitor(a_citizen(person))


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was sent to apps' logout addresses: (address, body)."""
    sent: list[tuple[str, str]] = []

    def post(uri: str, body: str) -> int:
        sent.append((uri, body))
        return 200

    monkeypatch.setattr(logout, "_post", post)
    return sent


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
