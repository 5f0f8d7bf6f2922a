"""Two editors at one draft: the second one sees both texts and loses nothing; nobody else edits at all."""

import pytest

from services.models import ItemVersion
from tests.factories.editing import a_desk
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_editor import address, content, edit, fill, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


@pytest.fixture
def draft(desk):
    return written(desk)


def test_the_second_to_save_a_section_sees_both_and_saves_again(desk, draft):
    where = address(draft, "window")
    late = browser_of(desk.cai)
    page = late.get(where)
    assert edit(desk.ann, where, hall_place="一楼", hall_hours="九点到五点").status_code == 302
    answer = late.post(where, fill(page, hall_place="二楼", consult_phone="0000-9"))
    assert answer.status_code == 409
    assert ("办理地点", "", "一楼", True) in answer.context["differences"]
    assert ("办理时间", "", "九点到五点", False) in answer.context["differences"]
    assert content(draft).hall_place == "一楼"
    text = answer.content.decode()
    assert "二楼" in text
    assert "services.stale_version" in text
    assert late.post(where, fill(answer)).status_code == 302
    now = content(draft)
    assert (now.hall_place, now.hall_hours, now.consult_phone) == ("二楼", "九点到五点", "0000-9")


def test_the_second_to_save_a_row_finds_it_where_it_went(desk, draft):
    where = address(draft, "materials", "1")
    late = browser_of(desk.cai)
    page = late.get(where)
    browser_of(desk.ann).post(address(draft, "materials", "1", "down"), {"revision": draft.revision})
    answer = late.post(where, fill(page, note="带原件"))
    assert (answer.status_code, answer.context["differences"]) == (409, [])
    assert late.post(answer.context["action_url"], fill(answer)).status_code == 302
    assert [(one.name, one.note) for one in content(draft).materials] == [("申请书", ""), ("租赁合同", "带原件")]


def test_a_row_that_somebody_deleted_is_added_again_on_request(desk, draft):
    where = address(draft, "materials", "2")
    late = browser_of(desk.cai)
    page = late.get(where)
    browser_of(desk.ann).post(address(draft, "materials", "2", "delete"), {"revision": draft.revision})
    answer = late.post(where, fill(page, name="新申请书"))
    assert answer.status_code == 409
    assert answer.context["is_gone"]
    assert [one.name for one in content(draft).materials] == ["租赁合同"]
    assert late.post(answer.context["action_url"], fill(answer)).status_code == 302
    assert [one.name for one in content(draft).materials] == ["租赁合同", "新申请书"]


def test_a_form_that_is_not_ours_is_refused_and_kept(desk, draft):
    where = address(draft, "window")
    browser = browser_of(desk.ann)
    data = fill(browser.get(where), hall_place="三楼", opened="made-up")
    answer = browser.post(where, data)
    assert answer.status_code == 422
    assert "三楼" in answer.content.decode()
    assert browser.post(where, {**data, "revision": "²"}).status_code == 422
    assert content(draft).hall_place == ""


def test_what_is_submitted_is_not_edited_any_more(desk, draft):
    where = address(draft, "window")
    browser = browser_of(desk.cai)
    page = browser.get(where)
    ItemVersion.objects.filter(pk=draft.pk).update(state="in_review")
    answer = browser.post(where, fill(page, hall_place="四楼"))
    assert answer.status_code == 409
    assert "四楼" in answer.content.decode()
    assert browser.get(address(draft)).status_code == 409
    assert content(draft).hall_place == ""


def test_nobody_else_edits(desk, draft):
    for place in ((), ("window",), ("materials", "1")):
        assert browser_of(desk.other).get(address(draft, *place)).status_code == 403
    before = ItemVersion.objects.values().get(pk=draft.pk)
    assert browser_of(desk.other).post(address(draft, "window"), {"hall_place": "别处"}).status_code == 403
    assert ItemVersion.objects.values().get(pk=draft.pk) == before
