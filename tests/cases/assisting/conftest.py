"""A counter whose item anybody may apply for."""

import pytest

from cases.models import Case
from tests.factories.assisting import a_display, an_old_man
from tests.factories.counter import Counter, a_counter


@pytest.fixture
def counter(db: None) -> Counter:
    made = a_counter()
    open_to_persons(made)
    return made


def open_to_persons(made: Counter) -> None:
    version = made.item.current
    assert version is not None
    version.audience = ["1", "2", "5"]
    version.save()


@pytest.fixture
def man(counter: Counter):
    return an_old_man()


@pytest.fixture
def key(counter: Counter) -> str:
    return a_display(counter)


@pytest.fixture
def nothing_changed():
    """Call it after a refusal: no draft, no case."""
    return lambda: Case.objects.count() == 0
