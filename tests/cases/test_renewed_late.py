"""A card whose term is over is renewed on the register's own word; a licence is not renewed after its term."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import errors
from cases.actions import decision, drafts, submission
from certificates.actions import change_state, expire_due
from certificates.states import Operation
from tests.factories import moves
from tests.factories.cast import Cast

LAST_DAY = dt.date(2020, 12, 31)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The item renews the very certificate it asks for, and its type is no licence (行政确认)."""
    cast.version.replaces, cast.version.result_type = "renew", cast.licence.type
    cast.version.save()
    cast.item.item_type = "07"
    cast.item.save()
    return cast


def end_the_term(cast: Cast, *, night: bool = True) -> None:
    cast.licence.valid_from = cast.licence.issued_on = dt.date(2020, 1, 1)
    cast.licence.valid_until = LAST_DAY
    cast.licence.save()
    if night:
        assert expire_due(today=timezone.localdate()) == 1


def licence_row(cast: Cast):
    return drafts.start_draft(cast.citizen, item_id=cast.item.pk).materials.get(requirement__key="licence")


@pytest.mark.parametrize("night", [True, False])
def test_what_is_renewed_is_taken_from_the_register_after_its_last_day(cast, night):
    end_the_term(cast, night=night)
    row = licence_row(cast)
    assert (row.way, row.certificate_id) == ("certificate", cast.licence.pk)
    assert "2020-12-31 到期" in row.reason
    renewed = moves.an_approved_case(cast).certificate
    cast.licence.refresh_from_db()
    assert (cast.licence.state, renewed.state, renewed.former_id) == ("cancelled", "valid", cast.licence.pk)
    assert (renewed.number, renewed.version) == (cast.licence.number, 2)


def test_a_term_that_ends_while_its_renewal_is_reviewed_stops_nothing(cast):
    case = moves.a_reviewed_case(cast)
    end_the_term(cast)
    assert not case.flags.exists()
    assert decision.approve(cast.decider, case_id=case.pk).outcome == "approved"


def test_a_licence_is_not_renewed_after_its_term(cast):
    cast.item.item_type = "01"
    cast.item.save()
    end_the_term(cast)
    row = licence_row(cast)
    assert (row.way, row.certificate_id) == ("missing", None)
    assert [one["cause"] for one in row.passed_over] == ["expired"]


def test_another_item_does_not_take_it_after_its_term(cast):
    cast.version.replaces = "change"
    cast.version.save()
    end_the_term(cast)
    assert licence_row(cast).way == "missing"


def test_a_suspended_one_is_not_renewed_and_stops_the_decision(cast):
    case = moves.a_reviewed_case(cast)
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=Operation.SUSPEND,
        reason="核查",
        legal_basis="食品安全法第一百二十六条",
    )
    with pytest.raises(errors.EvidenceFlagged):
        decision.approve(cast.decider, case_id=case.pk)
    cast.licence.refresh_from_db()
    case.refresh_from_db()
    assert (cast.licence.state, case.state) == ("suspended", "in_review")
    draft = moves.a_ready_draft(cast)
    with pytest.raises(errors.MaterialsIncomplete):
        submission.submit(cast.citizen, case_id=draft.pk, declared=True)
