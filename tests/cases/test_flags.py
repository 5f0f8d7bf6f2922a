"""A certificate that stops being valid reaches every open case that relied on it."""

import pytest

from cases import errors
from cases.actions import decision, drafts, submission
from cases.models import Case, Flag
from certificates.actions import change_state, expire_due, issue
from certificates.errors import SingleInstance
from certificates.models import Certificate
from certificates.states import Operation
from identity.actor import SYSTEM
from tests.factories import moves
from tests.factories.cast import a_picture

BASIS = {"reason": "涉嫌违法经营，立案调查", "legal_basis": "食品安全法第一百二十六条"}


def _suspend(cast):
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, **BASIS)


def test_suspension_flags_open_cases_and_blocks_approval_until_lifted(cast):
    case = moves.a_reviewed_case(cast)
    _suspend(cast)
    assert "暂扣" in case.flags.get().message
    with pytest.raises(errors.EvidenceFlagged):
        decision.approve(cast.decider, case_id=case.pk)
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.LIFT, **BASIS)
    assert case.flags.get().resolved_at is not None
    assert decision.approve(cast.decider, case_id=case.pk).outcome == "approved"


def test_closed_case_is_not_flagged(cast):
    case = moves.an_approved_case(cast)
    decision.close(case_id=case.pk)
    _suspend(cast)
    assert not Flag.objects.filter(case=case).exists()


def test_draft_loses_the_suspended_certificate_at_submission(cast):
    case = moves.a_ready_draft(cast)
    _suspend(cast)
    with pytest.raises(errors.MaterialsIncomplete) as caught:
        submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert "licence" in caught.value.fields
    assert Case.objects.get(pk=case.pk).number is None


def test_expired_certificate_counts_for_nothing(cast):
    Certificate.objects.filter(pk=cast.licence.pk).update(
        valid_from="2020-01-01", issued_on="2020-01-01", valid_until="2020-12-31"
    )
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert case.materials.get(requirement__key="licence").way == "missing"


def test_expiry_by_date_flags_open_cases(cast):
    case = moves.an_accepted_case(cast)
    Certificate.objects.filter(pk=cast.licence.pk).update(
        valid_from="2020-01-01", issued_on="2020-01-01", valid_until="2020-12-31"
    )
    with pytest.raises(errors.EvidenceFlagged):
        decision._check_flags(case)
    assert expire_due(today=case.received_on) == 1
    assert "已过期" in case.flags.get().message
    assert expire_due(today=case.received_on) == 0


def test_another_partys_certificate_is_never_used(cast):
    Certificate.objects.filter(pk=cast.licence.pk).update(holder=cast.li.pk)
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert case.materials.get(requirement__key="licence").way == "missing"


def test_flag_of_a_certificate_the_applicant_replaced_does_not_block(cast):
    case = moves.a_ready_draft(cast)
    _suspend(cast)
    row = case.materials.get(requirement__key="licence")
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture())
    case = submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert case.flags.get().resolved_at is not None
    decision._check_flags(case)


def test_flagged_draft_can_be_thrown_away(cast):
    case = moves.a_ready_draft(cast)
    _suspend(cast)
    drafts.discard_draft(cast.citizen, case_id=case.pk)
    assert not Case.objects.exists()


def test_renewed_certificate_neither_flags_nor_blocks_what_relied_on_it(cast):
    case = moves.a_reviewed_case(cast)
    renewed = issue(
        SYSTEM,
        certificate_type=cast.licence.type,
        holder=cast.shop.party,
        issuer=cast.scjg,
        face={},
        former=cast.licence,
    )
    assert not case.flags.exists()
    change_state(cast.decider, certificate_id=renewed.pk, operation=Operation.SUSPEND, **BASIS)
    with pytest.raises(errors.EvidenceFlagged):
        decision.approve(cast.decider, case_id=case.pk)
    change_state(cast.decider, certificate_id=renewed.pk, operation=Operation.LIFT, **BASIS)
    assert decision.approve(cast.decider, case_id=case.pk).outcome == "approved"


def test_suspension_is_not_escaped_by_a_new_application(cast):
    case = moves.an_approved_case(cast)
    change_state(cast.decider, certificate_id=case.certificate_id, operation=Operation.SUSPEND, **BASIS)
    again = moves.a_reviewed_case(cast)
    with pytest.raises(SingleInstance):
        decision.approve(cast.decider, case_id=again.pk)
    assert Case.objects.get(pk=again.pk).state == "in_review"
