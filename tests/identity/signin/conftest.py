"""A running identity service that the settings name."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories.upstream import FaultyService, running, settings_for


@pytest.fixture
def service(settings) -> Iterator[FaultyService]:
    """The sample identity service; its answers can be changed."""
    settings.PUBLIC_BASE_URL = "http://testserver"
    with running("http://testserver" + reverse("upstream_callback")) as made:
        settings.UPSTREAM = settings_for(made)
        yield made


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
