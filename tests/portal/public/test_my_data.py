"""我的数据 in a browser: copy, correct, close; refusals keep what was typed."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions import drafts
from identity.models import Account, AccountClosure, CorrectionRequest, DataExport, Person
from identity.privacy import closing_actions
from identity.privacy.correction_actions import request_correction
from portal.public.data_forms import CORRECTABLE
from tests.factories.cast import PASSWORD, Cast, a_picture
from tests.factories.mandates import an_agent
from tests.factories.privacy import a_made_export, a_wrong_address, opened
from tests.factories.visitors import a_visitor
from tests.portal.public.test_account_security import step_up


@pytest.fixture
def stranger(cast: Cast) -> Client:
    return a_visitor(Account.objects.get(pk=cast.stranger.account_id))


def test_the_account_leads_to_my_data_and_a_copy_is_asked_for_once(stranger: Client):
    assert reverse("my_data") in stranger.get(reverse("my_account")).content.decode()
    page = stranger.post(reverse("export_data"), {"request_key": "a"}, follow=True).content.decode()
    assert "正在准备" in page
    assert reverse("export_data") not in page
    refused = stranger.post(reverse("export_data"), {"request_key": "b"})
    assert refused.status_code == 409
    assert "已经有一份正在准备" in refused.content.decode()
    assert DataExport.objects.count() == 1


def test_downloading_asks_for_the_password_first(cast: Cast, stranger: Client):
    export = a_made_export(cast.stranger)
    address = reverse("export_file", args=[export.pk])
    assert stranger.get(address).headers["Location"].startswith(reverse("account_reauthenticate"))
    step_up(stranger)
    answer = stranger.get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "请先看这里.html" in opened(answer.content).namelist()
    assert a_visitor(cast.account).get(address).status_code == 302
    other = a_visitor(cast.account)
    step_up(other)
    assert other.get(address).status_code == 404
    stranger.post(reverse("erase_export", args=[export.pk]))
    assert stranger.get(address).status_code == 404


def test_an_account_without_a_password_proves_itself_by_a_code(cast: Cast, stranger: Client):
    Account.objects.filter(pk=cast.stranger.account_id).update(password="!none")
    browser = a_visitor(Account.objects.get(pk=cast.stranger.account_id))
    export = a_made_export(cast.stranger)
    for address in (reverse("export_file", args=[export.pk]), reverse("close_account")):
        assert browser.get(address).headers["Location"].startswith(reverse("account_reauthenticate"))
    export.refresh_from_db()
    assert export.downloaded_at is None


def test_under_a_mandate_none_of_it_opens(cast: Cast):
    agent = an_agent(cast)
    browser = a_visitor(Account.objects.get(pk=agent.account_id), acting_for=cast.shop)
    for name in ("my_data", "correct_data"):
        assert browser.get(reverse(name)).status_code == 403
    assert browser.post(reverse("export_data"), {"request_key": "a"}).status_code == 403
    assert not DataExport.objects.exists()


def test_a_correction_is_sent_with_its_proof_and_shown_with_its_day(cast: Cast, stranger: Client):
    typed = {"request_key": "k", "subject": "address", "wanted": "解放路1号", "current": "", "reason": "搬家"}
    page = stranger.post(reverse("correct_data"), {**typed, "proof": a_picture()}, follow=True).content.decode()
    row = CorrectionRequest.objects.get()
    assert row.proof_id
    assert "已收到" in page
    assert "承诺" in page
    again = stranger.post(reverse("correct_data"), {**typed, "request_key": "k2"})
    assert again.status_code == 409
    assert "解放路1号" in again.content.decode()
    stranger.post(reverse("withdraw_correction", args=[row.pk]))
    assert stranger.post(reverse("withdraw_correction", args=[row.pk])).status_code == 409
    row.refresh_from_db()
    assert row.state == "withdrawn"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wanted": ""}, "请填写这一项"),
        ({"subject": "certificate"}, "请从列出的选项里选一个"),
        ({"wanted": "甲\x00"}, "不能识别"),
        ({"wanted": "甲" * 501}, "最多写 500 个字"),
        ({"current": "甲", "wanted": "甲"}, "不用更正"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_sent(stranger: Client, changes, message):
    typed = {"request_key": "k", "subject": "address", "wanted": "解放路1号", "current": "", "reason": "我搬家了"}
    page = stranger.post(reverse("correct_data"), {**typed, **changes})
    assert page.status_code == 422
    assert message in page.content.decode()
    assert "我搬家了" in page.content.decode()
    assert not CorrectionRequest.objects.exists()


def test_a_prefilled_value_leads_to_its_correction(cast: Cast, stranger: Client):
    Person.objects.filter(pk=cast.stranger.person_id).update(address="旧地址9号")
    page = stranger.get(reverse("correct_data") + "?about=person.address").content.decode()
    assert "旧地址9号" in page
    for about in ("person.phone", "<script>", "%00"):
        assert stranger.get(reverse("correct_data") + f"?about={about}").status_code == 200
    assert set(CORRECTABLE) == {"person.name", "person.id_number", "person.address"}


def test_somebody_elses_certificate_cannot_be_named(cast: Cast, stranger: Client):
    assert stranger.get(reverse("correct_data") + f"?certificate={cast.licence.pk}").status_code == 404
    assert stranger.get(reverse("correct_data") + "?certificate=x").status_code == 200


def test_closing_says_what_hinders_it_and_shows_no_button(cast: Cast):
    browser = a_visitor(cast.account)
    step_up(browser)
    page = browser.get(reverse("close_account")).content.decode()
    assert "青禾餐饮店" in page
    assert 'name="understood"' not in page
    assert browser.post(reverse("close_account"), {"understood": "on"}).status_code == 409
    assert Account.objects.get(pk=cast.account.pk).is_active


def test_closing_needs_the_tick_and_signs_out_everywhere(cast: Cast, stranger: Client):
    step_up(stranger)
    assert stranger.post(reverse("close_account"), {}).status_code == 422
    assert not AccountClosure.objects.exists()
    done = stranger.post(reverse("close_account"), {"understood": "on"}, follow=True)
    assert "账号已注销" in done.content.decode()
    assert stranger.get(reverse("my_account")).status_code == 302
    number = Person.objects.get(pk=cast.stranger.person_id).id_number
    back = Client()
    page = back.post("/account/login/", {"login": number, "password": PASSWORD}, follow=True)
    assert "欢迎回来" in page.content.decode()
    closing_actions.expire_due(now=timezone.now())
    assert back.get(reverse("my_account")).status_code == 200


def test_the_page_costs_the_same_however_many_requests(cast: Cast, stranger: Client, django_assert_max_num_queries):
    for subject in ("address", "name", "other"):
        request_correction(cast.stranger, wrong=a_wrong_address(subject=subject))
    with django_assert_max_num_queries(6):  # session, account; how many requests, the page of them, the copy
        stranger.get(reverse("my_data"))


def test_drafts_still_show_where_values_come_from(cast: Cast):
    draft = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    page = a_visitor(cast.account, acting_for=cast.shop).get(reverse("draft_step", args=[draft.pk, "shop"]))
    assert page.status_code in {200, 302}
    assert reverse("correct_data") not in page.content.decode()  # a shop's values are not the person's to correct
