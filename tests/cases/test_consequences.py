"""What a proof's change means: tasks for reviewers, drafts that look again, decisions listed to the issuer."""

import threading

import pytest

from cases import changes, decided, errors
from cases.actions import decision, drafts, rereading
from cases.models import Case, Flag
from certificates.actions import change_state, correct, expire_due, issue
from certificates.models import Certificate
from certificates.states import Operation
from certificates.transitions import Stated
from common.models import AuditEvent
from identity.actor import SYSTEM
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.threads import at_once

BASIS = {"reason": "涉嫌违法经营，立案调查", "legal_basis": "食品安全法第一百二十六条"}
SAID = "已对照新版，住所与现场一致，不影响"


def a_correction(cast: Cast, **face: str) -> Certificate:
    stated = Stated(reason="住所登记有误", legal_basis="示范法第一条")
    return correct(cast.decider, certificate_id=cast.licence.pk, face=face or {"address": "人民路20号"}, stated=stated)


def suspend(cast: Cast, certificate: Certificate) -> None:
    change_state(cast.decider, certificate_id=certificate.pk, operation=Operation.SUSPEND, **BASIS)


def lift(cast: Cast, certificate: Certificate) -> None:
    change_state(cast.decider, certificate_id=certificate.pk, operation=Operation.LIFT, **BASIS)


def test_a_correction_tells_the_reviewers_what_changed_and_waits_for_them(cast):
    case = moves.a_reviewed_case(cast)
    a_correction(cast)
    flag = case.flags.get()
    assert (flag.state, "住所变了" in flag.message, "名称" in flag.message) == ("changed", True, False)
    assert "人民路" not in flag.message
    for actor, waits in [
        (cast.food, True),
        (cast.fire, True),
        (cast.decider, True),
        (cast.clerk, False),
        (cast.outsider, False),
        (cast.supervisor, False),
        (cast.citizen, False),
    ]:
        assert changes.tasks_for(actor).exists() is waits
    with pytest.raises(errors.EvidenceFlagged):
        decision.approve(cast.decider, case_id=case.pk)
    handled = changes.handle(cast.food, case_id=case.pk, flag_id=flag.pk, note=SAID)
    assert (handled.handled_by_id, handled.handled_post_id) == (cast.food.account_id, cast.food.post_id)
    assert handled.resolved_at is not None
    assert AuditEvent.objects.get(code="case.flag_handled").holder_id == case.applicant_id
    assert not changes.tasks_for(cast.decider).exists()
    assert decision.approve(cast.decider, case_id=case.pk).outcome == "approved"


def test_nothing_printed_changed_flags_nobody(cast):
    case = moves.an_accepted_case(cast)
    issue(
        SYSTEM,
        certificate_type=cast.licence.type,
        holder=cast.shop.party,
        issuer=cast.scjg,
        face=dict(cast.licence.face),
        former=cast.licence,
        keep_term=True,
    )
    assert not case.flags.exists()


@pytest.mark.parametrize("note", ["", "   ", "好的", "好" * 301, "看过了没有问题\x00"])
def test_a_task_is_not_settled_without_saying_what_came_of_it(cast, note):
    case = moves.an_accepted_case(cast)
    a_correction(cast)
    flag = case.flags.get()
    with pytest.raises(errors.FlagNoteMissing) as caught:
        changes.handle(cast.food, case_id=case.pk, flag_id=flag.pk, note=note)
    assert "note" in caught.value.fields
    assert Flag.objects.get().handled_at is None
    assert not AuditEvent.objects.filter(code="case.flag_handled").exists()


def test_only_the_posts_of_the_case_settle_its_tasks(cast):
    case, other = moves.an_accepted_case(cast), moves.an_accepted_case(cast)
    a_correction(cast)
    flag = case.flags.get()
    for actor, case_id in [
        (cast.clerk, case.pk),
        (cast.outsider, case.pk),
        (cast.supervisor, case.pk),
        (cast.citizen, case.pk),
        (cast.food, other.pk),
    ]:
        with pytest.raises(errors.FlagNotFound):
            changes.handle(actor, case_id=case_id, flag_id=flag.pk, note=SAID)
    assert not Flag.objects.filter(handled_at__isnull=False).exists()


def test_the_counter_has_the_task_before_acceptance(cast):
    case = moves.a_submitted_case(cast)
    suspend(cast, cast.licence)
    assert changes.my_tasks_in(cast.clerk, case) == {case.flags.get().pk}
    assert not changes.my_tasks_in(cast.food, case)


def test_looking_into_a_suspension_does_not_make_the_certificate_valid(cast):
    case = moves.a_reviewed_case(cast)
    suspend(cast, cast.licence)
    flag = case.flags.get()
    changes.handle(cast.decider, case_id=case.pk, flag_id=flag.pk, note="已电话联系申请人，等待恢复")
    assert not changes.tasks_for(cast.decider).exists()
    assert case.flags.get().resolved_at is None
    with pytest.raises(errors.EvidenceFlagged):
        decision.approve(cast.decider, case_id=case.pk)
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.CANCEL, ground="70-6", **BASIS)
    assert changes.tasks_for(cast.decider).get().message.endswith("已注销")  # it moved on: look again


def test_a_lifted_suspension_does_not_hide_what_changed(cast):
    case = moves.a_reviewed_case(cast)
    corrected = a_correction(cast)
    suspend(cast, corrected)
    assert set(case.flags.filter(resolved_at=None).values_list("state", flat=True)) == {"changed", "suspended"}
    lift(cast, corrected)
    assert [flag.state for flag in case.flags.filter(resolved_at=None)] == ["changed"]
    with pytest.raises(errors.EvidenceFlagged):
        decision.approve(cast.decider, case_id=case.pk)


def test_what_happens_to_the_next_version_reaches_cases_that_relied_on_the_former(cast):
    case = moves.a_reviewed_case(cast)
    renewed = issue(
        SYSTEM,
        certificate_type=cast.licence.type,
        holder=cast.shop.party,
        issuer=cast.scjg,
        face={},
        former=cast.licence,
    )
    suspend(cast, renewed)
    assert case.flags.get(resolved_at=None).state == "suspended"
    lift(cast, renewed)
    assert not case.flags.filter(resolved_at=None).exists()


def test_the_night_flags_what_expired_and_drafts_look_for_something_else(cast):
    case, draft = moves.an_accepted_case(cast), drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert draft.materials.get(requirement__key="licence").way == "certificate"
    Certificate.objects.filter(pk=cast.licence.pk).update(
        valid_from="2020-01-01", issued_on="2020-01-01", valid_until="2020-12-31"
    )
    assert expire_due(today=case.received_on) == 1
    assert changes.tasks_for(cast.food).get().case_id == case.pk
    assert rereading.resolve_all(SYSTEM, certificate_id=cast.licence.pk) == 1
    assert draft.materials.get(requirement__key="licence").way == "missing"
    assert not draft.flags.filter(resolved_at=None).exists()
    assert rereading.resolve_all(SYSTEM, certificate_id=cast.licence.pk) == 0


def test_a_draft_takes_the_corrected_version_and_its_values_and_keeps_what_was_typed(cast):
    draft = moves.a_ready_draft(cast)
    before = {row.requirement.key: row.document_id for row in draft.materials.select_related("requirement")}
    corrected = a_correction(cast, name="青禾餐饮店（人民路）")
    assert rereading.resolve_all(SYSTEM, certificate_id=cast.licence.pk) == 1
    draft = Case.objects.get(pk=draft.pk)
    assert draft.materials.get(requirement__key="licence").certificate_id == corrected.pk
    after = {row.requirement.key: row.document_id for row in draft.materials.select_related("requirement")}
    assert (after["premises"], after["plan"]) == (before["premises"], before["plan"])
    assert draft.answers["area"]["value"] == "80"
    assert not draft.flags.filter(resolved_at=None).exists()


def test_decisions_are_listed_to_the_issuer_and_others_are_masked(cast):
    case = moves.an_approved_case(cast)
    moves.an_accepted_case(cast)  # not decided
    corrected = a_correction(cast)
    for version in (cast.licence, corrected):
        assert list(decided.decided_on(version)) == [case]
    (whole,) = decided.show(cast.decider, cast.licence, list(decided.decided_on(cast.licence)), page=1)
    assert (whole.case_id, whole.outcome, whole.certificate_id) == (case.pk, "准予", case.certificate_id)
    (masked,) = decided.show(cast.outsider, cast.licence, list(decided.decided_on(cast.licence)), page=1)
    assert masked.is_masked
    assert (masked.number, masked.item, masked.department) == (case.number, "食品经营许可", cast.scjg.name)
    assert (masked.outcome, masked.certificate_id, masked.certificate) == ("", None, "")
    row = AuditEvent.objects.filter(code="certificate.decisions_listed").last()
    assert (row.holder_id, row.detail) == (cast.shop.pk, {"page": 1, "shown": 1})


def test_decisions_on_a_document_are_found_too(cast):
    case = moves.an_approved_case(cast)
    document = case.materials.get(requirement__key="premises").document
    assert list(decided.decided_on_document(document)) == [case]


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_settle_a_task_once():
    cast = build_cast()
    case = moves.an_accepted_case(cast)
    a_correction(cast)
    flag = case.flags.get()
    results = at_once(
        *[
            lambda actor=actor: changes.handle(actor, case_id=case.pk, flag_id=flag.pk, note=SAID)
            for actor in (cast.food, cast.fire)
        ]
    )
    assert [result for result in results if isinstance(result, str)] == ["case.flag_not_found"]
    assert AuditEvent.objects.filter(code="case.flag_handled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_correction_while_the_case_is_decided_is_seen_or_comes_after():
    cast = build_cast()
    case = moves.a_reviewed_case(cast)
    go = threading.Event()

    def approve() -> object:
        go.set()
        return decision.approve(cast.decider, case_id=case.pk)

    def put_right() -> object:
        go.wait(5)
        return a_correction(cast)

    approved, corrected = at_once(approve, put_right)
    assert isinstance(corrected, Certificate)
    state = Case.objects.get(pk=case.pk).state
    assert (approved == "case.evidence_flagged") == (state == "in_review")
    assert case.flags.filter(resolved_at=None, state="changed").exists()
