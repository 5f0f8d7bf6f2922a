"""Number patterns, gap-free series, 16 issuers at once, and the terms of validity."""

import datetime as dt

import pytest
from django.db import transaction

from certificates import errors, numbers, rules, validity
from certificates.actions import issue
from certificates.models import Certificate
from certificates.type_actions import define_type
from common.checksums import certificate_check
from identity.actor import SYSTEM
from tests.factories.cast import a_person, a_type, build_cast
from tests.factories.threads import at_once

DAY = dt.date(2026, 11, 22)


def made(pattern: str, serial: int | None = 7) -> str:
    return numbers.compose(pattern, prefix="JY", region="519902000000", day=DAY, serial=serial)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        (numbers.DEFAULT, "JY5199022026000007"),
        ("{prefix}1{region}{yy}{mm}{seq:4}", "JY151990226110007"),
        ("示（{yyyy}）不动产权第{seq:7}号", "示（2026）不动产权第0000007号"),
        ("{region}-{yyyy}-{seq:6}", "519902-2026-000007"),
    ],
)
def test_a_number_follows_its_pattern(pattern, number):
    numbers.check_pattern(pattern)
    assert made(pattern) == number


def test_the_check_character_covers_what_stands_before_it():
    number = made("{prefix}{region}{seq:6}{check}")
    assert number[-1] == certificate_check(number[:-1])
    assert made("{prefix}{seq:6}{check}", None) == "JY#"


@pytest.mark.parametrize(
    "pattern",
    ["{prefix}", "{seq:2}", "{seq:13}", "{seq}{seq}", "{check}{seq}", "{holder}{seq}", "{region:3}{seq}", "a{seq}",
     "{seq}{{", "{seq}<b>", "{0.__class__}{seq}", "字" * 60 + "{seq}", "", "{seq} ", "{SEQ}"],
)  # fmt: skip
def test_other_patterns_are_refused(pattern):
    with pytest.raises(errors.NumberPatternInvalid) as caught:
        numbers.check_pattern(pattern)
    assert "number_pattern" in caught.value.fields


def test_a_number_that_was_taken_and_not_used_goes_back(cast):
    kind = a_type("many", "许可证", cast.scjg, "009", is_single_instance=False, number_pattern="XK{yyyy}{seq:5}")

    def give(rolls_back: bool) -> str:
        with transaction.atomic():
            number = issue(
                SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={}, issued_on=DAY
            ).number
            transaction.set_rollback(rolls_back)
        return number

    assert [give(False), give(True), give(False)] == ["XK202600001", "XK202600002", "XK202600002"]


@pytest.mark.django_db(transaction=True)
def test_sixteen_issuers_at_once_leave_no_gap_and_no_double():
    cast = build_cast()
    kind = a_type("many", "许可证", cast.scjg, "009", is_single_instance=False, number_pattern="XK{yyyy}{seq:5}")
    results = at_once(
        *[
            lambda: issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={})
            for _ in range(16)
        ]
    )
    assert all(isinstance(result, Certificate) for result in results)
    assert sorted(int(result.number[-5:]) for result in results) == list(range(1, 17))
    assert len({result.identifier for result in results}) == 16


@pytest.mark.django_db(transaction=True)
def test_a_single_instance_type_is_issued_once_by_many_at_once():
    cast = build_cast()
    kind = a_type("one", "许可证", cast.scjg, "009")
    results = at_once(
        *[
            lambda: issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={})
            for _ in range(8)
        ]
    )
    assert sorted(map(str, results)).count("certificate.single_instance") == 7
    assert Certificate.objects.filter(type=kind).count() == 1


def test_one_for_each_vehicle(cast):
    kind = a_type(
        "vehicle", "道路运输证", cast.scjg, "009", subject_field="plate", fields=[{"key": "plate", "label": "车牌"}]
    )

    def give(plate: str) -> Certificate:
        return issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={"plate": plate})

    first, other = give("示A12345"), give("示A12346")
    assert first.subject_index != other.subject_index
    assert "示A12345" not in first.subject_index
    with pytest.raises(errors.SingleInstance):
        give(" 示a12345 ")
    assert Certificate.objects.filter(type=kind).count() == 2


def test_a_type_may_be_for_persons_and_organisations(cast):
    kind = a_type("deed", "不动产权证书", cast.scjg, "009", holder_kind="either", is_single_instance=False)
    for holder in (cast.shop.party, cast.li.party):
        assert issue(SYSTEM, certificate_type=kind, holder=holder, issuer=cast.scjg, face={}).state == "valid"


def test_numbers_in_words_get_a_serial_of_their_own():
    one, two = (rules.serial_of(f"示（2026）{kind}不动产权第0000007号") for kind in ("甲", "乙"))
    assert one != two
    assert len(one) == 20
    assert one == one.upper()
    assert rules.serial_of("JY-13301") == "JY13301"


CARD = {"kind": "by_age", "steps": [[16, 60], [26, 120], [46, 240], [None, None]]}


@pytest.mark.parametrize(
    ("rule", "born", "face", "last"),
    [
        ({"kind": "long"}, None, {}, None),
        ({"kind": "months", "months": 12}, None, {}, "2027-11-21"),
        ({"kind": "field", "field": "until"}, None, {"until": "2027-03-01"}, "2027-03-01"),
        ({"kind": "age", "age": 70}, "1980-02-29", {}, "2050-02-28"),
        (CARD, "2010-11-23", {}, "2031-11-21"),  # fifteen for one more day
        (CARD, "2010-11-22", {}, "2036-11-21"),
        (CARD, "2000-01-01", {}, "2046-11-21"),
        (CARD, "1980-11-22", {}, None),
    ],
)
def test_the_last_day_by_each_rule(rule, born, face, last):
    birth = dt.date.fromisoformat(born) if born else None
    validity.check_rule(rule, fields=frozenset({"until"}))
    until = validity.last_day_by(rule, day=DAY, face=face, born=lambda: birth)
    assert until == (dt.date.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    ("rule", "face"),
    [
        ({"kind": "field", "field": "until"}, {}),
        ({"kind": "field", "field": "until"}, {"until": "2027-02-30"}),
        ({"kind": "field", "field": "until"}, {"until": "2020-01-01"}),
        (CARD, {}),
        ({"kind": "age", "age": 3}, {}),
    ],
)
def test_a_term_that_cannot_be_counted_is_said(rule, face):
    with pytest.raises(errors.ValidityInvalid):
        validity.last_day_by(rule, day=DAY, face=face, born=lambda: None)


@pytest.mark.parametrize(
    "rule",
    [{"kind": "ever"}, {"months": 3}, {"kind": "months", "months": 0}, {"kind": "months", "months": True},
     {"kind": "field", "field": "gone"}, {"kind": "age", "age": 200}, {"kind": "by_age", "steps": []},
     {"kind": "by_age", "steps": [[26, 1], [16, 1], [None, 1]]}, {"kind": "by_age", "steps": [[16, 60]]},
     {"kind": "long", "more": 1}],
)  # fmt: skip
def test_rules_of_another_form_are_refused(rule):
    with pytest.raises(errors.ValidityInvalid):
        validity.check_rule(rule, fields=frozenset({"until"}))


def test_whose_birth_date_counts_is_the_holders(cast):
    kind = a_type("id-card", "居民身份证", cast.scjg, "009", holder_kind="person", validity=CARD)
    old = a_person("王久", serial="09")  # born 1980-01-01
    card = issue(SYSTEM, certificate_type=kind, holder=old.party, issuer=cast.scjg, face={}, issued_on=DAY)
    assert card.valid_until is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"number_pattern": "{prefix}"}, errors.TypeInvalid),
        ({"validity": {"kind": "field", "field": "gone"}}, errors.TypeInvalid),
        ({"subject_field": "gone"}, errors.TypeInvalid),
        ({"retention": "1"}, errors.TypeInvalid),
        ({"fields": [{"key": "a", "label": "甲"}, {"key": "a", "label": "乙"}]}, errors.TypeInvalid),
        ({"fields": [{"key": "<b>", "label": "甲"}]}, errors.TypeInvalid),
    ],
)
def test_a_type_with_a_wrong_rule_is_not_defined(cast, change, error):
    values = {"fields": [{"key": "name", "label": "名称"}], **change}
    before = list(type(cast.food_licence).objects.values())
    with pytest.raises(error) as caught:
        define_type(
            SYSTEM, key="food-licence", sequence="002", name="食品经营许可证", definer=cast.scjg,
            holder_kind="organisation", template="licence", seal_caption="专用章", **values,
        )  # fmt: skip
    assert set(caught.value.fields) <= set(change)
    assert list(type(cast.food_licence).objects.values()) == before
