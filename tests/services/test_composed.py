"""Answers with parts: normal forms, and what hostile input gets."""

import json

import pytest
from django.http import QueryDict
from django.utils.translation import override

from common.checksums import id_number_check
from identity.models import Region
from identity.regions.queries import book_of, children_of
from services.forms import FieldSpec, StepSpec, check_answers
from services.texts import text_of
from tests.factories.catalogue import a_region

NUMBER = "5199021988041210" + "3"
NUMBER += id_number_check(NUMBER)
PERSON = {"name": "罗建平", "kind": "111", "number": NUMBER, "issuer": "", "phone": "13900000009"}
COLUMNS = (
    FieldSpec(key="name", label="姓名", type="text"),
    FieldSpec(key="age", label="年龄", type="integer", required=False, least="16", most="70"),
)


def spec(kind, **more) -> FieldSpec:
    return FieldSpec(**{"key": "x", "label": "栏目", "type": kind, **more})


def check(one: FieldSpec, raw):
    return check_answers([StepSpec("s", "页", (one,))], raw if isinstance(raw, QueryDict) else {"x": raw})


def codes(one: FieldSpec, raw) -> dict[str, str]:
    return {problem.path: problem.code for problem in check(one, raw).problems}


@pytest.fixture
def tree(db) -> None:
    province = Region.objects.create(code="510000", name="示范省", level=1)
    city = a_region()
    Region.objects.filter(pk=city.pk).update(parent=province)
    county = Region.objects.create(code="519902", name="中心区", level=3, parent=city)
    Region.objects.create(code="519902001", name="人民路街道", level=4, parent=county)
    Region.objects.create(code="519903", name="滨江区", level=3, parent=city)


@pytest.mark.parametrize("kind", ["address", "person", "organisation", "group", "file"])
@pytest.mark.parametrize(
    "raw",
    [
        [], [[[]]], {"a": {"b": [1]}}, 7, True, "\x00", "\ud800", [1, 2], [None],
        {"region": {"x": 1}, "detail": "路"},
        {"region": ["1"] * 5000, "detail": []}, {"document": 5}, {"document": "' OR 1=1"}, {"name": ["a"]},
        {"name": "\x00", "number": {}, "phone": []}, {"uscc": 1.5, "name": "张" * 9999}, [{"name": {"a": 1}}],
        {"detail": "a" * 10**6},
    ],
)  # fmt: skip
def test_what_is_no_such_answer_is_refused_in_words(db, kind, raw):
    found = check(spec(kind, columns=COLUMNS), raw)
    assert found.problems or json.dumps(found.values)
    for problem in found.problems:
        assert problem.path.startswith("x")
        assert problem.code
        assert problem.message


def test_ten_thousand_rows_are_refused_before_they_are_read():
    rows = [{"name": "甲"}] * 10_000
    assert codes(spec("group", columns=COLUMNS), rows) == {"x": "too_many_rows"}
    assert codes(spec("group", columns=COLUMNS, max_rows=2), rows[:3]) == {"x": "too_many_rows"}


def test_errors_of_a_table_stand_at_row_and_column():
    rows = [{"name": "甲", "age": "12"}, {}, {"name": "", "age": "30"}]
    assert codes(spec("group", columns=COLUMNS), rows) == {"x.0.age": "too_small", "x.2.name": "required"}


def test_rows_of_a_posted_table_are_put_together_and_blank_ones_left_out():
    posted = QueryDict(
        "x.rows=3&x.0.name=甲&x.0.age=20&x.1.name=&x.1.age=&x.5.name=𠮷野&x.5.age=&x.0.other=1&x.no.name=9"
    )
    found = check(spec("group", columns=COLUMNS), posted)
    assert found.values == {"x": [{"name": "甲", "age": 20}, {"name": "𠮷野", "age": ""}]}


def test_a_table_needs_its_rows():
    assert codes(spec("group", columns=COLUMNS, min_rows=2), [{"name": "甲"}]) == {"x": "too_few_rows"}
    assert codes(spec("group", columns=COLUMNS), "") == {"x": "too_few_rows"}
    assert check(spec("group", columns=COLUMNS, required=False), "").values == {"x": []}


def test_a_person_is_checked_as_the_register_does():
    assert check(spec("person"), PERSON).values == {"x": PERSON}
    assert check(spec("person"), {**PERSON, "kind": ""}).values["x"]["kind"] == "111"
    assert codes(spec("person"), {**PERSON, "number": NUMBER[:-1] + "?"}) == {"x.number": "not_id_number"}
    assert codes(spec("person"), {**PERSON, "phone": "12"}) == {"x.phone": "not_phone"}
    assert codes(spec("person"), {"name": "罗建平"}) == {"x.number": "required", "x.phone": "required"}
    assert codes(spec("person"), {}) == {"x.name": "required"}
    assert check(spec("person", required=False), {}).values == {"x": ""}


def test_days_are_written_as_people_write_them():
    day = spec("date")
    assert text_of(day, "1945-03-07") == "1945年3月7日"
    with override("en"):
        assert text_of(day, "1945-03-07") == "7 March 1945"
    assert text_of(day, "三月初七") == "三月初七"
    assert text_of(day, "") == text_of(day, None) == ""


def test_an_address_is_picked(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = check(spec("address"), {"region": "519902001", "detail": "人民路1号"})
    names = ["示范省", "示范市", "中心区", "人民路街道"]
    assert found.values == {"x": {"region": "519902001", "names": names, "detail": "人民路1号"}}
    assert text_of(spec("address"), found.values["x"]) == "示范市中心区人民路街道人民路1号"


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"region": "519900", "detail": "人民路1号"}, "x.region"),
        ({"region": "999999", "detail": "人民路1号"}, "x.region"),
        ({"region": "519902", "detail": ""}, "x.detail"),
        ({"region": ["", "", "", ""], "detail": "人民路1号"}, "x.region"),
    ],
)
def test_an_address_needs_its_county_and_its_street(tree, raw, path):
    assert list(codes(spec("address"), raw)) == [path]


def test_a_written_address_is_split_and_one_from_elsewhere_stays(tree):
    found = check(spec("address"), "示范市中心区人民路66号").values["x"]
    assert (found["region"], found["detail"]) == ("519902", "人民路66号")
    assert check(spec("address"), "外省某市某区1号").values["x"] == "外省某市某区1号"
    picked = {"region": ["510000", "519900", "519903", ""], "detail": "示范市滨江区云岭路20号"}
    assert check(spec("address"), picked).values["x"]["detail"] == "示范市滨江区云岭路20号"
    elsewhere = {"region": ["-", "519900", "", ""], "detail": "外省某市1号"}
    assert check(spec("address"), elsewhere).values["x"] == "外省某市1号"


def test_what_hangs_on_a_former_pick_is_dropped(tree):
    stale = {"region": ["510000", "519903", "519902001", ""], "detail": "人民路1号"}
    assert check(spec("address"), stale).values["x"]["region"] == "519903"


def test_only_the_regions_in_question_are_loaded(tree, django_assert_num_queries):
    rows = [Region(code=f"6{place:05d}", name=f"甲{place}县", level=3) for place in range(5000)]
    Region.objects.bulk_create(rows)
    with django_assert_num_queries(1):
        assert set(book_of(["519902"], ["示范市滨江区云岭路"]).places) == {"519902", "519900", "519903"}
    Region.objects.filter(code__startswith="6").delete()
    with django_assert_num_queries(1):
        assert children_of(["519900"])["519900"] == [("519902", "中心区"), ("519903", "滨江区")]


def test_bounds_and_patterns():
    assert codes(spec("date", least="2026-01-01"), "2025-12-31") == {"x": "too_small"}
    assert codes(spec("integer", most="10"), "11") == {"x": "too_large"}
    number = spec("text", pattern="[A-Z]{2}[0-9]{4}", pattern_message="两个字母加四位数字")
    assert check(number, "AB12345").messages == {"x": "两个字母加四位数字"}
    assert check(number, "AB1234").values == {"x": "AB1234"}
