"""Old versions stay readable for everybody, and say that they are old."""

import pytest
from django.urls import reverse

from services.editing import versions
from services.models import ServiceItem
from tests.factories.catalogue import an_item
from tests.factories.editing import a_desk, a_published_item, changed, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    desk = a_desk()
    made = a_published_item(desk, summary="第一版的说明")
    published(desk, changed(desk, made, {"summary": "第二版的说明"}))
    versions.open_draft(desk.ann, item_id=made.pk)
    made.refresh_from_db()
    return made


def at(code, number):
    return reverse("item_version", args=[code, number])


def test_an_old_version_says_what_it_said_and_that_it_is_old(client, item):
    page = client.get(at(item.code, 1))
    text = page.content.decode()
    assert page.status_code == 200
    assert "第一版的说明" in text
    assert "不再使用" in text
    assert reverse("item_guide", args=[item.pk]) in text
    assert reverse("start_draft", args=[item.pk]) not in text


def test_the_version_in_force_has_its_own_page_and_lists_the_earlier_ones(client, item):
    answer = client.get(at(item.code, 2))
    assert (answer.status_code, answer["Location"]) == (302, reverse("item_guide", args=[item.pk]))
    assert at(item.code, 1) in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("code", "number"), [("nothing", 1), (None, 3), (None, 99), (None, 10**12)])
def test_drafts_and_what_does_not_exist_are_not_found(client, item, code, number):
    assert client.get(at(code or item.code, number)).status_code == 404


def test_versions_of_a_cancelled_item_stay_readable(client, item):
    ServiceItem.objects.filter(pk=item.pk).update(state="3")
    assert client.get(at(item.code, 1)).status_code == 200
    assert client.get(at(item.code, 2)).status_code == 200
    guide = client.get(reverse("item_guide", args=[item.pk]))
    assert (guide.status_code, "这个事项已经取消" in guide.content.decode()) == (200, True)


def test_an_item_whose_code_fits_no_address_is_named_by_its_id(client):
    item = an_item("旧事项")
    ServiceItem.objects.filter(pk=item.pk).update(task_code=None, local_code="甲/乙")
    item.refresh_from_db()
    assert item.address == str(item.pk)
    assert client.get(at(item.address, 1)).status_code == 302
