"""Search finds what people mean: synonyms, pinyin, homophones, typing errors, traditional characters, regions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.actor import SYSTEM
from identity.models import Department, Region
from identity.rules import make_uscc
from services import queries
from services.models import SearchPlace, SearchTopic, ServiceItem
from services.search import Filters, find_page, reindex
from services.searching.actions import add_synonym
from services.searching.suggesting import suggest
from tests.factories.catalogue import a_department, an_item

pytestmark = pytest.mark.django_db

FOOD, CHANGE, COMPANY = "食品经营许可（首次申请）", "食品经营许可变更", "有限责任公司设立登记"


@pytest.fixture
def catalogue():
    an_item(FOOD, main="31001", synonyms=["开饭馆", "开餐馆"], popularity=900, is_applicable_online=True)
    an_item(CHANGE, main="31002", popularity=300)
    an_item(COMPANY, main="31003", popularity=500)
    an_item("居住证申领", main="31004", department=a_department("公安局"), popularity=50)
    an_item("烟草专卖零售许可", main="31005", popularity=70)
    an_item("医疗机构执业登记", main="31006", summary="交验营业执照", popularity=950)
    add_synonym(SYSTEM, term="营业执照", stands_for=["设立登记"])


def names(q, **filters) -> list[str]:
    return [item.name for item in queries.search(q, **filters).items]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("开饭馆", FOOD),
        ("我想开饭馆", FOOD),
        ("kfg", FOOD),
        ("KFG", FOOD),
        ("kaifanguan", FOOD),
        ("开反管", FOOD),  # homophones
        ("食品径营许可", FOOD),  # a wrong character
        ("食品营许可", FOOD),  # one left out
        ("食品经许营可", FOOD),  # two swapped
        ("shipinjingyingxuke", FOOD),
        ("sipinjinyinxuke", FOOD),  # s for sh, -n for -ng
        ("spjyxkbg", CHANGE),
        ("食品经营许可变跟", CHANGE),
        ("许可 食品 变更", CHANGE),  # another order
        ("營業執照", COMPANY),
        ("食品經營許可變更", CHANGE),
        ("营业执照", COMPANY),  # rather than what only mentions it
        ("营业执照怎么办理", COMPANY),
        ("yyzz", COMPANY),  # the synonym's initials
        ("营夜执照", COMPANY),  # and its sound
        ("居住正", "居住证申领"),
        ("ＪＺＺ", "居住证申领"),  # full width
    ],
)
def test_what_is_meant_comes_first(catalogue, asked, meant):
    assert names(asked)[0] == meant


@pytest.mark.parametrize(
    ("asked", "phrase"),
    [("食品径营许可", "食品经营许可"), ("kfg", "开饭馆"), ("居住正", "居住证"), ("开反馆", "开饭馆")],
)
def test_did_you_mean_names_the_phrase(catalogue, asked, phrase):
    result = queries.search(asked)
    assert (result.did_you_mean, result.is_relaxed) == (phrase, True)
    assert queries.search(phrase).items[0] == result.items[0]


def test_what_is_spelt_right_is_not_asked_about(catalogue):
    for asked in ("食品经营许可", "开饭馆", "营业执照", "許可", "食品经营许可（首次申请）"):
        result = queries.search(asked)
        assert (result.did_you_mean, result.is_relaxed) == ("", False), asked


def test_what_resembles_nothing_finds_nothing(catalogue):
    for asked in ("量子纠缠", "qqqq", "vvv", "🙂🙂", "Ω≈ç√"):
        result = queries.search(asked)
        assert (result.total, result.did_you_mean) == (0, ""), asked


@pytest.mark.parametrize(
    "asked",
    [
        "a" * 5000,
        "食品" * 3000,
        "%",
        "食%品_",
        "食品 & !许可 | (x)",
        "'食品':*A <-> 许可",
        "\\",
        "食品\x00许可",
        "\x00",
        "🍜🍜食品🍜",
        "   ",
        "　",
        "i:kfg",
        "\ud800食品",
        "' OR 1=1; --",
        "𠮷野家",
    ],
)
def test_hostile_questions_break_nothing(catalogue, asked):
    before = SearchTopic.objects.count()
    queries.search(asked)
    find_page(asked, Filters(), limit=20, offset=0)
    suggest(asked)
    assert SearchTopic.objects.count() == before


def test_a_search_by_words_takes_three_queries_with_every_filter(catalogue, django_assert_num_queries):
    with django_assert_num_queries(3):
        result = queries.search(
            "食品", region="519900", audience="1", department="示范市市场监管局", item_type="01", level=2, online=True
        )
    assert [item.name for item in result.items] == [FOOD]


def test_suggestions_come_while_typing(catalogue, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert suggest("食品") == [FOOD, CHANGE]
    assert suggest("开饭")[0] == FOOD
    assert suggest("kf")[0] == FOOD
    assert suggest("ship") == [FOOD, CHANGE]
    assert suggest("jinyinxu") == [FOOD, CHANGE]
    assert suggest("石品经营") == [FOOD, CHANGE]
    assert suggest("") == suggest("？") == []
    assert len(suggest("许可", limit=2)) == 2


# --- regions


def place(code: str, name: str, level: int, parent: Region | None) -> Department:
    region = Region.objects.create(code=code, name=name, level=level, parent=parent)
    uscc = make_uscc(prefix="11", region=code[:6], body=f"0000{code[-4:]}")
    return Department.objects.create(uscc=uscc, name=f"{name}某局", short_name="某局", region=region)


@pytest.fixture
def levels():
    province = place("410000", "试验省", 1, None)
    city = place("410100", "试验市", 2, province.region)
    county = place("410102", "东区", 3, city.region)
    other = place("410103", "西区", 3, city.region)
    town = place("410102001", "东镇", 4, county.region)
    return {"province": province, "city": city, "county": county, "other": other, "town": town}


def offered(name, department, **more):
    return an_item(name, department=department, main=more.pop("main", "31001"), **more)


def regions_of(q, **filters):
    return [item.region_name for item in queries.search(q, **filters).items]


def test_the_nearest_level_that_offers_it_serves_the_person(levels):
    for key in ("province", "city", "county"):
        offered("取水许可", levels[key])
    assert regions_of("取水许可", region="410102001") == ["东区"]
    assert regions_of("取水许可", region="410103") == ["试验市"]
    assert regions_of("取水许可", region="410000") == ["试验省"]
    assert regions_of("取水许可") == ["试验省"]
    assert regions_of("取水许可", region="999999") == []


def test_a_neighbour_does_not_serve(levels):
    offered("取水许可", levels["other"])
    assert regions_of("取水许可", region="410102001") == []
    assert regions_of("取水许可", region="410103") == ["西区"]


def test_levels_are_counted_and_chosen(levels):
    offered("取水许可", levels["city"])
    offered("取水登记", levels["county"], main="31002")
    result = queries.search("取水", region="410102001")
    assert result.facets["level"] == [("2", "市级", 1), ("3", "县级", 1)]
    assert regions_of("取水", region="410102001", level=3) == ["东区"]


def test_a_department_is_found_below_the_level_that_is_shown_first(levels):
    offered("取水许可", levels["city"])
    mine = offered("取水许可", levels["county"])
    assert [found.pk for found in queries.search("取水", department="东区某局").items] == [mine.pk]
    assert [found.pk for found in queries.search("", department="东区某局").items] == [mine.pk]


def test_a_paused_item_steps_aside_for_the_level_above_and_comes_back(levels):
    offered("取水许可", levels["city"])
    mine = offered("取水许可", levels["county"])
    ServiceItem.objects.filter(pk=mine.pk).update(state=ServiceItem.State.PAUSED)
    assert regions_of("取水许可", region="410102") == ["试验市"]
    ServiceItem.objects.filter(pk=mine.pk).update(state=ServiceItem.State.ACTIVE)
    assert regions_of("取水许可", region="410102") == ["东区"]


def test_one_topic_for_many_regions_and_another_speaker_when_the_first_goes(levels):
    first = offered("取水许可", levels["city"], synonyms=["打井"])
    offered("取水许可", levels["county"], synonyms=["抽水"])
    assert SearchTopic.objects.count() == 1
    assert names("打井") == ["取水许可"]
    assert names("抽水") == []  # the higher level speaks for the topic
    first.current = None
    first.save()
    reindex([first])
    assert names("抽水") == ["取水许可"]
    assert not SearchPlace.objects.filter(item=first).exists()


def test_a_renamed_item_leaves_no_topic_behind(levels):
    item = offered("取水许可", levels["city"])
    item.current.name = "打井许可"
    item.current.save()
    reindex([item])
    assert list(SearchTopic.objects.values_list("name", flat=True)) == ["打井许可"]
    assert names("取水") == []


def test_writing_many_takes_no_query_for_each(levels):
    few = [offered(f"取水许可{number}", levels["city"], main=f"3100{number}") for number in range(2)]
    many = [offered(f"排水许可{number}", levels["city"], main=f"3200{number}") for number in range(9)]

    def asked(items) -> int:
        with CaptureQueriesContext(connection) as queries_made:
            reindex(ServiceItem.objects.filter(pk__in=[item.pk for item in items]))
        return len(queries_made)

    assert asked(many) == asked(few)


def test_an_item_is_found_by_its_whole_code(levels):
    item = offered("取水许可", levels["city"])
    assert [found.pk for found in queries.search(item.task_code.lower()).items] == [item.pk]
    assert queries.search("12345678").total == 0
