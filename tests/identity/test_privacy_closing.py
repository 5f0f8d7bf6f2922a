"""Closing one's account: what hinders it, what it ends, what the law keeps, and the way back."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from cases.models import Case
from certificates.locker import upload_document
from certificates.models import Certificate, Document
from common.errors import Forbidden
from common.models import AuditEvent
from identity.actions import register_person
from identity.actor import PUBLIC, SYSTEM
from identity.code_actions import send_code
from identity.errors import AccountClosed, PersonExists
from identity.mandates import actions as mandates
from identity.mandates.queries import find_current
from identity.models import Account, AccountClosure, CorrectionRequest, Mandate, Person
from identity.privacy import closing_actions
from identity.privacy.correction_actions import request_correction
from identity.privacy.errors import ClosedForGood, ClosingHindered, ClosingNotConfirmed, NotYourData, ReasonMissing
from identity.privacy.queries import find_closed_person, hindrances
from identity.queries import actor_for, find_account_by_login, find_party, find_person_by_id_number
from identity.registration import Claim, register
from identity.verification.local import save_record
from tests.factories import moves
from tests.factories.cast import PASSWORD, Cast, a_citizen, a_person, a_picture
from tests.factories.mandates import a_mandate, an_agent
from tests.factories.phones import last_code, texts_to
from tests.factories.privacy import a_closed_account, a_data_officer, a_wrong_address
from tests.factories.visitors import a_visitor

STRANGER_PHONE = "13900000003"


def account_of(actor) -> Account:
    return Account.objects.get(pk=actor.account_id)


def person_of(actor) -> Person:
    return Person.objects.get(pk=actor.person_id)


def sign_in(number: str) -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": number, "password": PASSWORD})
    return browser


def is_signed_in(browser: Client) -> bool:
    return browser.get("/my/account/").status_code == 200


def test_a_legal_representative_is_told_which_organisation_needs_somebody_else(cast: Cast):
    with pytest.raises(ClosingHindered) as refusal:
        a_closed_account(cast.person)
    assert "青禾餐饮店" in refusal.value.text
    assert account_of(cast.person).is_active
    manager = a_mandate(cast, kind="manager")
    mandates.accept(cast.stranger, mandate_id=manager.pk)
    assert hindrances(cast.person) == []


def test_open_cases_hinder_and_are_named_but_drafts_do_not(cast: Cast, monkeypatch):
    case = moves.an_accepted_case(cast)
    Case.objects.filter(pk=case.pk).update(applicant_id=cast.stranger.person_id)
    with pytest.raises(ClosingHindered) as refusal:
        a_closed_account(cast.stranger)
    assert case.number in refusal.value.text
    assert account_of(cast.stranger).is_active
    assert not AccountClosure.objects.exists()
    Case.objects.filter(pk=case.pk).update(state="closed")
    assert a_closed_account(cast.stranger).state == "pending"


def test_a_guardian_cannot_leave_the_ward_alone(cast: Cast):
    Mandate.objects.filter(pk=an_agent(cast, giver=cast.person).mandate_id).update(kind="guardian")
    with pytest.raises(ClosingHindered) as refusal:
        a_closed_account(cast.stranger)
    assert "监护人" in refusal.value.text


def test_it_needs_the_word_and_the_person_themselves(cast: Cast):
    agent = an_agent(cast, giver=cast.person)
    for act, refusal in (
        (lambda: closing_actions.close_account(cast.stranger, understood=False), ClosingNotConfirmed),
        (lambda: a_closed_account(agent), NotYourData),
        (lambda: a_closed_account(cast.citizen), NotYourData),
        (lambda: a_closed_account(cast.clerk), Forbidden),
    ):
        with pytest.raises(refusal):
            act()
    assert not AccountClosure.objects.exists()
    assert Account.objects.filter(is_active=False).count() == 0


def test_closing_ends_sessions_mandates_and_requests_and_releases_the_phone(cast: Cast):
    agent = an_agent(cast)  # for the shop, by the stranger who closes
    request_correction(cast.stranger, wrong=a_wrong_address())
    browser = sign_in(STRANGER_PHONE)
    assert is_signed_in(browser)
    a_closed_account(cast.stranger)
    assert not is_signed_in(browser)
    assert find_current(agent_id=agent.person_id, principal_id=cast.shop.pk) is None
    assert CorrectionRequest.objects.get().state == "withdrawn"
    assert find_account_by_login(STRANGER_PHONE) is None
    assert "恢复" in texts_to(STRANGER_PHONE)[-1]
    taker = a_citizen(a_person("新号主", serial="17", phone=STRANGER_PHONE))
    assert find_account_by_login(STRANGER_PHONE) == taker
    assert AuditEvent.objects.filter(code="identity.account_closed", holder_id=cast.stranger.person_id).count() == 1


def test_nobody_finds_a_closed_person_but_who_manages_persons_and_says_why(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger)
    assert find_party(person.id_number) is None
    assert find_person_by_id_number(person.id_number) is None
    officer = a_data_officer(cast)
    with pytest.raises(ReasonMissing):
        find_closed_person(officer, id_number=person.id_number, reason="  ")
    with pytest.raises(Forbidden):
        find_closed_person(cast.clerk, id_number=person.id_number, reason="核对档案用")
    assert not AuditEvent.objects.filter(code="identity.closed_person_read").exists()
    assert find_closed_person(officer, id_number=person.id_number, reason="核对档案用") == person
    look = AuditEvent.objects.get(code="identity.closed_person_read")
    assert (look.holder_id, look.detail) == (person.pk, {"reason": "核对档案用"})
    assert find_closed_person(officer, id_number=cast.li.id_number, reason="核对档案用") is None


def test_a_closed_person_cannot_be_named_as_agent_nor_registered_twice(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger)
    assert a_mandate(cast, agent=person).agent is None
    with pytest.raises(PersonExists):
        register_person(SYSTEM, name="赵无关", id_number=person.id_number)
    assert Person.objects.filter(id_number_index=person.id_number_index).count() == 1


def test_signing_in_within_the_days_opens_it_again(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger)
    assert not is_signed_in(sign_in(STRANGER_PHONE))  # the phone was released
    wrong = Client()
    wrong.post("/account/login/", {"login": person.id_number, "password": "Wrong-password-9"})
    assert not account_of(cast.stranger).is_active
    browser = sign_in(person.id_number)
    assert is_signed_in(browser)
    person.refresh_from_db()
    assert person.locked_at is None
    assert find_account_by_login(STRANGER_PHONE) == account_of(cast.stranger)
    assert AccountClosure.objects.get().state == "reopened"


def test_a_phone_taken_meanwhile_stays_with_its_new_owner(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger)
    taker = a_citizen(a_person("新号主", serial="17", phone=STRANGER_PHONE))
    assert is_signed_in(sign_in(person.id_number))
    assert find_account_by_login(STRANGER_PHONE) == taker


def test_after_the_days_signing_in_no_longer_helps(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger, is_over=True)
    assert not is_signed_in(sign_in(person.id_number))
    with pytest.raises(ClosedForGood):
        closing_actions.reopen(cast.stranger, account_id=cast.stranger.account_id)
    assert not account_of(cast.stranger).is_active


def test_an_account_disabled_by_the_office_is_not_opened_by_signing_in(cast: Cast):
    Account.objects.filter(pk=cast.stranger.account_id).update(is_active=False)
    assert not is_signed_in(sign_in(STRANGER_PHONE))
    assert not account_of(cast.stranger).is_active


def test_what_no_law_keeps_is_erased_and_the_rest_stays(cast: Cast, django_capture_on_commit_callbacks):
    manager = a_mandate(cast, kind="manager")
    mandates.accept(cast.stranger, mandate_id=manager.pk)
    unused = upload_document(cast.person, owner_id=cast.li.pk, kind="photo", name="照片", upload=a_picture(size=31))
    used = upload_document(cast.person, owner_id=cast.li.pk, kind="lease", name="租约", upload=a_picture())
    case = moves.an_accepted_case(cast)
    row = case.materials.first()
    row.document = used
    row.save()
    draft = moves.a_ready_draft(cast)
    Case.objects.filter(pk=draft.pk).update(applicant_id=cast.li.pk)
    in_draft = upload_document(cast.person, owner_id=cast.li.pk, kind="plan", name="平面图", upload=a_picture())
    draft.materials.update(document=in_draft)
    closure = a_closed_account(cast.person, is_over=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert closing_actions.expire_due(now=timezone.now()) == 1
        assert closing_actions.expire_due(now=timezone.now()) == 0
    assert list(Document.objects.filter(owner_id=cast.li.pk)) == [used]
    assert not default_storage.exists(unused.file.name)
    assert default_storage.exists(used.file.name)
    assert not Case.objects.filter(pk=draft.pk).exists()
    assert Case.objects.filter(pk=case.pk).exists()
    assert Certificate.objects.exists()
    closure.refresh_from_db()
    assert (closure.state, closure.erased) == ("done", 3)
    assert not account_of(cast.person).has_usable_password()
    assert person_of(cast.person).name == "李清荷"  # locked, not deleted


def registered_again(person: Person, *, phone: str = "13900000077", known: bool = True) -> None:
    if known:
        save_record(SYSTEM, id_number=person.id_number, name=person.name, phone=phone)
    code_id = send_code(PUBLIC, phone=phone, purpose="register", address="10.0.0.9")
    claim = Claim(name=person.name, id_number=person.id_number, phone=phone, password="Bamboo-bridge-42")
    register(PUBLIC, claim=claim, code_id=code_id, code=last_code(phone))


@pytest.mark.parametrize("is_over", [False, True])
def test_registering_again_brings_the_same_person_back(cast: Cast, is_over: bool):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger, is_over=is_over)
    closing_actions.expire_due(now=timezone.now())
    registered_again(person)
    account = find_account_by_login("13900000077")
    assert account == account_of(cast.stranger)
    assert account.check_password("Bamboo-bridge-42")
    assert actor_for(account).person_id == person.pk
    assert Person.objects.filter(id_number_index=person.id_number_index).count() == 1
    assert person_of(cast.stranger).locked_at is None


def test_registering_again_without_the_register_agreeing_changes_nothing(cast: Cast):
    person = person_of(cast.stranger)
    a_closed_account(cast.stranger)
    registered_again(person, known=False)
    assert not account_of(cast.stranger).is_active
    assert person_of(cast.stranger).locked_at is not None


def test_an_open_account_is_not_taken_over_by_registering_again(cast: Cast):
    person = person_of(cast.stranger)
    registered_again(person)
    assert account_of(cast.stranger).check_password(PASSWORD)
    assert find_account_by_login("13900000077") is None


def test_nothing_is_done_with_a_page_left_open(cast: Cast):
    a_closed_account(cast.stranger)
    for act in (
        lambda: request_correction(cast.stranger, wrong=a_wrong_address()),
        lambda: upload_document(
            cast.stranger, owner_id=cast.stranger.person_id, kind="x", name="x", upload=a_picture()
        ),
        lambda: a_mandate(cast, giver=cast.stranger, agent=cast.li),
    ):
        with pytest.raises(AccountClosed):
            act()
    assert not CorrectionRequest.objects.exists()
    assert not Document.objects.filter(owner_id=cast.stranger.person_id).exists()
    assert is_signed_in(a_visitor(cast.account))
