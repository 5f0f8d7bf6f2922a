"""The view that clerks find ready in the demonstration."""

import pytest

from cases.lists.models import SavedView
from portal.demo import worklists
from tests.factories.cast import build_cast


@pytest.mark.django_db
def test_every_clerk_finds_the_view_and_loading_again_changes_nothing():
    cast = build_cast()
    assert worklists.load() == 1
    assert worklists.load() == 0
    view = SavedView.objects.get()
    assert (view.account_id, view.query) == (cast.clerk.account_id, "task=open&promise=soon")
