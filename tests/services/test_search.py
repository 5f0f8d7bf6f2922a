"""Search finds items by official and by everyday words, ranks and filters them."""

import pytest

from services import queries, tokens
from services.models import ServiceItem
from tests.factories.catalogue import a_department, an_item

pytestmark = pytest.mark.django_db


def names(result) -> list[str]:
    return [item.name for item in result.items]


def test_everyday_words_find_the_official_name():
    an_item("公司设立登记")
    an_item("食品经营许可（首次申请）", main="31002", synonyms=["开饭馆"])
    assert names(queries.search("营业执照")) == ["公司设立登记"]
    assert names(queries.search("开饭馆")) == ["食品经营许可（首次申请）"]


def test_a_name_ranks_before_a_mention():
    an_item("个体工商户设立登记", summary="办好后可以申请食品经营许可")
    an_item("食品经营许可", main="31002")
    assert names(queries.search("食品经营许可")) == ["食品经营许可", "个体工商户设立登记"]


def test_popularity_decides_between_equals():
    an_item("食品生产许可延续", popularity=5)
    an_item("食品生产许可变更", main="31002", popularity=500)
    assert names(queries.search("食品生产许可"))[0] == "食品生产许可变更"


def test_what_people_say_around_a_question_does_not_count():
    an_item("燃气经营许可证延续", popularity=1)
    an_item("食品经营许可", main="31002", popularity=1000)
    result = queries.search("燃气经营许可证怎么延续")
    assert names(result)[0] == "燃气经营许可证延续"
    assert not result.is_relaxed


def test_one_character_is_enough():
    an_item("烟草专卖零售许可证")
    assert names(queries.search("烟")) == ["烟草专卖零售许可证"]


@pytest.mark.parametrize("q", ["'", "\\", "!&|()", ":*", "\x00", "%%", "？？？"])
def test_punctuation_alone_finds_nothing_and_breaks_nothing(q):
    an_item("公司设立登记")
    assert queries.search(q).total == 0


@pytest.mark.parametrize("q", ["' OR 1=1 --", "设立\x00登记", "𠮷", "ＡＢＣ", "a" * 5000, "设立" * 3000])
def test_any_text_is_a_question_and_never_an_error(q):
    an_item("公司设立登记")
    queries.search(q)


def test_an_empty_question_lists_everything_by_popularity():
    an_item("甲", popularity=1)
    an_item("乙", main="31002", popularity=9)
    assert names(queries.search("")) == ["乙", "甲"]


def test_filters_narrow_and_each_facet_counts_without_its_own_filter():
    police = a_department("公安局")
    an_item("食品甲", audience=["2"], themes_org=["010"])
    an_item("食品乙", main="31002", audience=["1"], themes_person=["010"], department=police, item_type="07")
    result = queries.search("食品", department=police.name)
    assert names(result) == ["食品乙"]
    assert {key for key, _label, _count in result.facets["department"]} == {police.name, a_department().name}
    assert result.facets["theme"] == [("p010", "户籍办理", 1)]
    assert result.facets["type"] == [("07", "行政确认", 1)]
    assert names(queries.search("食品", theme="o010")) == ["食品甲"]
    assert names(queries.search("食品", audience="1")) == ["食品乙"]
    assert names(queries.search("食品", item_type="01")) == ["食品甲"]


def test_items_for_applying_here_can_be_asked_for():
    an_item("食品甲", is_applicable_online=True)
    an_item("食品乙", main="31002")
    assert names(queries.search("食品", online=True)) == ["食品甲"]
    assert queries.search("食品").total == 2


@pytest.mark.parametrize("wrong", [{"theme": "x"}, {"theme": "p'"}, {"audience": "\x00"}, {"department": "没有"}])
def test_an_unknown_filter_finds_nothing_and_is_no_error(wrong):
    an_item("食品甲")
    assert queries.search("食品", **wrong).total in (0, 1)


def test_a_cancelled_item_is_not_found():
    item = an_item("公司设立登记")
    ServiceItem.objects.filter(pk=item.pk).update(state=ServiceItem.State.CANCELLED)
    assert queries.search("设立登记").total == 0


def test_pages_are_cut_and_a_page_outside_is_brought_into_range():
    for number in range(5):
        an_item(f"食品第{number}项", main=f"3100{number}")
    assert len(names(queries.search("食品", page=2, page_size=2))) == 2
    last = queries.search("食品", page=99, page_size=2)
    assert (last.page, last.pages, len(last.items)) == (3, 3, 1)
    assert queries.search("食品", page=-3, page_size=2).page == 1


def test_search_takes_three_queries(django_assert_num_queries):
    for number in range(6):
        an_item(f"食品第{number}项", main=f"3100{number}")
    with django_assert_num_queries(3):  # synonyms, counts and page, rows with version and region
        rows = queries.search("食品").items
    for row in rows:
        item = ServiceItem.objects.select_related("current", "region").get(pk=row.pk)
        said = (row.code, row.name, row.department_name, row.region_id, row.region_name)
        assert said == (item.code, item.name, item.department_name, item.region_id, item.region.name)
        assert (row.summary, row.visits) == (item.current.summary, item.current.visits)
        assert row.is_applicable_online is item.current.is_applicable_online
    assert len(rows) == 6


def test_a_search_that_has_to_guess_takes_five_queries(django_assert_num_queries):
    an_item("食品经营许可")
    with django_assert_num_queries(5):  # synonyms, page by words, what sounds alike, page with guesses, rows
        assert queries.search("食品径营许可").items


def test_chinese_is_indexed_by_characters_and_pairs_and_other_words_whole():
    assert list(tokens.index_words("食品ABC-12证")) == ["食", "食品", "品", "abc", "12", "证"]
    assert tokens.query_words("食品证 ABC") == ["食品", "品证", "abc"]
    assert tokens.query_words("证") == ["证"]
