"""Levels, registration, codes, sessions, password and step-up, as browsers see them."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from common.addresses import browser_name
from common.models import AuditEvent
from identity.models import Account
from tests.factories.cast import PASSWORD, Cast, a_citizen, a_person
from tests.factories.phones import (
    NEW_NAME,
    NEW_NUMBER,
    NEW_PASSWORD,
    NEW_PHONE,
    know_newcomer,
    last_code,
)
from tests.factories.visitors import a_visitor

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36"
LI = "13900000001"


def sign_in(browser: Client, password: str = PASSWORD, login: str = LI, **more):
    return browser.post(
        "/account/login/", {"login": login, "password": password}, headers={"user-agent": CHROME}, **more
    )


def step_up(browser: Client) -> None:
    assert browser.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/"}).status_code == 302


def registration(**changes: str) -> dict[str, str]:
    return {
        "code": last_code(NEW_PHONE),
        "name": NEW_NAME,
        "id_number": NEW_NUMBER,
        "password": NEW_PASSWORD,
        "again": NEW_PASSWORD,
        **changes,
    }


def test_a_newcomer_registers_and_signs_in(cast: Cast, anybody: Client):
    know_newcomer()
    page = anybody.post(reverse("register_phone"), {"phone": "139 0000 0201"}, follow=True)
    assert "139****0201" in page.content.decode()
    assert last_code(NEW_PHONE) in anybody.get(reverse("outbox")).content.decode()
    done = anybody.post(reverse("register_details"), registration(), follow=True)
    assert "注册信息已收到" in done.content.decode()
    assert sign_in(anybody, NEW_PASSWORD, NEW_PHONE).status_code == 302
    assert "三级" in anybody.get(reverse("my_account")).content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "password123", "again": "password123"}, "常见"),
        ({"password": "1234567890123", "again": "1234567890123"}, "数字"),
        ({"again": "Bamboo-bridge-43"}, "两遍密码不一样"),
        ({"id_number": "110101199003071234"}, "公民身份号码不正确"),
        ({"name": "甲" * 61}, "最多 60 个字"),
        ({"name": "甲\x00"}, "不能识别"),
        ({"code": "12345a"}, "6 位数字"),
    ],
)
def test_slips_are_shown_on_their_field_and_use_no_code_up(cast: Cast, anybody: Client, changes, message):
    anybody.post(reverse("register_phone"), {"phone": NEW_PHONE})
    page = anybody.post(reverse("register_details"), registration(**changes))
    assert page.status_code == 422
    assert message in page.content.decode()
    assert NEW_PASSWORD not in page.content.decode()
    assert anybody.post(reverse("register_details"), registration()).status_code == 302


def test_pages_are_the_same_for_a_phone_that_has_an_account(cast: Cast, anybody: Client):
    taken = anybody.post(reverse("register_phone"), {"phone": LI}, follow=True).content.decode()
    free = anybody.post(reverse("register_phone"), {"phone": "13900990001"}, follow=True).content.decode()
    assert without_token(taken) == without_token(free)


def without_token(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrf" not in line.lower())


def test_details_without_a_phone_lead_back(anybody: Client, db: None):
    assert anybody.post(reverse("register_details"), {}).headers["Location"] == reverse("register_phone")


def test_sign_in_with_a_code_goes_where_one_wanted(cast: Cast, anybody: Client):
    anybody.post(reverse("sign_in_phone"), {"phone": LI, "next": "/my/cases/"})
    wrong = anybody.post(reverse("sign_in_code"), {"code": f"{(int(last_code(LI)) + 1) % 10**6:06d}"})
    assert wrong.status_code == 422
    inside = anybody.post(reverse("sign_in_code"), {"code": last_code(LI)})
    assert inside.headers["Location"] == "/my/cases/"
    assert AuditEvent.objects.filter(code="identity.signed_in").latest("pk").detail["method"] == "code"


def test_code_of_one_browser_is_worth_nothing_in_another(cast: Cast, anybody: Client):
    anybody.post(reverse("sign_in_phone"), {"phone": LI})
    other = a_visitor()
    assert other.post(reverse("sign_in_code"), {"code": last_code(LI)}).headers["Location"] == reverse("sign_in_phone")


def test_wrong_passwords_lock_only_the_address_they_come_from(cast: Cast, anybody: Client):
    for _try in range(6):
        sign_in(anybody, "wrong-password", REMOTE_ADDR="10.6.6.6")
    assert sign_in(anybody, REMOTE_ADDR="10.6.6.6").status_code == 200  # the attacker's address has to wait
    assert sign_in(a_visitor(), REMOTE_ADDR="10.7.7.7").status_code == 302  # the owner's has not


def test_blanks_in_the_number_do_not_give_more_tries(cast: Cast, anybody: Client):
    for login in (LI, "139 0000 0001", "139-0000-0001", "+8613900000001", "1390000 0001"):
        sign_in(anybody, "wrong-password", login)
    assert sign_in(anybody).status_code == 200


def test_a_wrong_password_does_not_step_up(cast: Cast):
    here = a_visitor()
    sign_in(here)
    assert here.post("/account/reauthenticate/", {"password": "wrong-password"}).status_code == 200
    assert here.get(reverse("change_password")).status_code == 302


def test_one_sees_ones_devices_and_ends_one_after_stepping_up(cast: Cast):
    here, there = a_visitor(), a_visitor()
    sign_in(here)
    sign_in(there)
    page = here.get(reverse("sessions"))
    assert page.content.decode().count("Chrome · Windows") >= 3
    [other] = [row["session"] for row in page.context["sessions"] if not row["is_current"]]
    ended = reverse("end_session", args=[other.pk])
    assert here.post(ended).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert there.get(reverse("my_cases")).status_code == 200
    step_up(here)
    assert here.post(ended).headers["Location"] == reverse("sessions")
    assert there.get(reverse("my_cases")).status_code == 302
    assert here.post(ended).status_code == 404
    assert here.post(reverse("end_session", args=[10**40])).status_code == 404


def test_nobody_ends_somebody_elses_session(cast: Cast):
    li, zhao = a_visitor(), a_visitor()
    sign_in(li)
    sign_in(zhao, login="13900000003")
    [session] = [row["session"] for row in zhao.get(reverse("sessions")).context["sessions"]]
    step_up(li)
    assert li.post(reverse("end_session", args=[session.pk])).status_code == 404
    assert zhao.get(reverse("my_cases")).status_code == 200


def test_new_password_needs_a_step_up_and_ends_all_other_sessions(cast: Cast):
    here, there = a_visitor(), a_visitor()
    sign_in(here)
    sign_in(there)
    asked = here.get(reverse("change_password")).headers["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    step_up(here)
    weak = here.post(reverse("change_password"), {"password": "password123", "again": "password123"})
    assert weak.status_code == 422
    done = here.post(reverse("change_password"), {"password": NEW_PASSWORD, "again": NEW_PASSWORD}, follow=True)
    assert "密码已改" in done.content.decode()
    assert [row["is_current"] for row in done.context["sessions"]] == [True]
    assert there.get(reverse("my_cases")).status_code == 302
    assert Account.objects.get(pk=cast.account.pk).check_password(NEW_PASSWORD)
    assert sign_in(a_visitor()).status_code == 200


def test_sessions_page_costs_the_same_however_many_there_are(cast: Cast, li: Client, django_assert_num_queries):
    for _browser in range(3):
        sign_in(a_visitor())
    with django_assert_num_queries(5):  # session, account; own sessions; sign-ins and their count
        li.get(reverse("sessions"))


def test_low_level_person_sees_what_is_missing_and_cannot_act_for_an_organisation(cast: Cast, li: Client):
    cast.li.assurance_level = 2
    cast.li.save()
    page = li.get(reverse("my_account")).content.decode()
    assert "现在核对" in page
    assert "需要四级" in page
    refused = li.post(reverse("choose_principal"), {"principal_id": cast.shop.pk})
    assert refused.status_code == 403
    assert "代表单位或授权他人办理需要实名等级四级，您现在是二级" in refused.content.decode()
    differs = li.post(reverse("verify_name"))
    assert differs.status_code == 409
    assert "没有对上" in differs.content.decode()


def test_outbox_shows_ones_own_messages_only_and_only_in_a_demonstration(cast: Cast, anybody: Client, settings):
    anybody.post(reverse("sign_in_phone"), {"phone": LI})
    assert last_code(LI) in anybody.get(reverse("outbox")).content.decode()
    assert last_code(LI) not in a_visitor().get(reverse("outbox")).content.decode()
    zhao = a_visitor(a_citizen(a_person("孙旁人", serial="04", phone="13900000004")))
    assert last_code(LI) not in zhao.get(reverse("outbox")).content.decode()
    settings.DEMO = False
    assert anybody.get(reverse("outbox")).status_code == 404


def test_asking_for_codes_too_fast_is_told_plainly(cast: Cast, anybody: Client):
    answers = [anybody.post(reverse("sign_in_phone"), {"phone": LI}).status_code for _ask in range(4)]
    assert answers == [302, 302, 302, 429]
    cache.clear()


@pytest.mark.parametrize(
    ("agent", "name"), [(CHROME, "Chrome · Windows"), ("curl/8", ""), ("", ""), ("\x00" * 9999, "")]
)
def test_browsers_are_named_in_two_words(agent: str, name: str):
    assert browser_name(agent) == name
