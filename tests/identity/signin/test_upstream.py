"""Signing in through an identity service: who is found, opened, raised, refused."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from common import crypto
from common.models import AuditEvent
from identity.actions import ID_NUMBER
from identity.actor import PUBLIC
from identity.models import Account, Person, VerificationRecord
from identity.upstream import actions, keys
from identity.upstream.claims import PersonClaim
from portal.middleware import PRINCIPAL_KEY
from tests.factories.cast import Cast
from tests.factories.threads import at_once
from tests.factories.upstream import NEWCOMER, FaultyService, leave, settings_for, sign_in
from tests.factories.visitors import a_visitor

LI = "13900000001"


def counts() -> tuple[int, ...]:
    """How much there is of what a sign-in could leave behind."""
    return tuple(model.objects.count() for model in (Person, Account, SocialAccount))


def newcomer() -> Person:
    return Person.objects.get(id_number_index=crypto.blind_index(NEWCOMER["id_number"], purpose=ID_NUMBER))


def as_li(service: FaultyService, cast: Cast, **more: str) -> None:
    service.people["me"] = {"sub": "subject-li", "name": "李清荷", "id_number": cast.li.id_number, "acr": "3", **more}


def code_of(answer) -> str:
    return answer.context["refusal"].code


def test_a_newcomer_gets_a_person_an_account_and_the_level(db, service):
    browser = a_visitor()
    answer = sign_in(browser, next="/my/cases/")
    assert answer.headers["Location"] == "/my/cases/"
    person = newcomer()
    assert (person.name, person.assurance_level, person.phone) == ("纪新来", 3, "13900000301")
    assert not person.account.has_usable_password()
    assert str(person.account.pk) == browser.session["_auth_user_id"]
    row = SocialAccount.objects.get()
    assert row.extra_data == {}
    assert "subject-1" not in f"{row.uid}{row.provider}"
    record = VerificationRecord.objects.get()
    assert (record.person_id, record.source, record.result) == (person.pk, "upstream:127.0.0.1", "agreed")
    assert AuditEvent.objects.filter(code="identity.signed_in").latest("pk").detail["method"] == "upstream"
    assert "统一身份认证" in browser.get(reverse("sessions")).content.decode()


def test_the_second_time_finds_the_same_account(db, service):
    sign_in(a_visitor())
    before = counts()
    browser = a_visitor()
    sign_in(browser)
    assert counts() == before
    assert browser.session["_auth_user_id"] == str(newcomer().account.pk)


def test_an_account_that_exists_is_found_by_the_id_number(db, cast, service):
    as_li(service, cast, name="李 清荷")
    browser = a_visitor()
    assert sign_in(browser).status_code == 302
    assert browser.session["_auth_user_id"] == str(cast.account.pk)
    cast.li.refresh_from_db()
    assert cast.li.assurance_level == 4  # reached elsewhere, never lowered
    cast.account.refresh_from_db()
    assert cast.account.has_usable_password()


def test_the_level_rises_to_what_the_settings_make_of_the_services_word(db, cast, service, settings):
    settings.UPSTREAM = {**settings_for(service), "levels": {"face": 5}}
    as_li(service, cast, acr="face")
    sign_in(a_visitor())
    cast.li.refresh_from_db()
    assert cast.li.assurance_level == 5


def test_claims_have_the_names_that_the_settings_give(db, service, settings):
    names = {"name": "user.real_name", "id_number": "user.cert_no", "level": "real_lvl"}
    settings.UPSTREAM = {**settings_for(service), "claims": names}
    service.people["me"] = {
        "sub": "s",
        "user": {"real_name": "纪新来", "cert_no": NEWCOMER["id_number"]},
        "real_lvl": 3,
    }
    assert sign_in(a_visitor()).status_code == 302
    assert newcomer().name == "纪新来"


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"id_number": ""}, "identity.upstream_claims_missing", 422),
        ({"name": ""}, "identity.upstream_claims_missing", 422),
        ({"name": "纪\x00新来"}, "identity.upstream_claims_missing", 422),
        ({"name": "纪\u202e新来"}, "identity.upstream_claims_missing", 422),
        ({"name": "𠮷" * 61}, "identity.upstream_claims_missing", 422),
        ({"name": ["纪新来"]}, "identity.upstream_claims_missing", 422),
        ({"id_number": {"a": 1}}, "identity.upstream_claims_missing", 422),
        ({"id_number": "E12345678"}, "identity.upstream_document_other", 422),
        ({"id_number": "H12345678"}, "identity.upstream_document_other", 422),
        ({"id_number": "519902199203150028"}, "identity.upstream_document_other", 422),
        ({"acr": "2"}, "identity.upstream_level_too_low", 403),
        ({"acr": "silver"}, "identity.upstream_level_too_low", 403),
        ({"acr": ""}, "identity.upstream_level_too_low", 403),
    ],
)
def test_claims_that_do_not_say_who_it_is_change_nothing(db, service, changes, code, status):
    service.people["me"] = {**NEWCOMER, **changes}
    before = counts()
    browser = a_visitor()
    answer = sign_in(browser)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert reverse("account_login") in answer.content.decode()
    assert counts() == before
    assert "_auth_user_id" not in browser.session


def test_a_four_byte_name_signs_in(db, service):
    service.people["me"] = {**NEWCOMER, "name": "𠮷㐱·买买提"}
    assert sign_in(a_visitor()).status_code == 302
    assert newcomer().name == "𠮷㐱·买买提"


def test_another_name_is_refused_and_recorded(db, cast, service):
    as_li(service, cast, name="李青荷", acr="5")
    before = counts()
    browser = a_visitor()
    answer = sign_in(browser)
    assert (answer.status_code, code_of(answer)) == (409, "identity.upstream_name_differs")
    assert "带身份证" in answer.content.decode()
    assert counts() == before
    assert "_auth_user_id" not in browser.session
    cast.li.refresh_from_db()
    assert (cast.li.assurance_level, cast.li.name) == (4, "李清荷")
    assert VerificationRecord.objects.get().result == "differs"


def test_a_subject_that_belongs_to_somebody_else_is_refused(db, cast, service):
    sign_in(a_visitor())
    as_li(service, cast, sub=NEWCOMER["sub"])
    before = counts()
    answer = sign_in(a_visitor())
    assert (answer.status_code, code_of(answer)) == (409, "identity.upstream_subject_bound")
    assert counts() == before


def test_a_person_with_a_new_account_at_the_service_keeps_theirs_here(db, service):
    sign_in(a_visitor())
    service.people["me"] = {**NEWCOMER, "sub": "subject-2"}
    assert sign_in(a_visitor()).status_code == 302
    assert SocialAccount.objects.get().uid == keys.subject_key("subject-2")


def test_staff_never_sign_in_this_way(db, cast, service):
    clerk = Account.objects.get(pk=cast.clerk.account_id)
    bound = {"provider": keys.provider_key(service.issuer), "uid": keys.subject_key(NEWCOMER["sub"])}
    SocialAccount.objects.create(user=clerk, **bound)
    before = counts()
    browser = a_visitor()
    answer = sign_in(browser)
    assert (answer.status_code, code_of(answer)) == (403, "identity.upstream_not_for_staff")
    assert counts() == before
    assert "_auth_user_id" not in browser.session


def test_a_locked_account_stays_locked_and_unbound(db, cast, service):
    cast.account.is_active = False
    cast.account.save()
    as_li(service, cast)
    browser = a_visitor()
    assert sign_in(browser).headers["Location"] == reverse("account_inactive")
    assert "_auth_user_id" not in browser.session
    assert not SocialAccount.objects.exists()


def test_a_phone_that_somebody_signs_in_with_is_not_taken_from_them(db, cast, service):
    service.people["me"] = {**NEWCOMER, "phone_number": LI}
    sign_in(a_visitor())
    assert newcomer().phone is None
    assert Account.objects.get(person=newcomer()).phone_index is None


def test_a_failure_at_the_last_step_leaves_nothing_half_bound(db, service, monkeypatch):
    def fail(*_given, **_named):
        raise IntegrityError

    monkeypatch.setattr(actions, "_raise_level", fail)
    before = counts()
    answer = sign_in(a_visitor())
    assert (answer.status_code, code_of(answer)) == (503, "identity.upstream_unavailable")
    assert counts() == before
    assert not VerificationRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_first_sign_ins_at_once_open_one_account():
    claim = PersonClaim(subject="s", level=3, name="纪新来", id_number=NEWCOMER["id_number"], phone="")
    act = lambda: actions.accept(PUBLIC, claim=claim, issuer="https://id.example.gov.cn").pk  # noqa: E731
    results = at_once(act, act, act)
    assert len(set(results)) == 1
    assert counts() == (1, 1, 1)
    assert newcomer().assurance_level == 3


def with_shop(service: FaultyService, cast: Cast, **more: str) -> None:
    claims = {"organisation_uscc": cast.shop.uscc, "organisation_name": cast.shop.name, "acr": "4"}
    as_li(service, cast, **{**claims, "organisation_role": "legal_representative", **more})


def test_a_legal_representative_arrives_acting_for_the_organisation(db, cast, service):
    with_shop(service, cast)
    browser = a_visitor()
    assert sign_in(browser, next="/my/cases/").headers["Location"] == reverse("upstream_arrived")
    assert browser.get(reverse("upstream_arrived")).headers["Location"] == "/my/cases/"
    assert browser.session[PRINCIPAL_KEY] == str(cast.shop.pk)


@pytest.mark.parametrize("changes", [{"organisation_role": "clerk"}, {"organisation_uscc": "91110000000000000A"}, {}])
def test_anybody_else_arrives_as_themselves_with_a_plain_word(db, cast, service, changes):
    with_shop(service, cast, **changes)
    if not changes:  # the register names somebody else
        cast.shop.legal_representative = Person.objects.get(pk=cast.stranger.person_id)
        cast.shop.save()
    browser = a_visitor()
    sign_in(browser)
    answer = browser.get(reverse("upstream_arrived"))
    assert PRINCIPAL_KEY not in browser.session
    said = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert ("法定代表人" in said) == ("organisation_uscc" not in changes)


def test_an_arrival_of_somebody_else_counts_for_nothing(db, cast, service):
    browser = a_visitor(cast.account)
    session = browser.session
    session["upstream_arrival"] = {"account": "x", "uscc": cast.shop.uscc, "is_representative": True, "next": ""}
    session.save()
    assert browser.get(reverse("upstream_arrived")).headers["Location"] == "/"
    assert PRINCIPAL_KEY not in browser.session


def test_the_button_is_there_only_when_configured(db, settings, service):
    page = a_visitor().get(reverse("account_login")).content.decode()
    assert "用示例身份认证服务账号登录" in page
    settings.UPSTREAM = None
    browser = Client()
    assert "身份认证服务" not in browser.get(reverse("account_login")).content.decode()
    assert browser.post(reverse("upstream_start")).status_code == 404
    assert browser.get(reverse("upstream_callback")).status_code == 404


def test_what_is_asked_for_cannot_be_changed_by_a_link(db, service):
    answer = a_visitor().post(
        reverse("upstream_start") + "?auth_params=redirect_uri%3Dhttps%3A%2F%2Fevil.example&scope=all&process=connect"
    )
    address = answer.context["address"]
    assert "evil" not in address
    assert "scope=openid&" in address
    assert "code_challenge_method=S256" in address
    assert leave(a_visitor()) != address
