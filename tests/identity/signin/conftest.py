"""A running identity service that the settings name."""

import os
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.factories.upstream import FaultyService, running, settings_for


@pytest.fixture
def service(settings) -> Iterator[FaultyService]:
    """The sample identity service; its answers can be changed."""
    settings.PUBLIC_BASE_URL = "http://testserver"
    with running("http://testserver" + reverse("upstream_callback")) as made:
        settings.UPSTREAM = settings_for(made)
        yield made


@pytest.fixture(scope="session")
def database_beside_playwright() -> Iterator[None]:
    """Let tests in a browser look into the database: Playwright's event loop in this thread makes Django refuse."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
