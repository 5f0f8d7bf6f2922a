"""Opening, enrolling, closing and resetting: nobody types somebody else's password."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.errors import DomainError
from common.models import AuditEvent
from identity.actor import PUBLIC, SYSTEM
from identity.models import Account, EnrolmentCode, PostHolding
from identity.queries import actor_for
from identity.staff.actions import accounts, places
from tests.factories.cast import PASSWORD
from tests.factories.catalogue import a_post
from tests.factories.staff import account_of, an_administrator

NEW = "Copper-kettle-41"


@pytest.fixture
def admin(cast):
    return an_administrator(cast.scjg)


def appointed(cast, admin, number="N001"):
    return accounts.appoint(
        admin, staff_number=number, name="新人", post=a_post(cast.scjg, "综合窗口"), role=PostHolding.Role.COUNTER_CLERK
    )


def test_code_sets_the_password_once(cast, admin):
    account = appointed(cast, admin)
    assert not account.has_usable_password()
    code = accounts.issue_enrolment(admin, account=account)
    assert code.replace("-", "") not in str(list(EnrolmentCode.objects.values()))
    assert code not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    accounts.enrol(PUBLIC, staff_number="N001", code=code.lower(), password=NEW)
    account.refresh_from_db()
    assert account.check_password(NEW)
    with pytest.raises(DomainError, match=r"staff\.enrolment_wrong"):
        accounts.enrol(PUBLIC, staff_number="N001", code=code, password="Another-kettle-42")
    account.refresh_from_db()
    assert account.check_password(NEW)


def test_weak_password_leaves_the_code_usable(cast, admin):
    code = accounts.issue_enrolment(admin, account=appointed(cast, admin))
    with pytest.raises(DomainError, match=r"staff\.invalid"):
        accounts.enrol(PUBLIC, staff_number="N001", code=code, password="1234567890")
    accounts.enrol(PUBLIC, staff_number="N001", code=code, password=NEW)


@pytest.mark.parametrize("how", ["expired", "replaced", "disabled", "unknown", "guessed"])
def test_code_that_does_not_count_says_the_same(cast, admin, how):
    account = appointed(cast, admin)
    code = accounts.issue_enrolment(admin, account=account)
    number = "N001"
    if how == "expired":
        EnrolmentCode.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif how == "replaced":
        accounts.issue_enrolment(admin, account=account)
    elif how == "disabled":
        accounts.disable(admin, account=account, reason="离职")
    elif how == "unknown":
        number = "N999"
    else:
        for _try in range(10):
            with pytest.raises(DomainError):
                accounts.enrol(PUBLIC, staff_number=number, code="AAAA-AAAA-AAAA-AAAA", password=NEW)
    with pytest.raises(DomainError, match=r"staff\.enrolment_wrong"):
        accounts.enrol(PUBLIC, staff_number=number, code=code, password=NEW)
    account.refresh_from_db()
    assert not account.has_usable_password()


@pytest.mark.parametrize("number", ["13900000001", "519902198001011029", "ab", "a b c", "工号一", "1004", "x" * 33])
def test_wrong_or_taken_number_is_refused(cast, admin, number):
    count = Account.objects.count()
    with pytest.raises(DomainError) as refused:
        appointed(cast, admin, number)
    assert "staff_number" in refused.value.fields
    assert Account.objects.count() == count


def test_reset_takes_everything_and_ends_sessions(cast, admin):
    account = account_of(cast.clerk)
    browser = Client()
    browser.post(reverse("account_login"), {"login": "1001", "password": PASSWORD})
    assert browser.get(reverse("worklist")).status_code == 200
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    accounts.reset_sign_in(admin, account=account)
    assert browser.get(reverse("worklist")).status_code == 302
    assert not UserSession.objects.filter(user=account).exists()
    assert not Authenticator.objects.filter(user=account).exists()
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_disabling_ends_sessions_and_enabling_restores(cast, admin):
    account = account_of(cast.clerk)
    browser = Client()
    browser.force_login(account, backend="identity.backends.PhoneOrIdBackend")
    accounts.disable(admin, account=account, reason="停职")
    assert browser.get(reverse("worklist")).status_code == 302
    with pytest.raises(DomainError, match=r"staff\.account_disabled"):
        accounts.issue_enrolment(admin, account=account)
    accounts.enable(admin, account=account)
    assert actor_for(account_of(cast.clerk)).post_id == cast.clerk.post_id


def test_nobody_arranges_themselves_nor_other_departments(cast, admin):
    for account, code in ((account_of(admin), "staff.own_account"), (account_of(cast.fire), "staff.not_found")):
        for act in (
            lambda a: accounts.disable(admin, account=a, reason="离职"),
            lambda a: accounts.reset_sign_in(admin, account=a),
            lambda a: accounts.issue_enrolment(admin, account=a),
            lambda a: accounts.rename(admin, account=a, name="别人"),
        ):
            with pytest.raises(DomainError, match=code):
                act(account)
        account.refresh_from_db()
        assert account.is_active
        assert account.has_usable_password()


def test_last_administrator_is_not_closed(cast, admin):
    with pytest.raises(DomainError, match=r"staff\.last_administrator"):
        accounts.disable(SYSTEM, account=account_of(admin), reason="离职")
    assert account_of(admin).is_active


def test_place_with_something_open_is_not_closed(cast, admin):
    with pytest.raises(DomainError, match=r"staff\.place_in_use"):
        places.close_place(admin, place=cast.scjg)
    post = a_post(cast.scjg, "空岗位")
    places.close_place(admin, place=post)
    post.refresh_from_db()
    assert not post.is_active
    with pytest.raises(DomainError):
        places.close_place(admin, place=cast.xfj)


@pytest.mark.django_db
def test_first_administrator_of_a_fresh_installation(capsys):
    arguments = ["A0001", "张示范", "--department", "115199000000000111", "--department-name", "示范局"]
    where = ["--region", "519900", "--region-name", "示范市"]
    with pytest.raises(CommandError, match=r"identity\.uscc_invalid"):
        call_command("create_administrator", *arguments, *where)
    assert not Account.objects.exists()
    from identity.rules import make_uscc

    arguments[3] = make_uscc(prefix="11", region="519900", body="00000011")
    call_command("create_administrator", *arguments, *where)
    code = capsys.readouterr().out.split()[1]
    accounts.enrol(PUBLIC, staff_number="A0001", code=code, password=NEW)
    assert actor_for(Account.objects.get()).departments("manage_staff")
