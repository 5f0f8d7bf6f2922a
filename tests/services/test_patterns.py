"""Patterns that staff write: the usual ones are taken, those that a text could make slow are not."""

import re
import time

import pytest

from services.patterns import is_safe

_USUAL = [
    "",
    "[A-Z]{2}[0-9]{6}",
    r"\d{15}|\d{18}",
    "[\\u4e00-\\u9fa5]{2,6}[-—]?[0-9]{1,10}(号|栋|室)",
    r"(京|沪|津|渝)[A-Z]\.?[A-Z0-9]{5,6}",
    "[^]a-z*+]+@[a-z.]+",
    "[A-Z0-9]+-[A-Z0-9]+-[0-9]+",
]
_SLOW = [
    "(a+)+b",
    "a*a*a*a*b",
    "a{0,200}a{0,200}a{0,200}a{0,200}b",
    "a?" * 30 + "a" * 30,
    "(a|a)" * 30 + "b",
    "(a|ab)(c|bcd)" * 20,
    "(?:a+)",
    r"(a)\1",
    "(",
    "a{99999999999999999999}",
    "[",
]


@pytest.mark.parametrize("pattern", _USUAL)
def test_usual_patterns_are_taken(pattern):
    assert is_safe(pattern, 200)


@pytest.mark.parametrize("pattern", _SLOW)
def test_slow_and_unreadable_patterns_are_refused(pattern):
    assert not is_safe(pattern, 200)


def test_the_length_of_the_answer_counts():
    assert is_safe("a*a*a*b", 200)
    assert not is_safe("a*a*a*b", 2000)


@pytest.mark.parametrize("pattern", ["a*a*a*b", "a{0,200}a{0,200}a{0,200}b", "a?" * 15 + "a*b"])
def test_what_is_taken_is_quick_for_the_worst_text(pattern):
    assert is_safe(pattern, 200)
    began = time.perf_counter()
    assert re.fullmatch(pattern, "a" * 200) is None
    assert time.perf_counter() - began < 3
