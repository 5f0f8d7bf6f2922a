"""The demonstration, loaded once for all files that only look at it; the group ``demo`` keeps them in one process."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction


@pytest.fixture(scope="package")
def city(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The whole demonstration; what a test changes is rolled back after it, and this at the end of the folder."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        call_command("load_demo", verbosity=0)
        yield
        transaction.set_rollback(True)
