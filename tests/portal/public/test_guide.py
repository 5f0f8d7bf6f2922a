"""The guide: for everybody, for the person who is signed in, and for one who must act as somebody else."""

from django.test import Client

from cases.models import Case
from services.models import ItemVersion, ServiceItem
from tests.factories.cast import Cast
from tests.factories.visitors import address


def guide(browser: Client, cast: Cast) -> str:
    return browser.get(address("item_guide", cast.item.pk)).content.decode()


def test_a_stranger_reads_everything_and_is_asked_to_sign_in(cast: Cast, anybody: Client):
    page = guide(anybody, cast)
    for words in ("5 个工作日", "20 个工作日", "不收费", "《中华人民共和国食品安全法》第三十五条", "消防意见"):
        assert words in page
    assert "登录后在线办理" in page
    assert "有“营业执照”电子证照的，不用交" in page


def test_the_holder_sees_what_need_not_be_handed_in(cast: Cast, shop: Client):
    page = guide(shop, cast)
    assert "<b>3</b> <span>份要交，共 4 份</span>" in page
    assert "证照库中有效" in page
    assert "在线办理" in page


def test_who_must_act_as_an_organisation_is_offered_to_switch(cast: Cast, li: Client):
    page = guide(li, cast)
    assert "要以单位（企业、个体户或其他组织）的名义申请" in page
    assert address("choose_principal") in page
    assert address("start_draft", cast.item.pk) not in page


def test_the_guide_takes_no_query_for_each_material(cast: Cast, shop: Client, django_assert_num_queries):
    # session, account, organisation; item; guide 8; party; 2 for what is held;
    # files, windows, calendar, own cases on earlier versions
    with django_assert_num_queries(19):
        guide(shop, cast)


def test_a_strangers_guide_takes_a_fixed_number_of_queries(cast: Cast, anybody: Client, django_assert_num_queries):
    with django_assert_num_queries(12):  # item; guide 8; files, windows, calendar
        guide(anybody, cast)


def test_an_item_that_is_not_online_says_where_to_go(cast: Cast, shop: Client):
    ItemVersion.objects.filter(pk=cast.version.pk).update(is_applicable_online=False, hall_place="人民路1号")
    page = guide(shop, cast)
    assert "请带上材料到 人民路1号 办理" in page
    assert address("start_draft", cast.item.pk) not in page


def test_a_paused_item_takes_no_application(cast: Cast, shop: Client):
    ServiceItem.objects.filter(pk=cast.item.pk).update(state=ServiceItem.State.PAUSED)
    assert "这个事项暂停办理" in guide(shop, cast)
    assert shop.post(address("start_draft", cast.item.pk)).status_code == 409
    assert not Case.objects.exists()


def test_an_unknown_item_is_a_page_with_words(db, anybody: Client):
    answer = anybody.get(address("item_guide", "00000000-0000-7000-8000-000000000000"))
    assert answer.status_code == 404
    assert "没有找到这个事项" in answer.content.decode()
