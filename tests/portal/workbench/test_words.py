"""搜索用词: the pages on which synonyms and unanswered questions are kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.actor import PUBLIC, SYSTEM
from identity.models import PostHolding
from services.models import SearchMiss, Synonym
from services.searching.actions import add_synonym, record_miss
from services.searching.queries import version_of
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_post
from tests.factories.workbench import browser_of

LIST = "/workbench/words/"


@pytest.fixture
def officer(cast):
    return browser_of(a_member_of_staff("1007", a_post(cast.scjg, "数据管理"), PostHolding.Role.DATA_OFFICER))


def test_a_question_without_answer_becomes_a_synonym(officer):
    for _ in range(2):
        record_miss(PUBLIC, text="摆吃摊")
    page = officer.get(LIST).content.decode()
    assert "摆吃摊" in page
    form = officer.get(LIST, {"term": "摆吃摊"}).context["form"]
    assert form.initial["term"] == "摆吃摊"
    answer = officer.post(LIST, {"term": "摆吃摊", "stands_for": "食品经营许可\r\n"})
    assert (answer.status_code, answer.url) == (302, LIST)
    assert officer.get(LIST).context["misses"] == []
    assert Synonym.objects.get().stands_for == ["食品经营许可"]
    assert "食品经营许可" in officer.get("/search/", {"q": "摆吃摊"}, follow=True).content.decode()


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(officer):
    answer = officer.post(LIST, {"term": "摆吃摊", "stands_for": "没有的事项"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有一个事项的名称里有“没有的事项”" in page
    assert "摆吃摊" in page
    assert officer.post(LIST, {}).status_code == 422
    add_synonym(SYSTEM, term="摆吃摊", stands_for=["食品经营许可"])
    answer = officer.post(LIST, {"term": "摆吃摊", "stands_for": "经营许可"})
    assert (answer.status_code, "已经有了" in answer.content.decode()) == (409, True)
    assert Synonym.objects.get().stands_for == ["食品经营许可"]


def test_a_synonym_is_changed_and_removed_only_as_it_was_seen(officer):
    synonym = add_synonym(SYSTEM, term="摆吃摊", stands_for=["食品经营许可"])
    address = f"{LIST}{synonym.pk}/"
    seen = officer.get(address).context["form"].initial["seen"]
    assert officer.post(address, {"stands_for": "经营许可", "seen": seen}).status_code == 302
    for stale in ({"stands_for": "许可", "seen": seen}, {"remove": "1", "seen": seen}, {"remove": "1"}):
        assert officer.post(address, stale).status_code == 409
    assert officer.post(address, {"stands_for": "", "seen": seen}).status_code == 422
    synonym.refresh_from_db()
    assert synonym.stands_for == ["经营许可"]
    assert officer.post(address, {"remove": "1", "seen": version_of(synonym)}).status_code == 302
    assert officer.get(address).status_code == 404


def test_a_question_is_taken_off_the_list(officer):
    for _ in range(2):
        record_miss(PUBLIC, text="量子纠缠")
    assert officer.post(f"{LIST}ignore/", {"text": "量子纠缠"}).status_code == 302
    assert officer.post(f"{LIST}ignore/", {"text": "\x00"}).status_code == 404
    assert SearchMiss.objects.get().handling == "ignored"


def test_the_list_is_searched_and_takes_as_many_queries_for_many_as_for_one(officer):
    add_synonym(SYSTEM, term="摆吃摊", stands_for=["食品经营许可"])
    officer.get(LIST)
    with CaptureQueriesContext(connection) as one:
        officer.get(LIST)
    for number in range(15):
        add_synonym(SYSTEM, term=f"卖小吃{number}", stands_for=["食品经营许可"])
        SearchMiss.objects.create(text=f"问{number}", day="2026-11-01", count=2)
    with CaptureQueriesContext(connection) as many:
        officer.get(LIST)
    assert len(many) == len(one)
    assert [row.term for row in officer.get(LIST, {"text": "摆吃"}).context["page"]] == ["摆吃摊"]
    assert [row.term for row in officer.get(LIST, {"text": "bct"}).context["page"]] == ["摆吃摊"]
    assert not officer.get(LIST, {"text": "%"}).context["page"].object_list


def test_the_way_there_stands_on_the_pages_of_items_and_management(officer):
    assert LIST in officer.get("/workbench/items/").content.decode()
    assert LIST in officer.get("/workbench/manage/").content.decode()
