"""One person registered twice becomes one; whoever is in the middle of something is left alone."""

import threading

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from cases.actions import drafts, submission
from cases.models import Case
from certificates.actions import issue
from certificates.locker import upload_document
from certificates.models import Document
from certificates.wallet.models import Share
from common.errors import DomainError, Forbidden
from common.models import AuditEvent
from identity.account_queries import looks
from identity.actor import SYSTEM
from identity.errors import PartyMerged
from identity.models import (
    Account,
    CapacityRecord,
    Consent,
    LikelyDuplicate,
    Organisation,
    Party,
    Person,
    PersonMerge,
)
from identity.persons import listeners
from identity.persons.errors import NotTwice, PersonBusy, PersonNotFound, ReasonMissing
from identity.persons.merge_actions import _move_own, mark_different, merge, report_pair
from identity.persons.queries import look_up, open_dossier
from identity.persons.search_actions import index_people, report_duplicates
from identity.queries import actor_for, find_account_by_login, find_party, get_party
from tests.factories import moves
from tests.factories.cast import a_citizen, a_person, a_picture, a_type, build_cast
from tests.factories.mandates import a_mandate
from tests.factories.persons import a_number, an_officer, li_again
from tests.factories.sso import an_app

REASON = "核对户口簿，是同一人"


@pytest.mark.django_db
def test_everything_moves_and_the_list_says_what(cast):
    officer, again = an_officer(cast), li_again(cast)
    card = issue(
        SYSTEM,
        certificate_type=a_type("id-card", "居民身份证", cast.scjg, "003", holder_kind="person", fields=[]),
        holder=again.party,
        issuer=cast.scjg,
        face={},
    )
    case = moves.a_submitted_case(cast)
    Case.objects.filter(pk=case.pk).update(agent=again)
    Party.objects.get(pk=again.pk)
    Person.objects.get(pk=again.pk)
    cast.shop.legal_representative = again
    cast.shop.save()

    made = merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON, request_key="k")

    assert merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON, request_key="k").pk == made.pk
    card.refresh_from_db()
    cast.shop.refresh_from_db()
    case.refresh_from_db()
    assert card.holder_id == cast.shop.legal_representative_id == case.agent_id == cast.li.pk
    assert made.moved["certificates.certificate.holder"] == [str(card.pk)]
    assert made.moved["cases.case.agent"] == [str(case.pk)]
    assert made.moved["identity.organisation.legal_representative"] == [str(cast.shop.pk)]
    assert get_party(again.pk).pk == find_party(again.id_number).pk == cast.li.pk
    assert find_account_by_login(again.id_number) == cast.account
    told = AuditEvent.objects.filter(code="identity.persons_merged")
    assert {row.holder_id for row in told} == {cast.li.pk, again.pk}
    assert looks(cast.person, {"identity.persons_merged"}).count() == 2


@pytest.mark.django_db
def test_the_only_sign_in_moves_and_of_two_one_ends(cast):
    officer = an_officer(cast)
    again = li_again(cast, phone="13900000066")
    second = a_citizen(again)
    merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    second.refresh_from_db()
    assert (second.is_active, second.phone_index) == (False, None)
    assert find_account_by_login("13900000001") == cast.account
    third = a_person("周某", serial="44", phone="13900000067")
    bare = a_person("周某", serial="48", phone="")
    account = a_citizen(third)
    merge(officer, kept_id=bare.pk, other_id=third.pk, reason=REASON)
    account.refresh_from_db()
    bare.refresh_from_db()
    assert (account.person_id, bare.phone, actor_for(account).person_id) == (bare.pk, "13900000067", bare.pk)


@pytest.mark.django_db
def test_mandates_move_and_what_cannot_stand_twice_ends(cast):
    officer, again = an_officer(cast), li_again(cast)
    again_actor = actor_for(a_citizen(again))
    Person.objects.filter(pk=again.pk).update(assurance_level=5)
    again_actor = actor_for(Account.objects.get(person=again))
    doubled = a_mandate(cast, giver=again_actor)
    kept = a_mandate(cast, giver=cast.person)
    merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    doubled.refresh_from_db()
    kept.refresh_from_db()
    assert (doubled.state, doubled.principal_id, kept.state) == ("ended", cast.li.pk, "proposed")


@pytest.mark.django_db
def test_refusals_move_nothing(cast):
    officer, again = an_officer(cast), li_again(cast)
    pair = {"kept_id": cast.li.pk, "other_id": again.pk}
    for actor in (cast.clerk, cast.decider, cast.person):
        with pytest.raises(Forbidden):
            merge(actor, **pair, reason=REASON)
    with pytest.raises(ReasonMissing):
        merge(officer, **pair, reason=" 同 ")
    with pytest.raises(NotTwice):
        merge(officer, kept_id=again.pk, other_id=again.pk, reason=REASON)
    with pytest.raises(NotTwice):
        merge(officer, kept_id=cast.li.pk, other_id=cast.shop.pk, reason=REASON)
    assert not PersonMerge.objects.exists()
    assert not Party.objects.filter(merged_into__isnull=False).exists()
    merge(officer, **pair, reason=REASON)
    with pytest.raises(NotTwice):
        merge(officer, kept_id=cast.stranger.person_id, other_id=again.pk, reason=REASON)
    assert PersonMerge.objects.count() == 1


@pytest.mark.django_db
def test_the_nightly_search_reports_a_pair_once_and_not_after_it_was_settled(cast):
    officer, again = an_officer(cast), li_again(cast)
    a_person("李清荷", serial="88")  # one name and birth date, but neither phone nor region
    Person.objects.update(likeness_index=None)
    assert index_people(SYSTEM) is None
    assert report_duplicates(SYSTEM) == 1
    pair = LikelyDuplicate.objects.get()
    assert {pair.first_id, pair.second_id} == {cast.li.pk, again.pk}
    assert pair.signs == ["region"]
    mark_different(officer, pair_id=pair.pk, reason="是双胞胎姐妹")
    report_duplicates(SYSTEM)
    assert LikelyDuplicate.objects.get().state == "different"


@pytest.mark.django_db
def test_a_merge_settles_the_reported_pair(cast):
    officer, again = an_officer(cast), li_again(cast)
    report_pair(officer, first_id=again.pk, second_id=cast.li.pk, signs=["officer"])
    merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    assert LikelyDuplicate.objects.get().state == "merged"


@pytest.mark.django_db
def test_each_look_needs_a_reason_and_is_recorded(cast):
    officer = an_officer(cast)
    with pytest.raises(ReasonMissing):
        look_up(officer, cast.li.document, reason="")
    with pytest.raises(Forbidden):
        look_up(cast.decider, cast.li.document, reason=REASON)
    assert not AuditEvent.objects.filter(code="identity.person_read").exists()
    assert look_up(officer, cast.li.document, reason=REASON) == cast.li
    open_dossier(cast.clerk, cast.li.pk, reason=REASON)
    read = AuditEvent.objects.filter(code="identity.person_read", holder_id=cast.li.pk)
    assert [row.detail["reason"] for row in read] == [REASON, REASON]
    with pytest.raises(PersonNotFound):
        open_dossier(officer, cast.shop.pk, reason=REASON)


@pytest.mark.django_db
def test_what_was_begun_under_the_merged_row_is_told_and_not_done(cast):
    officer, again = an_officer(cast), li_again(cast)
    account = a_citizen(again)
    stale = actor_for(account)
    kept = a_person("李清荷", serial="88", phone="")  # without a sign-in, so that this one moves
    merge(officer, kept_id=kept.pk, other_id=again.pk, reason=REASON)
    with pytest.raises(PartyMerged):
        upload_document(stale, owner_id=stale.principal_id, kind="x", name="x", upload=a_picture())
    assert not Document.objects.filter(owner_id=again.pk).exists()


def _in_thread(act, results):
    def run():
        try:
            results.append(act())
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_merge_while_one_of_them_submits_is_refused_whole_and_works_afterwards():
    cast = build_cast()
    officer = an_officer(cast)
    other = a_person("李清荷", serial="82", phone="")
    case = moves.a_ready_draft(cast)
    results: list[object] = []
    with transaction.atomic():
        submission.submit(cast.citizen, case_id=case.pk, declared=True, request_key="s")
        _in_thread(lambda: merge(officer, kept_id=other.pk, other_id=cast.li.pk, reason=REASON), results).join()
    assert results == [PersonBusy.code]
    case.refresh_from_db()
    assert (case.state, case.agent_id) == ("submitted", cast.li.pk)
    assert not Party.objects.filter(merged_into__isnull=False).exists()
    merge(officer, kept_id=other.pk, other_id=cast.li.pk, reason=REASON)
    case.refresh_from_db()
    assert case.agent_id == other.pk


@pytest.mark.django_db(transaction=True)
def test_a_draft_begun_while_the_merge_runs_is_not_lost_in_the_merged_row():
    cast = build_cast()
    officer = an_officer(cast)
    twin = a_person("李清荷", serial="82", phone="13900000068")
    stale = actor_for(a_citizen(twin))
    type(cast.version).objects.filter(pk=cast.version.pk).update(audience=["1"])
    kept = a_person("李清荷", serial="88", phone="")
    results: list[object] = []
    with transaction.atomic():
        merge(officer, kept_id=kept.pk, other_id=twin.pk, reason=REASON)
        thread = _in_thread(lambda: drafts.start_draft(stale, item_id=cast.item.pk), results)
        thread.join(1)
        assert thread.is_alive()  # it waits for the merge
    thread.join()
    assert results == [PartyMerged.code]
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_merging_at_once_merge_once():
    cast = build_cast()
    officer, twin = an_officer(cast), a_person("李清荷", serial="82", phone="")
    results: list[object] = []
    threads = [
        _in_thread(lambda: merge(officer, kept_id=cast.li.pk, other_id=twin.pk, reason=REASON), results),
        _in_thread(lambda: merge(officer, kept_id=twin.pk, other_id=cast.li.pk, reason=REASON), results),
    ]
    for thread in threads:
        thread.join()
    assert PersonMerge.objects.count() == 1
    assert sum(isinstance(result, PersonMerge) for result in results) == 1
    assert {result for result in results if isinstance(result, str)} <= {PersonBusy.code, NotTwice.code}


def test_numbers_of_the_factories_are_valid():
    assert a_number("077") != a_number("078")


@pytest.mark.django_db
def test_every_table_that_names_a_person_or_party_is_moved(cast):
    """A new table that points at people must say what a merge does with it."""
    officer, again = an_officer(cast), li_again(cast)
    listed = set(_move_own(officer, cast.li, again)) | set(listeners.move_all(cast.li.pk, again.pk))
    columns = {name.rsplit(".", 1)[-1] for name in listed}
    # The rows of the two themselves, the sign-in (moved by its own rule), and what is about the merge.
    apart = {Party, Person, Organisation, Account, PersonMerge, LikelyDuplicate}
    of_organisations = {(Share, "organisation")}
    pointing = [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in {Person, Party} and model not in apart and (model, field.name) not in of_organisations
    ]
    assert len(pointing) >= 14
    for model, column in pointing:
        assert any(name.endswith(f".{column}") for name in listed), (model, column, columns)
    assert len(listed - {"identity.mandate.ended", "identity.account.person", "identity.account.closed"}) == (
        len(pointing) + 1  # and Organisation.legal_representative
    )


@pytest.mark.django_db
def test_consents_capacity_and_rights_over_data_move_once(cast):
    officer, again = an_officer(cast), li_again(cast)
    app, another = an_app(cast.scjg).profile, an_app(cast.scjg, "other.example.gov.cn").profile
    now = timezone.now()
    for person, profile in ((cast.li, app), (again, app), (again, another)):
        Consent.objects.create(person=person, profile=profile, scopes=["openid"], given_at=now, ends_at=now)
    for person, grade in ((cast.li, "limited"), (again, "none")):
        CapacityRecord.objects.create(
            person=person, grade=grade, reference="(2026)民特1号", recorded_by_id=officer.account_id
        )
    merge(officer, kept_id=cast.li.pk, other_id=again.pk, reason=REASON)
    live = Consent.objects.filter(person=cast.li, revoked_at=None)
    assert {row.profile_id for row in live} == {app.pk, another.pk}
    assert Consent.objects.filter(person=cast.li).count() == 3
    assert CapacityRecord.objects.filter(person=cast.li).count() == 2
    assert CapacityRecord.objects.get(person=cast.li, ended_at=None).grade == "none"
