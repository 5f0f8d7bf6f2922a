"""Somebody who closed their account meets everything else that could find, change or carry them."""

import pytest
from allauth.socialaccount.models import SocialAccount

from identity.actor import SYSTEM
from identity.errors import AccountClosed
from identity.mandates import actions as mandates
from identity.mandates import guardianship_actions as guardians
from identity.mandates.queries import find_current
from identity.models import Account, Consent, LikelyDuplicate, Mandate, Person, SsoSession
from identity.persons.counter_actions import Shown, change_at_counter
from identity.persons.errors import PersonNotFound
from identity.persons.queries import look_up, open_dossier
from identity.persons.search_actions import index_people, report_duplicates
from identity.privacy import closing_actions
from identity.privacy.errors import ClosingHindered
from identity.privacy.queries import find_closed_person
from identity.queries import actor_for
from identity.sso.actions import give_consent
from tests.factories.cast import Cast, a_citizen
from tests.factories.mandates import a_mandate
from tests.factories.persons import a_passport_holder, an_officer, li_again
from tests.factories.privacy import a_closed_account, a_data_officer
from tests.factories.sso import an_app
from tests.factories.upstream import FaultyService, sign_in
from tests.factories.visitors import a_visitor
from tests.factories.wards import a_guardian, a_ward
from tests.identity.signin.conftest import service

__all__ = ["service"]
REASON = "核对档案，本人来信询问"


def person_of(actor) -> Person:
    return Person.objects.get(pk=actor.person_id)


def as_stranger(upstream: FaultyService, cast: Cast) -> Person:
    person = person_of(cast.stranger)
    upstream.people["me"] = {"sub": "subject-zhao", "name": person.name, "id_number": person.id_number, "acr": "3"}
    return person


def test_a_clerk_neither_finds_nor_opens_nor_changes_them_and_a_data_officer_finds_them(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger)
    with pytest.raises(PersonNotFound):
        look_up(cast.clerk, person.document, reason=REASON)
    with pytest.raises(PersonNotFound):
        open_dossier(cast.clerk, person.pk, reason=REASON)
    shown = Shown(name="赵新名", document_kind="111", id_number=person.id_number, phone="13900000055")
    with pytest.raises(PersonNotFound):
        change_at_counter(cast.clerk, person_id=person.pk, shown=shown, original_id="scan")
    person.refresh_from_db()
    assert person.name == "赵无关"
    assert Account.objects.get(person=person).phone_index is None
    assert look_up(an_officer(cast), person.document, reason=REASON) == person


def test_the_nightly_search_leaves_them_alone(cast: Cast):
    again = li_again(cast)
    a_citizen(again)
    a_closed_account(actor_for(Account.objects.get(person=again)))
    index_people(SYSTEM)
    assert report_duplicates(SYSTEM) == 0
    assert not LikelyDuplicate.objects.exists()


def test_a_data_officer_finds_them_by_other_documents_too(cast: Cast):
    foreigner = a_passport_holder("王小美", number="H12345678", document_kind="516", issuer="")
    foreigner.refresh_from_db()
    a_citizen(foreigner)
    a_closed_account(actor_for(Account.objects.get(person=foreigner)))
    assert find_closed_person(a_data_officer(cast), id_number=foreigner.id_number, reason=REASON) == foreigner


def test_a_ward_cannot_close_the_guardianship_away(cast: Cast):
    ward = a_ward(16)
    account = a_citizen(ward)
    mandate = a_guardian(cast, ward)
    with pytest.raises(ClosingHindered) as refusal:
        a_closed_account(actor_for(account))
    assert "监护" in refusal.value.text
    mandate.refresh_from_db()
    ward.refresh_from_db()
    assert (mandate.state, ward.locked_at) == ("accepted", None)


def test_nobody_records_a_guardian_for_them(cast: Cast):
    ward = a_ward(16)
    account = a_citizen(ward)
    a_closed_account(actor_for(account))
    with pytest.raises(PersonNotFound):
        guardians.record_own_income(cast.clerk, person=ward, reference="工资单", original_id="scan")


def test_an_old_page_accepts_no_mandate(cast: Cast):
    mandate = a_mandate(cast)
    stale = cast.stranger
    Account.objects.filter(pk=stale.account_id).update(is_active=False)
    for act in (mandates.accept, mandates.decline):
        with pytest.raises(AccountClosed):
            act(stale, mandate_id=mandate.pk)
    mandate.refresh_from_db()
    assert mandate.state == Mandate.State.PROPOSED
    assert find_current(agent_id=stale.person_id, principal_id=cast.shop.pk) is None


def test_what_was_agreed_with_apps_ends_with_the_account(cast: Cast):
    app = an_app(cast.scjg)
    give_consent(cast.stranger, profile=app.profile, scopes=["openid"])
    a_closed_account(cast.stranger)
    assert not Consent.objects.filter(person_id=cast.stranger.person_id, revoked_at=None).exists()


def test_within_the_days_the_identity_service_opens_it_again(cast: Cast, service: FaultyService):
    person = as_stranger(service, cast)
    a_closed_account(cast.stranger)
    browser = a_visitor()
    sign_in(browser)
    person.refresh_from_db()
    assert browser.session["_auth_user_id"] == str(cast.stranger.account_id)
    assert person.locked_at is None


def test_after_the_days_the_identity_service_brings_the_same_person_back(cast: Cast, service: FaultyService):
    person = as_stranger(service, cast)
    sign_in(a_visitor())
    a_closed_account(cast.stranger, is_over=True)
    closing_actions.expire_due(now=closing_actions.timezone.now())
    before = Person.objects.count(), Account.objects.count(), SocialAccount.objects.count()
    browser = a_visitor()
    sign_in(browser)
    person.refresh_from_db()
    assert browser.session["_auth_user_id"] == str(cast.stranger.account_id)
    assert (person.locked_at, Account.objects.get(person=person).is_active) == (None, True)
    assert (Person.objects.count(), Account.objects.count(), SocialAccount.objects.count()) == before


def test_one_closed_by_the_office_stays_closed(cast: Cast, service: FaultyService):
    as_stranger(service, cast)
    Account.objects.filter(pk=cast.stranger.account_id).update(is_active=False)
    browser = a_visitor()
    sign_in(browser)
    assert "_auth_user_id" not in browser.session
    assert not Account.objects.get(pk=cast.stranger.account_id).is_active
    assert not SsoSession.objects.exists()
