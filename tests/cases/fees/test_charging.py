"""Counting a fee by rules that an editor writes: exact, and whatever cannot be read is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging import ChargingUnclear, Moment, Step, gross, parse, payable, problems_of

STEPPED = (
    "时间：送达前\n分段：数量：area，单位：平方米\n"
    "段：至 100，每单位 1.00\n段：至 500，每单位 0.85\n段：以上，每单位 0.335"
)


def test_no_rules_are_no_charge():
    assert parse(" \n") is None


def test_a_price_a_case():
    charging = parse("每件：50")
    assert charging is not None
    assert (charging.moment, charging.steps) == (Moment.ACCEPTANCE, (Step(None, Decimal(50)),))
    assert gross(charging, None) == 50


def test_steps_each_charge_their_own_part():
    charging = parse(STEPPED.replace("0.335", "0.33"))
    assert charging is not None
    assert charging.moment == Moment.DELIVERY
    found = [gross(charging, Decimal(number)) for number in ("0", "100", "100.5", "500", "600")]
    assert found == [0, 100, Decimal("100.425"), 440, 473]


def test_a_half_cent_is_rounded_up_once():
    charging = parse("每单位：0.05，数量：area，单位：份\n减免：小微企业，收 50%，情形：size=small，依据：某号")
    assert charging is not None
    assert payable(gross(charging, Decimal("0.9")), charging.reductions[0]) == Decimal("0.02")
    assert payable(gross(charging, Decimal("0.9")), None) == Decimal("0.05")


@given(st.decimals(min_value=0, max_value=100_000, places=2), st.decimals(min_value=0, max_value=100_000, places=2))
def test_more_never_costs_less(one, other):
    charging = parse(STEPPED.replace("0.335", "0.33"))
    assert charging is not None
    low, high = sorted([one, other])
    assert gross(charging, low) <= gross(charging, high)


@pytest.mark.parametrize(
    "text",
    [
        STEPPED,  # three decimals
        "每件：五十",
        "每件：50，数量：a",
        "每单位：5",
        "每件：50\n每件：60",
        "分段：数量：area，单位：份\n段：以上，每单位 1\n段：至 100，每单位 1",
        "分段：数量：area，单位：份\n段：至 100，每单位 1",
        "分段：数量：area，单位：份",
        "段：以上，每单位 1",
        "时间：明天\n每件：5",
        "减免：老人，收 0%，情形：a=b，依据：某号",
        "每件：5\n减免：老人，收 0%，情形：a=b",
        "每件：5\n减免：老人，收 100%，情形：a=b，依据：某号",
        "每件：5\n减免：老人，收 0%，情形：a，证照：card，依据：某号",
        "每件：5\n减免：老人，收 0%，情形：a=b，证照：，依据：某号",
        "每件：5\n减免：老人，收 0%，依据：某号",
        "每件：5\n减免：老人，收 0%，情形：a=b，情形：c=d，依据：某号",
        "hello",
    ],
)
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(ChargingUnclear):
        parse(text)
    assert len(list(problems_of("检验费", text, {}))) == 1


def test_rules_name_only_what_the_form_asks_and_count_by_numbers():
    text = "每单位：5，数量：area，单位：份\n减免：老人，收 0%，情形：age=old，依据：某号"
    assert len(list(problems_of("检验费", text, {}))) == 2
    assert len(list(problems_of("检验费", text, {"area": "text", "age": "choice"}))) == 1
    assert list(problems_of("检验费", text, {"area": "decimal", "age": "choice"})) == []
