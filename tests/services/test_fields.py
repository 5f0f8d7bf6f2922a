"""Answers are checked by type and brought to normal form."""

import pytest
from django.http import QueryDict

from services.errors import FieldInvalid
from services.forms import FieldSpec, StepSpec, clean_answers, clean_value
from services.models import ItemVersion


def spec(kind: str = "text", **more) -> FieldSpec:
    return FieldSpec(**{"key": "x", "label": "栏目", "type": kind, **more})


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "  张三  ", "张三"),
        ("text", "𠮷野家", "𠮷野家"),
        ("longtext", "一\r\n二", "一\n二"),
        ("integer", "１２", 12),
        ("integer", "1,200", 1200),
        ("integer", 7, 7),
        ("decimal", "120.50", "120.50"),
        ("decimal", 120.5, "120.5"),
        ("money", "99.90", "99.90"),
        ("date", "2026年1月5日", "2026-01-05"),
        ("date", "2024-02-29", "2024-02-29"),
        ("phone", "+86 138 0000 0000", "13800000000"),
        ("phone", "0000-8100011", "0000-8100011"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("uscc", "91350100m000100y43", "91350100M000100Y43"),
        ("yesno", "yes", "yes"),
        ("address", "人民路1号", "人民路1号"),
    ],
)
def test_a_good_answer_gets_its_normal_form(kind, raw, value):
    assert clean_value(spec(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        ("text", "", "required"),
        ("text", "   ", "required"),
        ("text", None, "required"),
        ("text", "张\x00三", "control_character"),
        ("text", "张\n三", "control_character"),
        ("text", "\ud83d", "control_character"),
        ("text", "长" * 201, "too_long"),
        ("text", ["张三"], "not_text"),
        ("text", {"a": 1}, "not_text"),
        ("text", True, "not_text"),
        ("longtext", "长" * 2001, "too_long"),
        ("integer", "1.5", "not_integer"),
        ("integer", "-1", "not_integer"),
        ("integer", "9" * 13, "not_integer"),
        ("decimal", "1e5", "not_number"),
        ("decimal", float("nan"), "not_number"),
        ("money", "1.234", "not_number"),
        ("date", "2026-02-30", "not_date"),
        ("date", "0001-01-01", "not_date"),
        ("date", "昨天", "not_date"),
        ("phone", "12345", "not_phone"),
        ("id_number", "110105194912310021", "not_id_number"),
        ("uscc", "91350100M000100Y44", "not_uscc"),
        ("yesno", "maybe", "not_offered"),
    ],
)
def test_a_bad_answer_is_refused_with_its_reason_and_a_message(kind, raw, reason):
    with pytest.raises(FieldInvalid) as caught:
        clean_value(spec(kind), raw)
    assert caught.value.reason == reason
    assert caught.value.fields["x"]
    assert caught.value.code == "services.field_invalid"


def test_a_long_name_with_rare_characters_is_counted_by_characters():
    assert clean_value(spec(max_length=60), "𠮷" * 60) == "𠮷" * 60
    with pytest.raises(FieldInvalid):
        clean_value(spec(max_length=60), "𠮷" * 61)


def test_an_optional_answer_may_be_empty():
    assert clean_value(spec(required=False), "") == ""
    assert clean_value(spec("integer", required=False), None) == ""
    assert clean_value(spec("multichoice", required=False, choices=("甲",)), None) == []


def test_a_choice_must_be_one_of_those_offered():
    assert clean_value(spec("choice", choices=("男", "女")), "女") == "女"
    with pytest.raises(FieldInvalid):
        clean_value(spec("choice", choices=("男", "女")), "无")


def test_several_choices_come_back_in_the_order_offered_and_once():
    several = spec("multichoice", choices=("甲", "乙", "丙"))
    assert clean_value(several, ["丙", "甲", "丙"]) == ["甲", "丙"]
    with pytest.raises(FieldInvalid):
        clean_value(several, ["丁"])
    with pytest.raises(FieldInvalid):
        clean_value(several, [])


def test_a_form_is_checked_whole_and_every_error_names_its_field():
    steps = (
        StepSpec("a", "一", (spec(key="name"), spec("integer", key="staff"))),
        StepSpec("b", "二", (spec("multichoice", key="items", choices=("甲", "乙")), spec("date", key="day"))),
    )
    raw = QueryDict("name=张三&staff=x&items=甲&items=乙&day=&other=1")
    values, errors = clean_answers(steps, raw)
    assert values == {"name": "张三", "items": ["甲", "乙"]}
    assert set(errors) == {"staff", "day"}


def test_every_type_of_the_catalogue_format_has_a_check():
    from services.fields import TYPES

    documented = (
        "text longtext integer decimal date choice multichoice phone id_number uscc address money yesno"
        " person organisation group file"
    )
    assert set(documented.split()) == TYPES


def test_fields_and_pages_outside_the_situation_are_left_out():
    from services.forms import steps_of, visible_steps

    version = ItemVersion(
        steps=[
            {"key": "a", "title": "一", "fields": [{"key": "x", "label": "甲", "type": "text"}]},
            {
                "key": "b",
                "title": "二",
                "fields": [{"key": "y", "label": "乙", "type": "text", "when": {"kind": ["rent", "own"]}}],
            },
        ]
    )
    assert [step.key for step in steps_of(version)] == ["a", "b"]
    assert [step.key for step in visible_steps(version, {"kind": "none"})] == ["a"]
    assert [step.key for step in visible_steps(version, {"kind": "rent"})] == ["a", "b"]
