"""Old links: to the item that does it now, to a choice, or to the search; counted without anybody's name."""

import pytest
from django.utils import timezone

from identity.actor import SYSTEM
from services.legacy import actions
from services.models import LegacyPlan, LegacyVisit
from tests.factories.catalogue import a_department, an_item
from tests.factories.legacy import an_old_app, an_old_function

pytestmark = pytest.mark.django_db


@pytest.fixture
def function(cast):
    """A function of an app whose merging is agreed, with one item."""
    app = an_old_app(a_department())
    function = an_old_function(app, slug="food")
    function = actions.confirm_item(SYSTEM, function_id=function.pk, item_id=cast.item.pk, expected_revision=1)
    actions.add_link(SYSTEM, function_id=function.pk, address="https://m.example.cn/food/apply.do?type=1")
    app.plan = LegacyPlan.objects.create(
        app=app,
        decision="merge",
        reason="一站通都能办",
        owner_id=cast.clerk.account_id,
        due_on=timezone.localdate(),
        state="agreed",
        submitted_by_id=cast.clerk.account_id,
        reviewed_by_id=cast.food.account_id,
    )
    app.save()
    return function


@pytest.mark.parametrize(
    "old", ["food/", "food", "m.example.cn/food/apply.do?type=1", "M.EXAMPLE.CN/food//apply.do?type=1"]
)
def test_a_merged_function_leads_to_its_item_with_a_word_about_it(cast, client, function, old):
    answer = client.get(f"/legacy/{old}")
    assert (answer.status_code, answer.url) == (302, f"/items/{cast.item.pk}/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "已经并入这个事项" in client.get(answer.url).content.decode()
    assert LegacyVisit.objects.get().count == 1


def test_several_items_are_a_choice(cast, client, function):
    other = an_item("个体工商户登记", main="31002", department=a_department())
    actions.confirm_item(SYSTEM, function_id=function.pk, item_id=other.pk, expected_revision=function.revision)
    answer = client.get("/legacy/food/")
    assert answer.status_code == 200
    assert all(name in answer.content.decode() for name in ("食品经营许可", "个体工商户登记"))


def test_an_unknown_link_ends_at_a_search_with_its_words(client):
    answer = client.get("/legacy/m.example.cn/食品许可_510102199001011234.html?name=李")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'value="食品许可"' in page
    assert "510102199001011234" not in page.partition("<main")[2].partition("</main>")[0]
    visit = LegacyVisit.objects.get()
    assert (visit.function_id, visit.count) == (None, 1)


@pytest.mark.parametrize("old", ["%00", "a" * 2000, "%ff%fe", "http://[", "../../etc/passwd", "?", "//evil.example/"])
def test_no_link_is_a_fault_or_leads_away(client, old):
    assert client.get(f"/legacy/x{old}").status_code == 404


def test_a_look_ahead_is_not_counted(client, function):
    assert client.head("/legacy/food/").status_code == 302
    assert client.post("/legacy/food/").status_code == 405
    assert not LegacyVisit.objects.exists()
