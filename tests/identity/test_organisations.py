"""Binding by the legal representative, what the register says, and organisations that ended."""

import threading

import pytest
from django.db import connection

from cases.actions import drafts, submission
from cases.models import Case
from cases.queries import get_case
from common.errors import DomainError, NotFound
from identity.actor import SYSTEM
from identity.errors import AssuranceTooLow, NotRepresentative, TooManyTries, UsccInvalid, VerificationUnavailable
from identity.mandates.actions import choose_principal
from identity.models import Organisation, Person, VerificationRecord
from identity.organisation_actions import change_state
from identity.organisations.actions import bind, refresh
from identity.organisations.errors import CorporateFactsDiffer, OrganisationNotActive, OrganisationUnknown
from identity.persons.documents import check
from identity.queries import actor_for
from identity.rules import make_uscc
from identity.verification.local_corporate import LocalCorporateLibrary
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.mandates import a_mandate
from tests.factories.persons import a_library_entry, a_number, an_officer

USCC = make_uscc(prefix="91", region="519902", body="MA0000Q7")
NAME = "新禾食品有限公司"


@pytest.mark.django_db
def test_the_representative_binds_what_the_library_confirms(cast):
    a_library_entry(cast.li, uscc=USCC)
    organisation = bind(cast.person, uscc=USCC.lower(), name=" 新禾食品有限公司 ")
    assert (organisation.legal_representative_id, organisation.name) == (cast.li.pk, NAME)
    assert organisation.checked_at is not None
    record = VerificationRecord.objects.get(subject=USCC)
    assert (record.source, record.result, record.person_id) == ("corporate_register", "agreed", cast.li.pk)
    assert bind(cast.person, uscc=USCC, name=NAME).pk == organisation.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"name": "别家食品有限公司"}, {"representative_name": "王某"}, {"representative": 1}]
)
def test_one_differing_fact_binds_nothing_and_is_not_named(cast, wrong):
    if "representative" in wrong:
        wrong = {"representative": check("111", a_number("066"))}
    a_library_entry(cast.li, uscc=USCC, **wrong)
    with pytest.raises(CorporateFactsDiffer):
        bind(cast.person, uscc=USCC, name=NAME)
    assert not Organisation.objects.filter(uscc=USCC).exists()
    assert VerificationRecord.objects.get(subject=USCC).result == "differs"


@pytest.mark.django_db
def test_refusals_before_the_library_is_asked(cast, monkeypatch):
    monkeypatch.setattr(LocalCorporateLibrary, "find", lambda *_: pytest.fail("asked"))
    with pytest.raises(NotRepresentative):
        bind(cast.citizen, uscc=USCC, name=NAME)
    with pytest.raises(UsccInvalid):
        bind(cast.person, uscc="9" * 18, name=NAME)
    Person.objects.filter(pk=cast.li.pk).update(assurance_level=3)
    cast.account.refresh_from_db()
    with pytest.raises(AssuranceTooLow):
        bind(actor_for(type(cast.account).objects.get(pk=cast.account.pk)), uscc=USCC, name=NAME)
    assert not VerificationRecord.objects.exists()


@pytest.mark.django_db
def test_guessing_ends_after_five_and_a_silent_library_counts_none(cast, monkeypatch):
    for _miss in range(5):
        with pytest.raises(OrganisationUnknown):
            bind(cast.person, uscc=USCC, name=NAME)
    with pytest.raises(TooManyTries):
        bind(cast.person, uscc=USCC, name=NAME)
    VerificationRecord.objects.all().delete()

    def silent(*_):
        raise VerificationUnavailable

    monkeypatch.setattr(LocalCorporateLibrary, "find", silent)
    with pytest.raises(VerificationUnavailable):
        bind(cast.person, uscc=USCC, name=NAME)
    assert not VerificationRecord.objects.exists()


@pytest.mark.django_db
def test_a_revoked_organisation_is_not_bound(cast):
    a_library_entry(cast.li, uscc=USCC, state="revoked")
    with pytest.raises(OrganisationNotActive) as refused:
        bind(cast.person, uscc=USCC, name=NAME)
    assert "吊销未注销" in refused.value.text
    assert not Organisation.objects.filter(uscc=USCC).exists()


@pytest.mark.django_db
def test_binding_by_a_new_representative_ends_the_earlier_ones_mandates(cast):
    mandate = a_mandate(cast)
    stranger = Person.objects.get(pk=cast.stranger.person_id)
    a_library_entry(stranger, uscc=cast.shop.uscc, name=cast.shop.name)
    bind(cast.stranger, uscc=cast.shop.uscc, name=cast.shop.name)
    mandate.refresh_from_db()
    assert mandate.state == "ended"
    assert actor_for(cast.account, principal_id=cast.shop.pk).is_principal_lost


@pytest.mark.django_db
def test_refreshing_takes_over_everything_and_registers_an_unknown_representative(cast):
    officer = an_officer(cast)
    a_library_entry(
        cast.li,
        uscc=cast.shop.uscc,
        name="青禾餐饮有限公司",
        representative_name="周新人",
        representative=check("111", a_number("066")),
    )
    for outsider in (cast.stranger, cast.clerk):
        with pytest.raises(NotFound):
            refresh(outsider, organisation_id=cast.shop.pk)
    refresh(officer, organisation_id=cast.shop.pk)
    cast.shop.refresh_from_db()
    assert (cast.shop.name, cast.shop.legal_representative.name) == ("青禾餐饮有限公司", "周新人")
    assert cast.shop.legal_representative.assurance_level == 1
    with pytest.raises(NotFound):  # no longer hers
        refresh(cast.person, organisation_id=cast.shop.pk)


@pytest.mark.django_db
def test_an_unknown_organisation_stays_as_it_is_and_the_question_is_recorded(cast):
    with pytest.raises(OrganisationUnknown):
        refresh(SYSTEM, organisation_id=cast.shop.pk)
    cast.shop.refresh_from_db()
    assert (cast.shop.state, cast.shop.checked_at) == ("active", None)
    assert VerificationRecord.objects.get(subject=cast.shop.uscc).result == "unknown"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["revoked", "cancelled", "moved"])
def test_an_ended_organisation_does_nothing_and_its_draft_stays_readable(cast, state):
    case = moves.a_ready_draft(cast)
    change_state(SYSTEM, organisation_id=cast.shop.pk, state=state)
    label = Organisation.State(state).label
    acting = actor_for(cast.account, principal_id=cast.shop.pk)
    assert acting.lost_organisation == (cast.shop.name, label)
    acts = (
        lambda: choose_principal(cast.person, principal_id=cast.shop.pk),
        lambda: submission.submit(cast.citizen, case_id=case.pk, declared=True),  # a request that had begun
        lambda: drafts.start_draft(cast.citizen, item_id=cast.item.pk),
        lambda: drafts.save_situation(cast.person, case_id=case.pk, chosen={}),
    )
    for act in acts:
        with pytest.raises(OrganisationNotActive) as refused:
            act()
        assert label in refused.value.text
    assert get_case(cast.person, case.pk).pk == case.pk
    assert drafts.refresh_draft(cast.person, case_id=case.pk).version == case.version
    assert Case.objects.get(pk=case.pk).state == "draft"
    with pytest.raises(DomainError):
        get_case(cast.stranger, case.pk)


@pytest.mark.django_db(transaction=True)
def test_two_bindings_at_once_bind_once():
    cast = build_cast()
    a_library_entry(cast.li, uscc=USCC)
    results: list[object] = []
    start = threading.Barrier(2)

    def run():
        start.wait()
        try:
            results.append(bind(cast.person, uscc=USCC, name=NAME).pk)
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Organisation.objects.filter(uscc=USCC).count() == 1
    assert set(results) <= {Organisation.objects.get(uscc=USCC).pk, "identity.organisation_exists"}
