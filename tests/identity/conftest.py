"""The cast, for every test of this room."""

import pytest

from tests.factories.cast import Cast, build_cast


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()
