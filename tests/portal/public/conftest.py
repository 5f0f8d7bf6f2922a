"""The cast and its browsers."""

import pytest
from django.test import Client

from tests.factories.cast import Cast, build_cast
from tests.factories.visitors import a_visitor


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def shop(cast: Cast) -> Client:
    """Li's browser, acting for her shop."""
    return a_visitor(cast.account, acting_for=cast.shop)


@pytest.fixture
def li(cast: Cast) -> Client:
    """Li's browser, acting for herself."""
    return a_visitor(cast.account)


@pytest.fixture
def anybody() -> Client:
    """A browser that is not signed in."""
    return a_visitor()
