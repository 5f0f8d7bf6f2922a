"""The cast, for every test of this room."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.factories.cast import Cast, build_cast


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """What one test counted against an address does not slow the next one down."""
    cache.clear()
    yield
    cache.clear()
