"""Case numbers: composed of their parts, checked, never two alike, never a person's number."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cases.rules import case_number, is_case_number
from certificates import rules

regions = st.integers(110000, 659999).map(str)
days = st.dates(dt.date(2020, 1, 1), dt.date(2099, 12, 31))
kinds = st.sampled_from(["01", "05", "07", "08", "09", "10", "20"])
serials = st.integers(1, 999_999)


@given(regions, days, kinds, serials)
def test_a_composed_number_is_one_and_shows_its_parts(region: str, day: dt.date, kind: str, serial: int) -> None:
    number = case_number(region=region, day=day, item_type=kind, serial=serial)
    assert is_case_number(number)
    assert number[:20] == f"{region}{day:%y%m%d}{kind}{serial:06d}"


@given(regions, days, kinds, serials, serials)
def test_two_serials_of_a_day_never_share_a_number(region: str, day: dt.date, kind: str, one: int, other: int) -> None:
    numbers = {case_number(region=region, day=day, item_type=kind, serial=serial) for serial in (one, other)}
    assert len(numbers) == len({one, other})


@given(regions, days, kinds, serials, st.integers(0, 20), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(region: str, day: dt.date, kind: str, serial: int, place: int, shift: int) -> None:
    number = case_number(region=region, day=day, item_type=kind, serial=serial)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_case_number(wrong)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_not(text: str) -> None:
    assert is_case_number(text) in {True, False}


@given(days, st.integers(1, 600))
def test_a_term_of_months_ends_the_day_before_its_anniversary(day: dt.date, months: int) -> None:
    last = rules.valid_until(day, months)
    assert last is not None
    assert (last + dt.timedelta(days=1)).month == (day.month - 1 + months) % 12 + 1 or day.day > 28
    assert rules.add_months(day, months) - dt.timedelta(days=1) == last
    assert last >= day
