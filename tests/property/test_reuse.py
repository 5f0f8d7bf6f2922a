"""The choice among what is held: the same whatever the order, and never anybody else's."""

import datetime as dt
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from certificates.choosing import HELD, Cause, Requirement, Way, cause_of, decide
from certificates.held import HeldCertificate, HeldDocument
from certificates.models import Certificate, Document

TODAY = dt.date(2026, 11, 22)
HOLDERS = [UUID(int=1), UUID(int=2)]
TYPES = {UUID(int=number): f"证照{number}" for number in (11, 12, 13)}
KINDS = ["lease", "plan"]

days = st.integers(-400, 400).map(lambda offset: TODAY + dt.timedelta(days=offset))
moments = days.map(lambda day: dt.datetime.combine(day, dt.time(12), dt.UTC))


@st.composite
def certificates(draw):
    start, type_id = draw(days), draw(st.sampled_from([*TYPES]))
    return HeldCertificate(
        pk=draw(st.uuids()),
        holder_id=draw(st.sampled_from(HOLDERS)),
        type_id=type_id,
        type_name=TYPES[type_id],
        issuer_name="局",
        state=draw(st.sampled_from(Certificate.State.values)),
        issued_on=start,
        valid_from=start,
        valid_until=draw(st.none() | st.integers(0, 500).map(lambda more: start + dt.timedelta(days=more))),
    )


@st.composite
def documents(draw):
    grade = draw(st.sampled_from(Document.Grade.values))
    return HeldDocument(
        pk=draw(st.uuids()),
        owner_id=draw(st.sampled_from(HOLDERS)),
        kind=draw(st.sampled_from(KINDS)),
        name="文件",
        grade=grade,
        scan=draw(st.sampled_from(Document.Scan.values)),
        verified_by="",
        created_at=draw(moments),
        verified_at=draw(moments) if grade == "B" else None,
        disputed_at=draw(st.none() | moments) if grade == "C" else None,
    )


requirements = st.builds(
    Requirement,
    key=st.just("m"),
    holder_id=st.sampled_from([None, *HOLDERS]),
    type_ids=st.frozensets(st.sampled_from([*TYPES])),
    kinds=st.lists(st.sampled_from(KINDS), unique=True).map(tuple),
    fresh_days=st.none() | st.integers(0, 400),
    may_promise=st.booleans(),
    may_defer=st.booleans(),
    is_refused=st.booleans(),
)
rows = st.tuples(
    st.lists(certificates(), max_size=8, unique_by=lambda one: one.pk),
    st.lists(documents(), max_size=8, unique_by=lambda one: one.pk),
)


@given(requirements, rows, st.randoms(use_true_random=False))
def test_the_order_of_what_is_found_decides_nothing(requirement, held, random):
    papers, files = held
    first = decide(requirement, papers, files, today=TODAY)
    random.shuffle(papers)
    random.shuffle(files)
    assert decide(requirement, papers, files, today=TODAY) == first


@given(requirements, rows)
def test_what_is_taken_counts_and_is_the_holder_s_own(requirement, held):
    papers, files = held
    found = decide(requirement, papers, files, today=TODAY)
    assert found.is_held == (found.way in HELD) == bool(found.certificate or found.document)
    if found.certificate:
        assert found.certificate.holder_id == requirement.holder_id
        assert cause_of(found.certificate, TODAY) is None
        assert found.certificate.type_id in requirement.type_ids
    if found.document:
        assert found.document.owner_id == requirement.holder_id
        assert found.document.kind in requirement.kinds
        assert found.document.grade in "BC"
        assert found.way == Way.EARLIER or found.document.disputed_at is None
    if requirement.is_refused:
        assert not found.is_held
        assert [one.cause for one in found.passed] == [Cause.REFUSED]


@given(requirements, rows)
def test_nothing_of_another_holder_shows(requirement, held):
    """With and without the others' rows it is the same, to the last word."""
    papers, files = held
    own = [one for one in papers if one.holder_id == requirement.holder_id]
    own_files = [one for one in files if one.owner_id == requirement.holder_id]
    assert decide(requirement, papers, files, today=TODAY) == decide(requirement, own, own_files, today=TODAY)


@given(requirements, rows)
def test_a_valid_certificate_comes_before_everything(requirement, held):
    papers, files = held
    valid = [
        one
        for one in papers
        if one.holder_id == requirement.holder_id
        and one.type_id in requirement.type_ids
        and cause_of(one, TODAY) is None
    ]
    if valid and not requirement.is_refused:
        found = decide(requirement, papers, files, today=TODAY)
        assert found.way == Way.CERTIFICATE
        assert found.certificate is not None
        assert found.certificate.issued_on == max(one.issued_on for one in valid)
