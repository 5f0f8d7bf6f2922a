"""Senior mode, language, sign-in, and for whom one acts."""

import pytest
from django.test import Client

from common.models import AuditEvent
from tests.factories.cast import PASSWORD, Cast
from tests.factories.moves import a_draft
from tests.factories.visitors import address


def test_senior_mode_is_remembered_on_every_page(cast: Cast, anybody: Client):
    assert anybody.post(address("set_mode"), {"mode": "senior", "next": "/verify/"}).url == "/verify/"
    for path in ("/", "/search/", "/verify/", "/progress/", "/account/login/", address("item_guide", cast.item.pk)):
        assert 'data-mode="senior"' in anybody.get(path).content.decode()
    anybody.post(address("set_mode"), {"mode": "standard"})
    assert 'data-mode="standard"' in anybody.get("/").content.decode()


def test_the_page_can_be_switched_to_english_and_back(db, anybody: Client):
    anybody.post(address("set_language"), {"language": "en", "next": "/progress/"})
    assert '<html lang="en"' in anybody.get("/progress/").content.decode()
    anybody.post(address("set_language"), {"language": "zh-hans", "next": "/"})
    assert '<html lang="zh-Hans"' in anybody.get("/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\x00"])
def test_nobody_is_sent_to_another_site(db, anybody: Client, target):
    assert anybody.post(address("set_mode"), {"mode": "senior", "next": target}).url == "/"


def test_one_acts_only_for_oneself_and_ones_own_organisations(cast: Cast, li: Client):
    place = address("choose_principal")
    assert "青禾餐饮店" in li.get(place).content.decode()
    assert li.post(place, {"principal_id": str(cast.shop.pk), "next": "/my/cases/"}).url == "/my/cases/"
    assert "正在为" in li.get("/my/cases/").content.decode()
    assert AuditEvent.objects.filter(code="identity.principal_chosen").count() == 1
    for wrong in (str(cast.stranger.person_id), "x", "", "00000000-0000-7000-8000-000000000000"):
        answer = li.post(place, {"principal_id": wrong})
        assert answer.status_code == 403
        assert "您不能代表这个单位办理" in answer.content.decode()
    assert "正在为" in li.get("/my/cases/").content.decode(), "a refused choice changes nothing"
    li.post(place, {"principal_id": str(cast.li.pk)})
    assert "正在为" not in li.get("/my/cases/").content.decode()


def test_signing_in_by_phone_goes_where_one_wanted_to_go(cast: Cast, anybody: Client):
    wanted = address("my_cases")
    answer = anybody.get(wanted)
    assert answer.url == f"/account/login/?next={wanted}"
    page = anybody.get(answer.url).content.decode()
    assert "手机号或身份证号" in page
    assert "演示账号" in page
    wrong = anybody.post("/account/login/", {"login": "13900000001", "password": "no", "next": wanted})
    assert "data-error-summary" in wrong.content.decode()
    right = anybody.post("/account/login/", {"login": "13900000001", "password": PASSWORD, "next": wanted})
    assert right.url == wanted
    assert "登录成功" in anybody.get(wanted).content.decode()
    assert "要退出登录吗" in anybody.get("/account/logout/").content.decode()
    assert anybody.post("/account/logout/").url == "/"


def test_every_page_of_the_account_has_our_look(cast: Cast, li: Client):
    for path in ("/account/2fa/", "/account/reauthenticate/", "/account/inactive/"):
        answer = li.get(path, follow=True)
        assert answer.status_code == 200
        assert "masthead-public" in answer.content.decode()


def test_a_draft_of_the_shop_is_not_li_s_own(cast: Cast, li: Client, shop: Client):
    case = a_draft(cast)
    assert shop.get(address("draft_materials", case.pk)).status_code == 200
    assert li.get(address("draft_materials", case.pk)).status_code == 404
