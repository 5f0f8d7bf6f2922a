"""Annulment and revocation by two persons, striking off with its ground, correction; each refusal changes nothing."""

import pytest

from cases.models import Flag
from certificates import errors, proposals
from certificates.actions import change_state, correct, issue
from certificates.models import Certificate, CertificateOperation, StateProposal, TypeDuty
from certificates.queries import verify
from certificates.states import GROUNDS, TABLE, Operation, ground_text, operations_in
from certificates.transitions import Stated
from common.models import AuditEvent
from identity.actor import SYSTEM, Actor
from identity.models import Post, PostHolding
from tests.factories import moves
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.threads import at_once

PENALTY = Stated(
    reason="经营腐败变质食品，情节严重",
    legal_basis="《食品安全法》第一百二十三条",
    ground="penalty-9-3",
    decision_number="示市监处罚〔2026〕18号",
)
FRAUD = Stated(
    reason="以虚假材料取得",
    legal_basis="《行政许可法》第六十九条",
    ground="69-2",
    decision_number="示市监撤〔2026〕3号",
)


def second(cast: Cast, number: str = "2004") -> Actor:
    post = Post.objects.get(department=cast.scjg, name="负责人")
    return a_member_of_staff(number, post, PostHolding.Role.DECIDER)


def revoke(cast: Cast, operation: Operation = Operation.REVOKE, stated: Stated = PENALTY) -> StateProposal:
    return proposals.propose(cast.decider, certificate_id=cast.licence.pk, operation=operation, stated=stated)


def unchanged(cast: Cast, state: str = "valid") -> bool:
    cast.licence.refresh_from_db()
    return cast.licence.state == state and not CertificateOperation.objects.filter(operation__in=("annul", "revoke"))


@pytest.mark.parametrize(
    ("operation", "stated", "state", "label"),
    [(Operation.REVOKE, PENALTY, "revoked", "已吊销"), (Operation.ANNUL, FRAUD, "annulled", "已撤销")],
)
def test_one_proposes_and_another_decides(cast, operation, stated, state, label):
    proposal = revoke(cast, operation, stated)
    assert unchanged(cast)
    other = second(cast)
    proposals.approve(other, proposal_id=proposal.pk)
    found = verify(cast.licence.number)
    assert (found.state, found.state_label, found.is_valid) == (state, label, False)
    row = CertificateOperation.objects.get(operation=operation)
    assert (row.actor_id, row.approved_by_id) == (cast.decider.account_id, other.account_id)
    assert (row.decision_number, row.ground) == (stated.decision_number, stated.ground)
    assert ground_text(row.operation, row.ground)


def test_the_proposer_does_not_decide(cast):
    proposal = revoke(cast)
    audited = AuditEvent.objects.count()
    with pytest.raises(errors.SamePerson):
        proposals.approve(cast.decider, proposal_id=proposal.pk)
    with pytest.raises(errors.SamePerson):
        proposals.send_back(cast.decider, proposal_id=proposal.pk, note="不")
    assert unchanged(cast)
    assert AuditEvent.objects.count() == audited


def test_who_stands_in_for_the_proposer_does_not_decide_either(cast):
    from dataclasses import replace

    proposal = revoke(cast)
    stand_in = replace(second(cast), stands_in_for=cast.decider.account_id)
    assert proposals.is_own(stand_in, proposal)
    with pytest.raises(errors.SamePerson):
        proposals.approve(replace(stand_in, holding_id=None, post_id=None), proposal_id=proposal.pk)
    assert unchanged(cast)


@pytest.mark.parametrize("who", ["clerk", "food", "outsider", "supervisor", "citizen"])
def test_outsiders_know_of_no_proposal(cast, who):
    proposal = revoke(cast)
    actor = getattr(cast, who)
    for step in (
        lambda: proposals.approve(actor, proposal_id=proposal.pk),
        lambda: proposals.withdraw(actor, proposal_id=proposal.pk),
    ):
        with pytest.raises(errors.ProposalNotFound):
            step()
    with pytest.raises(errors.CertificateNotFound):
        proposals.propose(actor, certificate_id=cast.licence.pk, operation=Operation.ANNUL, stated=FRAUD)
    assert unchanged(cast)


def test_no_single_person_revokes_directly(cast):
    for operation in (Operation.ANNUL, Operation.REVOKE):
        with pytest.raises(errors.SecondPersonNeeded):
            change_state(
                cast.decider, certificate_id=cast.licence.pk, operation=operation, reason="理由", legal_basis="依据"
            )
    assert unchanged(cast)


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"reason": " "}, errors.ReasonMissing, "reason"),
        ({"legal_basis": ""}, errors.ReasonMissing, "legal_basis"),
        ({"ground": "70-1"}, errors.GroundMissing, "ground"),
        ({"decision_number": ""}, errors.DecisionNumberMissing, "decision_number"),
    ],
)
def test_a_proposal_says_everything_the_decision_says(cast, change, error, field):
    from dataclasses import replace

    with pytest.raises(error) as caught:
        revoke(cast, stated=replace(PENALTY, **change))
    assert field in caught.value.fields
    assert not StateProposal.objects.exists()


def test_one_proposal_waits_at_a_time(cast):
    proposal = revoke(cast)
    with pytest.raises(errors.ProposalExists):
        revoke(cast, Operation.ANNUL, FRAUD)
    proposals.withdraw(cast.decider, proposal_id=proposal.pk)
    with pytest.raises(errors.ProposalSettled):
        proposals.approve(second(cast), proposal_id=proposal.pk)
    assert unchanged(cast)
    assert revoke(cast, Operation.ANNUL, FRAUD).state == "in_review"


def test_a_return_needs_a_reason_and_leaves_the_certificate(cast):
    proposal, other = revoke(cast), second(cast)
    with pytest.raises(errors.NoteMissing):
        proposals.send_back(other, proposal_id=proposal.pk, note=" ")
    proposals.send_back(other, proposal_id=proposal.pk, note="没有附听证笔录")
    assert unchanged(cast)
    assert StateProposal.objects.get().note == "没有附听证笔录"


def test_a_certificate_that_changed_meanwhile_is_not_revoked(cast):
    proposal = revoke(cast)
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=Operation.CANCEL,
        reason="申请注销",
        legal_basis="行政许可法第七十条",
        ground="70-6",
    )
    with pytest.raises(errors.OperationNotAllowed):
        proposals.approve(second(cast), proposal_id=proposal.pk)
    assert unchanged(cast, "cancelled")
    assert StateProposal.objects.get().state == "in_review"  # to be withdrawn by whoever proposed it


def test_striking_off_names_its_ground(cast):
    with pytest.raises(errors.GroundMissing):
        change_state(
            cast.decider, certificate_id=cast.licence.pk, operation=Operation.CANCEL, reason="理由", legal_basis="依据"
        )
    assert unchanged(cast)
    assert len(GROUNDS[Operation.CANCEL]) == 6


def test_the_end_is_the_end():
    for state in ("annulled", "revoked", "cancelled"):
        assert operations_in(state) == []
        assert not any(state in change.sources for change in TABLE.values())


def test_posts_that_the_type_names_do_it_and_no_others(cast):
    named = Post.objects.create(department=cast.scjg, name="执法科")
    TypeDuty.objects.create(type=cast.licence.type, right="revoke", post=named)
    with pytest.raises(errors.NotEntrusted):
        revoke(cast)
    assert not StateProposal.objects.exists()
    officer = a_member_of_staff("2010", named, PostHolding.Role.DECIDER)
    made = proposals.propose(officer, certificate_id=cast.licence.pk, operation=Operation.REVOKE, stated=PENALTY)
    with pytest.raises(errors.NotEntrusted):
        proposals.approve(cast.decider, proposal_id=made.pk)
    assert unchanged(cast)


def test_a_correction_is_the_next_version_with_the_same_term(cast):
    stated = Stated(reason="字号有误", legal_basis="依申请")
    before = verify(cast.licence.number)
    after = correct(cast.decider, certificate_id=cast.licence.pk, face={"name": "青禾餐饮店（总店）"}, stated=stated)
    assert (after.number, after.version, after.former_id) == (before.number, 2, cast.licence.pk)
    assert (after.face["name"], after.face["address"]) == ("青禾餐饮店（总店）", cast.licence.face["address"])
    assert after.valid_until == cast.licence.valid_until
    assert CertificateOperation.objects.filter(certificate=cast.licence, operation="correct").exists()


@pytest.mark.parametrize("face", [{}, {"name": "青禾餐饮店"}, {"nothing": "x"}, {"name": " "}])
def test_a_correction_of_nothing_is_refused(cast, face):
    with pytest.raises(errors.FaceInvalid):
        correct(
            cast.decider, certificate_id=cast.licence.pk, face=face, stated=Stated(reason="误", legal_basis="依申请")
        )
    assert Certificate.objects.count() == 1


def test_open_cases_that_rely_on_it_are_flagged(cast):
    case = moves.a_submitted_case(cast)
    proposals.approve(second(cast), proposal_id=revoke(cast).pk)
    flag = Flag.objects.get(case=case, resolved_at__isnull=True)
    assert flag.state == "revoked"
    assert "已吊销" in flag.message


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_decide_once():
    cast = build_cast()
    first, other, proposal = second(cast), second(cast, "2005"), revoke(cast)
    results = at_once(
        lambda: proposals.approve(first, proposal_id=proposal.pk),
        lambda: proposals.send_back(other, proposal_id=proposal.pk, note="不够严重"),
    )
    assert [result for result in results if isinstance(result, str)] == ["certificate.proposal_settled"]
    cast.licence.refresh_from_db()
    revoked = cast.licence.state == "revoked"
    assert CertificateOperation.objects.filter(operation="revoke").count() == revoked
    assert StateProposal.objects.get().state == ("approved" if revoked else "returned")


@pytest.mark.django_db(transaction=True)
def test_revocation_and_renewal_at_once_leave_one_truth():
    cast = build_cast()
    other, proposal = second(cast), revoke(cast)
    old = cast.licence
    results = at_once(
        lambda: proposals.approve(other, proposal_id=proposal.pk),
        lambda: issue(SYSTEM, certificate_type=old.type, holder=old.holder, issuer=old.issuer, face={}, former=old),
    )
    assert [result for result in results if isinstance(result, str)] == ["certificate.operation_not_allowed"]
    old.refresh_from_db()
    assert Certificate.objects.filter(state="valid").count() == (old.state == "cancelled")
