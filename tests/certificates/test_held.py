"""What is read of a party's proofs for a choice: of each type the one that counts, of the locker what is there now."""

import datetime as dt

import pytest
from django.utils import timezone

from certificates import locker
from certificates.actions import issue
from certificates.held import held_by
from certificates.models import Certificate, CertificateType, Document
from identity.actor import SYSTEM
from tests.factories.cast import Cast, a_person, a_picture, a_type

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def kind(cast: Cast) -> CertificateType:
    return a_type("vehicle", "行驶证", cast.scjg, "007", is_single_instance=False, fields=[], holder_kind="either")


def a_paper(cast: Cast, kind: CertificateType, day: str, **told: object) -> Certificate:
    paper = issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={})
    values = {"issued_on": day, "valid_from": day, "valid_until": None, **told}
    Certificate.objects.filter(pk=paper.pk).update(**values)
    return paper


def held(cast: Cast, *kinds: CertificateType) -> list:
    found = held_by(holders=[cast.shop.pk], type_ids=[one.pk for one in kinds], today=TODAY)
    return found[cast.shop.pk].certificates if found else []


def test_a_fleet_is_one_row_and_it_is_the_newest_valid_one(cast: Cast, kind: CertificateType):
    a_paper(cast, kind, "2026-01-01")
    newest = a_paper(cast, kind, "2026-03-01", valid_until=TODAY)
    a_paper(cast, kind, "2026-04-01", valid_until=TODAY - dt.timedelta(days=1))
    a_paper(cast, kind, "2026-05-01", state="suspended")
    a_paper(cast, kind, "2026-06-01", valid_from=TODAY + dt.timedelta(days=1))
    [one] = held(cast, kind)
    assert (one.pk, one.holder_id, one.type_id, one.state) == (newest.pk, cast.shop.pk, kind.pk, "valid")
    assert (one.issued_on, one.valid_from, one.valid_until) == (dt.date(2026, 3, 1), dt.date(2026, 3, 1), TODAY)
    assert (one.type_name, one.issuer_name) == ("行驶证", cast.scjg.short_name)


def test_where_none_counts_the_newest_says_why(cast: Cast, kind: CertificateType):
    a_paper(cast, kind, "2026-01-01", valid_until=TODAY - dt.timedelta(days=1))
    newest = a_paper(cast, kind, "2026-05-01", state="suspended")
    assert [(one.pk, one.state) for one in held(cast, kind)] == [(newest.pk, "suspended")]


def test_nobody_else_s_and_nothing_that_was_not_asked_for(cast: Cast, kind: CertificateType):
    other = a_person("钱有证", serial="07", phone="13900000007")
    issue(SYSTEM, certificate_type=kind, holder=other.party, issuer=cast.scjg, face={})
    assert held(cast, kind) == []
    assert [one.pk for one in held(cast, kind, cast.licence.type)] == [cast.licence.pk]
    mine = a_paper(cast, kind, "2026-01-01")
    both = held_by(holders=[cast.shop.pk, other.pk], type_ids=[kind.pk], today=TODAY)
    assert [one.pk for one in both[cast.shop.pk].certificates] == [mine.pk]
    assert {one.holder_id for one in both[other.pk].certificates} == {other.pk}


def test_a_state_that_changes_is_seen_at_the_next_look(cast: Cast, kind: CertificateType):
    older, newer = a_paper(cast, kind, "2026-01-01"), a_paper(cast, kind, "2026-02-01")
    assert [one.pk for one in held(cast, kind)] == [newer.pk]
    Certificate.objects.filter(pk=newer.pk).update(state="revoked")
    assert [one.pk for one in held(cast, kind)] == [older.pk]


def test_only_documents_that_are_in_the_locker_now(cast: Cast):
    papers = [
        locker.upload_document(
            cast.citizen, owner_id=cast.shop.pk, kind=sort, name="租约", upload=a_picture(size=size), for_case=True
        )
        for size, sort in ((20, "lease"), (30, "lease"), (40, "lease"), (50, "plan"))
    ]
    Document.objects.filter(pk=papers[0].pk).update(removed_at=timezone.now())
    Document.objects.filter(pk=papers[1].pk).update(erased_at=timezone.now())
    found = held_by(owners=[cast.shop.pk], kinds=["lease"], today=TODAY)[cast.shop.pk]
    [one] = found.documents
    assert (one.pk, one.kind, one.name, one.grade, one.verified_by) == (papers[2].pk, "lease", "租约", "C", "")
    assert (one.scan, one.created_at, one.verified_at, one.disputed_at) == ("clean", papers[2].created_at, None, None)
    assert found.certificates == []
    assert held_by(owners=[cast.li.pk], kinds=["lease"], today=TODAY) == {}


def test_a_document_tells_who_saw_its_original(cast: Cast):
    paper = locker.upload_document(
        cast.citizen, owner_id=cast.shop.pk, kind="lease", name="租约", upload=a_picture(), for_case=True
    )
    seen = {"grade": "B", "verified_by": cast.account, "verified_department": cast.scjg, "verified_at": timezone.now()}
    Document.objects.filter(pk=paper.pk).update(**seen)
    both = held_by(
        holders=[cast.shop.pk], type_ids=[cast.licence.type_id], owners=[cast.shop.pk], kinds=["lease"], today=TODAY
    )[cast.shop.pk]
    assert [(one.verified_by, one.verified_at) for one in both.documents] == [
        (cast.scjg.short_name, seen["verified_at"])
    ]
    assert [one.pk for one in both.certificates] == [cast.licence.pk]


def test_nothing_is_asked_of_the_register_for_nobody_or_nothing(cast: Cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert held_by(type_ids=[cast.licence.type_id], kinds=["lease"], today=TODAY) == {}
        assert held_by(holders=[cast.shop.pk], owners=[cast.shop.pk], today=TODAY) == {}
