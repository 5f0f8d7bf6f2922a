"""Pages of staff and posts: what an administrator sees and does, step-up included."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from identity.models import Account, EnrolmentCode, PostHolding
from identity.staff.actions.holdings import assign_post
from tests.factories import moves
from tests.factories.cast import PASSWORD, a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.staff import account_of, again, an_administrator, posts_now
from tests.factories.workbench import browser_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return build_cast()


@pytest.fixture
def admin(cast):
    return an_administrator(cast.scjg)


def test_new_clerk_from_the_form_to_the_first_sign_in(cast, admin):
    post = a_post(cast.scjg, "综合窗口")
    form = {"staff_number": "N001", "name": "新人", "post": post.pk, "role": "counter_clerk"}
    page = browser_of(admin).post(reverse("staff_new"), form)
    code = page.context["code"]
    assert page.headers["Cache-Control"].startswith("max-age=0")
    newcomer = Client()
    words = {"staff_number": "N001", "code": code, "password": "Copper-kettle-41", "again": "Copper-kettle-41"}
    assert newcomer.post(reverse("enrol"), {**words, "code": "AAAA-AAAA-AAAA-AAAA"}).status_code == 422
    assert newcomer.post(reverse("enrol"), words).status_code == 302
    answer = newcomer.post(reverse("account_login"), {"login": "N001", "password": "Copper-kettle-41"}, follow=True)
    assert "综合窗口" in answer.content.decode()
    assert newcomer.post(reverse("enrol"), words).status_code == 302  # signed in: not for them
    assert EnrolmentCode.objects.get().was_used


def test_wrong_form_keeps_what_was_typed(cast, admin):
    before = Account.objects.count()
    page = browser_of(admin).post(reverse("staff_new"), {"staff_number": "1001", "name": "新人", "post": "x"})
    assert page.status_code == 422
    assert 'value="1001"' in page.content.decode()
    assert Account.objects.count() == before


def test_switch_in_the_header_changes_what_one_sees(cast, admin):
    second = assign_post(admin, account=account_of(cast.clerk), post=a_post(cast.scjg, "监督"), role="supervisor")
    browser = browser_of(cast.clerk)
    assert "市场监管局 · 综合窗口" in browser.get(reverse("worklist")).content.decode()
    assert browser.post(reverse("switch_post"), {"holding": "nonsense"}).status_code == 409
    page = browser.post(reverse("switch_post"), {"holding": second.pk}, follow=True)
    assert "市场监管局 · 监督" in page.content.decode()
    assert again(cast.clerk).role == "supervisor"


def test_refusals_stand_in_the_form_and_change_nothing(cast, admin):
    browser = browser_of(admin)
    before = posts_now()
    address = reverse("staff_operation", args=[cast.clerk.account_id, "give"])
    own = account_of(cast.clerk).holdings.get()
    assert browser.post(address, {"post": own.post_id, "role": own.role}).status_code == 409
    elsewhere = {"post": a_post(cast.xfj, "监督科").pk, "role": "reviewer"}
    assert browser.post(address, elsewhere).status_code == 422
    address = reverse("staff_operation", args=[cast.fire.account_id, "disable"])
    assert browser.post(address, {"reason": "离职"}).status_code == 404
    address = reverse("staff_operation", args=[admin.account_id, "disable"])
    assert browser.post(address, {"reason": "离职"}).status_code == 403
    assert posts_now() == before
    assert not Account.objects.filter(is_active=False).exists()


def test_list_costs_the_same_with_one_and_with_twenty(cast, admin, django_assert_num_queries):
    browser = browser_of(admin)
    address = reverse("staff_list")
    browser.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for number in range(15):
        a_member_of_staff(f"L{number:03d}", a_post(cast.scjg, f"岗位{number}"), PostHolding.Role.REVIEWER)
    with django_assert_num_queries(len(few)):
        page = browser.get(address + "?text=员")
    assert len(page.context["rows"]) > 15
    assert len(browser.get(address + "?text=L00").context["rows"]) == 10
    assert browser.get(address + "?text=%00&department=x&state=zz&page=-1").status_code == 200


def old_sign_in(number: str, *, minutes: int) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"login": number, "password": PASSWORD})
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - minutes * 60
    session.save()
    return browser


def test_decision_after_half_an_hour_asks_again_and_goes_on_with_what_was_typed(cast, settings):
    settings.STAFF_STEP_UP_MINUTES = 30
    case = moves.a_reviewed_case(cast)
    address = reverse("case_action", args=[case.pk, "refuse"])
    fresh = old_sign_in("1004", minutes=29)
    assert fresh.get(address).status_code == 200
    browser = old_sign_in("1004", minutes=31)
    assert browser.get(address).headers["Location"].startswith(reverse("account_reauthenticate"))
    answer = browser.post(address, sent(case, reason="场所不符合规定"))
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert Case.objects.get(pk=case.pk).state == "in_review"
    wrong = browser.post(answer.headers["Location"], {"password": "wrong"})
    assert wrong.status_code == 200
    assert Case.objects.get(pk=case.pk).state == "in_review"
    done = browser.post(answer.headers["Location"], {"password": PASSWORD, "next": address})
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.refusal_reason) == ("decided", "场所不符合规定")


def test_staff_administration_asks_again(cast, admin, settings):
    settings.STAFF_STEP_UP_MINUTES = 30
    browser = old_sign_in("9001", minutes=31)
    for address in (reverse("staff_new"), reverse("staff_operation", args=[cast.clerk.account_id, "reset"])):
        assert browser.post(address).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert account_of(cast.clerk).has_usable_password()
    assert browser.get(reverse("staff_list")).status_code == 200
