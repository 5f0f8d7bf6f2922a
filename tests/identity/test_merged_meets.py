"""A person who was registered twice and merged meets everything that still knows the other row."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from identity.actor import Actor
from identity.errors import MandateInvalid
from identity.mandates import guardianship_actions as guardians
from identity.models import (
    Account,
    CapacityRecord,
    CorrectionRequest,
    Mandate,
    Party,
    Person,
    SsoSession,
    SubjectIdentifier,
)
from identity.persons.errors import ClosedRecently, KeptIsClosed
from identity.persons.merge_actions import merge
from identity.privacy import closing_actions
from identity.privacy.correction_actions import request_correction
from identity.queries import actor_for
from identity.sso import actions as sso
from identity.sso.subjects import name_of
from identity.upstream import keys
from tests.factories.cast import Cast, a_citizen, a_person
from tests.factories.mandates import a_mandate, an_agent
from tests.factories.persons import an_officer, li_again
from tests.factories.privacy import a_closed_account, a_wrong_address
from tests.factories.sso import an_app
from tests.factories.upstream import FaultyService, sign_in
from tests.factories.visitors import a_visitor
from tests.factories.wards import a_ward, some_facts
from tests.identity.signin.conftest import service

__all__ = ["service"]
REASON = "核对户口簿，是同一人"


def as_person(upstream: FaultyService, person: Person, subject: str) -> None:
    upstream.people["me"] = {"sub": subject, "name": person.name, "id_number": person.id_number, "acr": "3"}


def second_actor(again: Person) -> Actor:
    a_citizen(again)
    return actor_for(Account.objects.select_related("person").get(person=again))


def test_the_identity_service_leads_the_old_number_to_the_kept_account(cast: Cast, service: FaultyService):
    again = li_again(cast)
    merge(an_officer(cast), kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    as_person(service, again, "subject-old")
    before = Person.objects.count(), Account.objects.count()
    browser = a_visitor()
    sign_in(browser)
    assert browser.session["_auth_user_id"] == str(cast.account.pk)
    assert (Person.objects.count(), Account.objects.count()) == before


def test_a_service_account_of_the_ended_sign_in_goes_to_the_kept_one(cast: Cast, service: FaultyService):
    again = li_again(cast)
    as_person(service, again, "subject-old")
    sign_in(a_visitor())
    ended = Account.objects.get(person=again)
    merge(an_officer(cast), kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    bound = SocialAccount.objects.get()
    assert (bound.user_id, bound.uid) == (cast.account.pk, keys.subject_key("subject-old"))
    browser = a_visitor()
    sign_in(browser)
    assert browser.session["_auth_user_id"] == str(cast.account.pk)
    ended.refresh_from_db()
    assert not ended.is_active


def test_keys_of_the_ended_sign_in_are_gone_and_apps_know_the_person_again(cast: Cast):
    again = li_again(cast)
    other = second_actor(again)
    account = Account.objects.get(pk=other.account_id)
    Authenticator.objects.create(user=account, type="webauthn", data={})
    here, both = an_app(cast.scjg, "only.example.gov.cn"), an_app(cast.scjg, "both.example.gov.cn")
    only = name_of(account, here.profile.client)
    own, doubled = name_of(cast.account, both.profile.client), name_of(account, both.profile.client)
    merge(an_officer(cast), kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    account.refresh_from_db()
    assert not Authenticator.objects.filter(user=account).exists()
    assert not account.has_usable_password()
    assert name_of(cast.account, here.profile.client) == only
    assert name_of(cast.account, both.profile.client) == own
    assert SubjectIdentifier.objects.get(value=doubled).account_id == account.pk


def test_an_agent_of_both_who_is_signed_in_to_one_app_for_each(cast: Cast):
    again = li_again(cast)
    Person.objects.filter(pk=again.pk).update(assurance_level=5)
    other = second_actor(again)
    app = an_app(cast.scjg)
    for giver in (other, cast.person):
        acting = an_agent(cast, giver=giver)
        consent = sso.give_consent(acting, profile=app.profile, scopes=["openid"])
        sso.begin(acting, profile=app.profile, consent=consent, session_key="s" * 32, signed_in_at=timezone.now())
    merge(an_officer(cast), kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    live = SsoSession.objects.filter(ended_at=None)
    assert [row.principal_id for row in live] == [cast.li.pk]


def test_the_same_correction_asked_for_twice_is_asked_once(cast: Cast):
    again = li_again(cast)
    other = second_actor(again)
    first = request_correction(cast.person, wrong=a_wrong_address())
    second = request_correction(other, wrong=a_wrong_address(wanted="示范市湖滨区解放路2号"))
    merge(an_officer(cast), kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    rows = {row.pk: row for row in CorrectionRequest.objects.all()}
    assert (rows[first.pk].state, rows[second.pk].state) == ("received", "withdrawn")
    assert {row.person_id for row in rows.values()} == {cast.li.pk}


def test_who_turns_out_to_be_incapable_acts_for_nobody(cast: Cast):
    again = a_person("赵无关", serial="47", phone="")
    CapacityRecord.objects.create(
        person=again, grade="none", reference="(2026)民特1号", recorded_by_id=cast.clerk.account_id
    )
    acting = an_agent(cast)
    merge(an_officer(cast), kept_id=cast.stranger.person_id, other_id=again.pk, reason=REASON)
    assert Mandate.objects.get(pk=acting.mandate_id).state == "ended"


def test_nobody_mandates_to_themselves_by_their_old_number(cast: Cast):
    again = li_again(cast)
    merge(an_officer(cast), kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    with pytest.raises(MandateInvalid):
        a_mandate(cast, giver=cast.person, agent=again)
    with pytest.raises(MandateInvalid):
        a_mandate(cast, giver=cast.citizen, agent=again)
    assert not Mandate.objects.exists()


def test_nobody_is_their_own_guardian_by_their_old_number(cast: Cast):
    ward = a_ward(30)
    again = a_ward(30, serial="13")
    merge(an_officer(cast), kept_id=ward.pk, other_id=again.pk, reason=REASON)
    facts = some_facts(again, grade="none", ruling_number="(2026)民特1号")
    with pytest.raises(MandateInvalid):
        guardians.record_guardian(cast.clerk, ward=ward, facts=facts, original_id="scan")
    assert not Mandate.objects.exists()


def test_who_may_still_change_their_mind_is_not_merged(cast: Cast):
    again = li_again(cast)
    a_closed_account(second_actor(again))
    officer = an_officer(cast)
    for pair in ({"kept_id": cast.li.pk, "other_id": again.pk}, {"kept_id": again.pk, "other_id": cast.li.pk}):
        with pytest.raises(ClosedRecently):
            merge(officer, **pair, reason=REASON)
    assert not Party.objects.filter(merged_into__isnull=False).exists()
    assert Account.objects.get(person=cast.li).is_active


def test_a_locked_person_is_not_the_one_that_is_kept(cast: Cast):
    again = li_again(cast)
    a_closed_account(second_actor(again), is_over=True)
    closing_actions.expire_due(now=timezone.now())
    officer = an_officer(cast)
    with pytest.raises(KeptIsClosed):
        merge(officer, kept_id=again.pk, other_id=cast.li.pk, reason=REASON)
    merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    assert Account.objects.get(person=cast.li).is_active
