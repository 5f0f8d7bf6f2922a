"""The search page: did you mean, regions, suggestions, and questions that found nothing."""

import pytest

from identity.models import Region
from services.models import SearchMiss
from tests.factories.catalogue import an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    item = an_item("食品经营许可", synonyms=["开饭馆"])
    for code, name in (("519902", "中心区"), ("519903", "滨江区")):
        Region.objects.create(code=code, name=name, level=3, parent=item.region)
    return item


def page(client, **query) -> str:
    answer = client.get("/search/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_wrong_character_is_asked_about_and_the_choices_stay(client, city):
    text = page(client, q="食品径营许可", audience="1", region="519902")
    assert "您要找的是不是" in text
    assert "audience=1" in text
    assert "q=%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF" in text
    assert "您要找的是不是" not in page(client, q="食品经营许可")


def test_a_region_is_chosen_kept_and_left(client, city):
    text = page(client, q="食品", theme="")
    assert "region=519902" in text
    text = page(client, q="食品", region="519902")
    assert "为 中心区 的人找" in text
    assert "由示范市办理" in text
    assert '<input type="hidden" name="region" value="519902">' in text
    assert "level=2" in text
    assert "没有这个地区" in page(client, q="食品", region="999999")


@pytest.mark.parametrize(
    "query", [{"level": "x"}, {"level": "9"}, {"level": "３"}, {"region": "\x00"}, {"region": "x" * 900}]
)
def test_a_wrong_choice_finds_nothing_and_breaks_nothing(client, city, query):
    assert "没有找到" in page(client, q="食品", **query) or query == {"region": "\x00"}


def test_suggestions_are_links_that_keep_the_region(client, city, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/search/suggest/", {"q": "kf", "region": "519902"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "食品经营许可" in text
    assert "region=519902" in text
    assert client.get("/search/suggest/", {"q": "\x00 %_'"}).content.strip() == b""
    assert client.post("/search/suggest/").status_code == 405


def test_what_found_nothing_is_counted_once_for_each_asking(client, city):
    page(client, q="量子纠缠")
    page(client, q="量子纠缠", page="2")
    client.head("/search/?q=量子纠缠")
    page(client, q="量子纠缠", audience="1")  # narrowed: not the catalogue's fault
    page(client, q="食品")
    page(client, q="")
    page(client, q="13812345678")
    assert list(SearchMiss.objects.values_list("text", "count")) == [("量子纠缠", 2)]


def test_markup_in_a_question_is_shown_as_text(client, city):
    text = page(client, q="<script>alert(1)</script>食品径营许可")
    assert "<script>alert(1)" not in text
