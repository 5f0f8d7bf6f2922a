"""An app, people of different levels, and a stand-in for the apps' logout addresses."""

import itertools
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from identity.models import Person
from identity.sso import keys, logout
from tests.factories.cast import Cast, a_citizen, a_person, build_cast
from tests.factories.sso import App, an_app
from tests.factories.visitors import a_visitor

_pairs: list[rsa.RSAPrivateKey] = []


@pytest.fixture(autouse=True)
def _kept_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key pairs are made once, of the length asked for; a test gets as many different ones as it makes."""
    given = itertools.count()

    def generate(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        place = next(given)
        if place == len(_pairs):
            _pairs.append(rsa.generate_private_key(public_exponent, key_size))
        assert _pairs[place].key_size == key_size
        return _pairs[place]

    monkeypatch.setattr(keys, "rsa", SimpleNamespace(generate_private_key=generate))


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
