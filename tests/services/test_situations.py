"""Guided questions: which come, which options are open, what they decide."""

import pytest

from services.errors import SituationInvalid
from services.models import Situation
from services.rules import (
    applies,
    next_situation,
    normal_situation,
    options_for,
    situation_complete,
    situation_labels,
)

KIND = Situation(
    key="kind",
    question="哪一类？",
    options=[{"value": "shop", "label": "店铺"}, {"value": "canteen", "label": "食堂"}],
)
COLD = Situation(
    key="cold",
    question="有冷食吗？",
    options=[{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}],
    when={"kind": ["shop"]},
)
SIZE = Situation(
    key="size",
    question="多大？",
    options=[{"value": "big", "label": "大", "when": {"kind": "canteen"}}, {"value": "small", "label": "小"}],
)
QUESTIONS = [KIND, COLD, SIZE]


def test_every_condition_must_hold_and_a_list_means_any_of_it():
    assert applies({}, {})
    assert applies({"kind": ["shop", "canteen"], "cold": "yes"}, {"kind": "shop", "cold": "yes"})
    assert not applies({"kind": "shop"}, {})
    assert not applies({"kind": "shop", "cold": "yes"}, {"kind": "shop", "cold": "no"})


def test_questions_come_in_order_and_only_those_that_apply():
    assert next_situation(QUESTIONS, {}) is KIND
    assert next_situation(QUESTIONS, {"kind": "shop"}) is COLD
    assert next_situation(QUESTIONS, {"kind": "canteen"}) is SIZE
    assert next_situation(QUESTIONS, {"kind": "canteen", "size": "big"}) is None


def test_an_answer_that_an_earlier_change_closed_is_asked_again():
    assert next_situation(QUESTIONS, {"kind": "shop", "cold": "no", "size": "big"}) is SIZE
    assert not situation_complete(QUESTIONS, {"kind": "shop", "cold": "no", "size": "big"})


def test_options_follow_the_earlier_answers():
    assert [option["value"] for option in options_for(SIZE, {"kind": "shop"})] == ["small"]


def test_answers_to_questions_that_do_not_apply_are_dropped():
    raw = {"kind": "canteen", "cold": "yes", "size": "small", "unknown": "x"}
    assert normal_situation(QUESTIONS, raw) == {"kind": "canteen", "size": "small"}


@pytest.mark.parametrize("raw", [{"kind": "hotel"}, {"kind": ["shop"]}, {"kind": "shop", "cold": "no", "size": "big"}])
def test_an_answer_outside_the_options_is_refused_and_named(raw):
    with pytest.raises(SituationInvalid) as caught:
        normal_situation(QUESTIONS, raw)
    assert len(caught.value.fields) == 1


def test_the_summary_names_question_and_label():
    assert situation_labels(QUESTIONS, {"kind": "shop", "cold": "no"}) == [("哪一类？", "店铺"), ("有冷食吗？", "没有")]
