"""新增事项 on the pages: an entry is picked, the code shown before it is made, and made once; pickers of successors."""

import pytest
from django.urls import reverse

from services.editing import directory
from services.models import ItemOperation, ItemVersion, ServiceItem
from services.models.directory import DirectoryEntry
from tests.factories.editing import a_desk, a_published_item, an_entry, entry_content
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db
NEW = "/workbench/items/new/"


@pytest.fixture
def desk():
    return a_desk()


def state():
    return ServiceItem.objects.count(), ItemVersion.objects.count(), ItemOperation.objects.count()


def test_only_what_can_be_implemented_is_offered(desk):
    entry = an_entry(desk, "食品经营许可")
    directory.add_entry(desk.ann, item_type="01", region="51", guiding="42", content=entry_content("没有发布的"))
    paused = an_entry(desk, "暂停了的")
    DirectoryEntry.objects.filter(pk=paused.pk).update(state="2")
    browser = browser_of(desk.ann)
    assert [one.pk for one in browser.get(NEW).context["page"].object_list] == [entry.pk]
    assert not browser.get(NEW, {"text": "没有"}).context["page"].object_list
    assert browser.get(NEW, {"entry": "x"}).status_code == 200
    assert browser.get(NEW, {"entry": "\x00"}).status_code == 200


def test_the_code_is_shown_first_then_made_once(desk):
    entry, browser, before = an_entry(desk), browser_of(desk.ann), state()
    address = f"{NEW}?entry={entry.pk}"
    sent = {"department": desk.department.pk, "local_code": "L-1", "request_key": "k"}
    page = browser.post(address, {**sent, "look": "1"})
    assert "".join(one.text for one in page.context["parts"]) == f"{desk.department.uscc}3{entry.catalog_code}"
    assert state() == before
    answer = browser.post(address, sent)
    item = ServiceItem.objects.get()
    assert answer["Location"] == f"{reverse('workbench_item', args=[item.pk])}?version=1"
    assert (item.task_code, item.local_code) == (f"{desk.department.uscc}3{entry.catalog_code}", "L-1")
    assert browser.get(answer["Location"]).status_code == 200
    assert browser.post(address, sent)["Location"] == answer["Location"]
    made = state()
    assert browser.post(address, {**sent, "request_key": "other"}).status_code == 409
    assert browser.post(address, {**sent, "use_level": "4"}).status_code in {302, 409}
    assert browser.post(address, {"department": "x"}).status_code == 422
    other = an_entry(desk, "别的")
    assert browser.post(f"{NEW}?entry={other.pk}", {**sent, "request_key": "n"}).status_code == 422  # the local code
    assert browser_of(desk.other).post(address, {**sent, "request_key": "o"}).status_code == 422  # not their department
    assert state() == made


def test_a_handling_item_gets_33_characters_and_is_made_once(desk):
    item = a_published_item(desk)
    browser, address = browser_of(desk.ann), reverse("handling_new", args=[item.pk])
    assert f"{item.task_code}01" in browser.get(address).content.decode()
    sent = {"name": "示范许可（延续）", "request_key": "k"}
    answer = browser.post(address, sent)
    assert browser.post(address, sent)["Location"] == answer["Location"]
    assert item.handling_items.get().handle_code == f"{item.task_code}01"
    before = state()
    assert browser.post(address, {"name": " "}).status_code == 422
    assert browser_of(desk.other).post(address, {"name": "x"}).status_code == 403
    assert state() == before


def test_successors_are_picked_from_a_list_that_can_be_searched(desk):
    item = a_published_item(desk, "合并前")
    target = a_published_item(desk, "合并到这里")
    browser, address = browser_of(desk.ann), reverse("propose_operation", args=[item.pk, "merge"])
    page = browser.get(address)
    assert [code for code, _label in page.context["form"].fields["chosen"].choices] == [target.code]
    assert "合并到这里" in browser.get(address, {"text": "合并到"}).content.decode()
    assert "没有找到" in browser.get(address, {"text": "不存在"}).content.decode()
    before = state()
    assert browser.post(address, {"reason": "重复", "chosen": ["1" * 31]}).status_code == 422
    assert browser.post(address, {"reason": "重复"}).status_code == 422
    assert state() == before
    assert browser.post(address, {"reason": "重复", "chosen": [target.code]}).status_code == 302
    assert list(ItemOperation.objects.get().successors.all()) == [target]
