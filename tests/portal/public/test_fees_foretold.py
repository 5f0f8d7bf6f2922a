"""Whoever applies knows before submitting what it costs: in the guide's plain words, counted on the check page."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from cases.fees.models import FeeNotice
from cases.models import Case
from portal.public.guide.fees import fees_in_words
from services.models import FeeItem
from tests.factories import moves
from tests.factories.payments import AT_ACCEPTANCE, a_charge

FREE_FOR_CATERING = AT_ACCEPTANCE + "\n减免：餐饮店，收 0%，情形：org.name=青禾餐饮店，依据：财税〔2014〕122号"
HALF_FOR_CATERING = FREE_FOR_CATERING.replace("0%", "50%")
EXPIRED = "减免：到期，收 50%，情形：reason=expired，依据：某文"
MISTAKE = "减免：印错，收 0%，情形：reason=mistake，依据：某文"
STEPPED = "时间：送达前\n分段：数量：area，单位：平方米\n段：至 100，每单位 1.00\n段：以上，每单位 0.50"


def words(charging: str) -> list[str]:
    found = fees_in_words(SimpleNamespace(fees=[FeeItem(name="检验费", charging=charging)]))  # type: ignore[arg-type]
    return found[0].sentences if found else []


@pytest.mark.parametrize(
    ("charging", "said"),
    [
        ("", []),
        ("这不是规则", []),
        ("时间：送达前\n每件：10", ["办一次 10.00 元。", "批准以后才缴，不批准不收。缴清以后把结果给您。"]),
        (
            f"每件：40.00\n{EXPIRED}\n{MISTAKE}",
            [
                "办一次 40.00 元。",
                "到期的，收 20.00 元。",
                "印错的，不收。",
                "提交的时候不用缴，受理以后缴。缴费不影响审批，缴清以后把结果给您。",
            ],
        ),
        (
            STEPPED + "\n减免：小微企业，收 30%，情形：size=small，依据：某文",
            [
                "0 到 100 平方米的部分，每平方米 1.00 元。",
                "超过 100 平方米的部分，每平方米 0.50 元。",
                "小微企业的，只收 30%。",
                "批准以后才缴，不批准不收。缴清以后把结果给您。",
            ],
        ),
    ],
)
def test_rules_are_told_in_plain_words(charging, said):
    assert words(charging) == said


def test_the_guide_tells_how_it_is_counted_and_whether_one_can_pay_online(cast, anybody, settings):
    a_charge(cast)
    page = reverse("item_guide", args=[cast.item.pk])
    said = anybody.get(page).content.decode()
    assert "每平方米 1.50 元，按您填的数量算。" in said
    assert "可以在网上缴费" not in said
    settings.PAYMENT_GATEWAY = "cases.fees.signed_http.SignedHttpGateway"
    assert "可以在网上缴费" in anybody.get(page).content.decode()


@pytest.mark.parametrize(
    ("charging", "said", "not_said"),
    [
        (AT_ACCEPTANCE, ["检验费 120.00 元", "共 120.00 元", "受理以后缴"], "减免"),
        (HALF_FOR_CATERING, ["检验费 60.00 元", "原应缴 120.00 元，餐饮店减免"], "不用缴。"),
        (FREE_FOR_CATERING, ["检验费 0.00 元", "不用缴。"], "受理以后缴"),
        (STEPPED, ["检验费 80.00 元", "不批准不收"], "受理以后缴"),
        (AT_ACCEPTANCE.replace("area", "unasked"), ["检验费 0.00 元"], "受理以后缴"),
    ],
)
def test_the_check_page_counts_what_the_case_will_owe_and_writes_nothing(shop, cast, charging, said, not_said):
    a_charge(cast, charging)
    draft = moves.a_ready_draft(cast)
    page = shop.get(reverse("draft_check", args=[draft.pk])).content.decode()
    fees = page[page.index('id="fees-title"') :].partition("</section>")[0]
    assert [one for one in said if one not in fees] == []
    assert not_said not in fees
    assert not FeeNotice.objects.exists()


def test_a_quantity_that_is_no_number_yet_leaves_the_standard(shop, cast):
    a_charge(cast)
    draft = moves.a_ready_draft(cast)
    answers = {**draft.answers, "area": {**draft.answers["area"], "value": "八十"}}
    Case.objects.filter(pk=draft.pk).update(answers=answers)
    page = shop.get(reverse("draft_check", args=[draft.pk])).content.decode()
    fees = page[page.index('id="fees-title"') :].partition("</section>")[0]
    assert "每平方米 1.5 元" in fees
    assert "120.00" not in fees


def test_without_fees_nothing_is_said(shop, cast):
    draft = moves.a_ready_draft(cast)
    assert "fees-title" not in shop.get(reverse("draft_check", args=[draft.pk])).content.decode()


def test_who_owes_is_told_so_where_the_case_stands(shop, cast):
    free = moves.an_accepted_case(cast)
    a_charge(cast)
    owing = moves.an_accepted_case(cast)
    assert "您不用做什么" in shop.get(reverse("my_case", args=[free.pk])).content.decode()
    page = shop.get(reverse("my_case", args=[owing.pk])).content.decode()
    assert "有一笔费用等您缴" in page
    assert "您不用做什么" not in page
