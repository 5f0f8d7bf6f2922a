"""谁看过我的数据: who, what, when, what for; nobody else's looks and none of one's own."""

from django.test import Client
from django.urls import reverse

from cases.actions.reading import unmask
from cases.queries import get_case
from certificates.queries import get_certificate
from tests.factories import moves
from tests.factories.cast import Cast
from tests.factories.visitors import a_visitor


def ledger(browser: Client, page: int = 1) -> str:
    return browser.get(reverse("my_access"), {"page": page}).content.decode()


def test_looks_of_staff_are_listed_with_office_purpose_and_reason(cast: Cast, shop: Client):
    case = moves.an_accepted_case(cast)
    assert "还没有人看过" in ledger(shop)
    get_case(cast.clerk, case.pk)
    unmask(cast.food, case_id=case.pk, reason="核对住所")
    get_certificate(cast.decider, cast.licence.pk)
    page = ledger(shop)
    for text in ("打开了您的办件", "没有遮挡", "核对住所", "查看了您的证照", "营业执照", "食品经营许可", case.number):
        assert text in page
    assert cast.scjg.short_name in page


def test_own_looks_are_no_entry_and_others_see_nothing_of_it(cast: Cast, shop: Client, li: Client):
    case = moves.an_accepted_case(cast)
    get_case(cast.citizen, case.pk)
    shop.get(reverse("certificate_detail", args=[cast.licence.pk]))
    assert "还没有人看过" in ledger(shop)
    get_case(cast.clerk, case.pk)
    assert "打开了您的办件" in ledger(shop)
    assert "还没有人看过" in ledger(li)  # acting for herself, not for the shop
    assert a_visitor().get(reverse("my_access")).status_code == 302


def test_pages_cost_the_same_however_many_looks_there_are(cast: Cast, shop: Client, django_assert_max_num_queries):
    case = moves.an_accepted_case(cast)
    for _look in range(45):
        get_case(cast.clerk, case.pk)
    # session, account, organisation; count, rows; departments, cases, certificates, grants
    with django_assert_max_num_queries(9):
        page = ledger(shop, 2)
    assert "共 45 条" in page
    assert page.count("打开了您的办件") == 20
