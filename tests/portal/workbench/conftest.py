"""One cast for every test of the staff's surface."""

import pytest

from tests.factories.cast import Cast, build_cast


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()
