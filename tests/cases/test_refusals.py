"""What the law and the state table do not allow: refused with a stable code, and nothing changes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases import errors
from cases.actions import clocks, decision, drafts, intake, review, submission
from cases.models import Branch, Case, Notice
from cases.states import State
from certificates import errors as certificate_errors
from certificates.models import Certificate, Document
from common.errors import Forbidden
from common.models import AuditEvent
from identity.errors import AssuranceTooLow
from services.models import ServiceItem
from tests.factories import moves
from tests.factories.cast import a_citizen, a_person, a_picture


def _snapshot(case: Case) -> tuple:
    fresh = Case.objects.get(pk=case.pk)
    return fresh.state, fresh.version, fresh.events.count(), fresh.notices.count(), AuditEvent.objects.count()


def test_submission_without_materials_names_them(cast):
    case = moves.a_draft(cast)
    before = _snapshot(case)
    with pytest.raises(errors.MaterialsIncomplete) as caught:
        submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert set(caught.value.fields) == {"premises", "plan", "rules"}
    assert _snapshot(case) == before
    assert Case.objects.get(pk=case.pk).number is None


def test_submission_without_declaration_is_refused(cast):
    case = moves.a_ready_draft(cast)
    before = _snapshot(case)
    with pytest.raises(errors.DeclarationMissing):
        submission.submit(cast.citizen, case_id=case.pk, declared=False)
    assert _snapshot(case) == before


def test_submission_with_empty_required_field_names_it(cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    with pytest.raises(errors.AnswersIncomplete) as caught:
        submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert set(caught.value.fields) == {"area"}


def test_double_click_on_submit_makes_one_case(cast):
    case = moves.a_ready_draft(cast)
    first = submission.submit(cast.citizen, case_id=case.pk, declared=True, request_key="click")
    second = submission.submit(cast.citizen, case_id=case.pk, declared=True, request_key="click")
    assert first.number == second.number
    assert second.events.count() == 1


def test_second_submission_with_another_key_is_refused(cast):
    case = moves.a_submitted_case(cast)
    before = _snapshot(case)
    with pytest.raises(errors.MoveNotAllowed):
        submission.submit(cast.citizen, case_id=case.pk, declared=True, request_key="other")
    assert _snapshot(case) == before


@pytest.mark.parametrize("who", ["stranger", "person", "outsider"])
def test_outsiders_do_not_know_of_the_case(cast, who):
    case = moves.a_submitted_case(cast)
    before = _snapshot(case)
    with pytest.raises(errors.CaseNotFound):
        submission.withdraw(getattr(cast, who), case_id=case.pk)
    with pytest.raises(errors.CaseNotFound):
        intake.accept(getattr(cast, who), case_id=case.pk)
    assert _snapshot(case) == before


def test_applicant_cannot_accept_own_case(cast):
    case = moves.a_submitted_case(cast)
    before = _snapshot(case)
    with pytest.raises(errors.CaseNotFound):
        intake.accept(cast.citizen, case_id=case.pk)
    assert _snapshot(case) == before


def test_supervisor_sees_but_does_not_accept(cast):
    case = moves.a_submitted_case(cast)
    before = _snapshot(case)
    with pytest.raises(Forbidden):
        intake.accept(cast.supervisor, case_id=case.pk)
    assert _snapshot(case) == before


def test_stale_form_is_refused(cast):
    case = moves.a_submitted_case(cast)
    old = case.version
    Case.objects.filter(pk=case.pk).update(version=old + 1)  # somebody changed it and it still waits
    before = _snapshot(case)
    with pytest.raises(errors.StaleForm):
        intake.accept(cast.clerk, case_id=case.pk, expected_version=old)
    assert _snapshot(case) == before


def test_review_on_a_stale_page_is_refused(cast):
    case = moves.an_accepted_case(cast)
    old = case.version
    fire = case.branches.get(stage__key="fire")
    review.review(cast.fire, case_id=case.pk, branch_id=fire.pk, agreed=True, opinion="", expected_version=old)
    food = case.branches.get(stage__key="food")
    before = _snapshot(case)
    with pytest.raises(errors.StaleForm):
        review.review(
            cast.food,
            case_id=case.pk,
            branch_id=food.pk,
            agreed=True,
            opinion="",
            second_officer="周同行",
            expected_version=old,
        )
    assert _snapshot(case) == before


def test_correction_is_asked_once(cast):
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="plan")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "请标出清洗区"})
    with pytest.raises(errors.MaterialsIncomplete):
        submission.correct(cast.citizen, case_id=case.pk)
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(size=30))
    submission.correct(cast.citizen, case_id=case.pk)
    before = _snapshot(case)
    with pytest.raises(errors.CorrectionUsed):
        intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "再改一次"})
    assert _snapshot(case) == before
    assert intake.accept(cast.clerk, case_id=case.pk).state == State.IN_REVIEW


def test_empty_correction_notice_is_refused(cast):
    case = moves.a_submitted_case(cast)
    before = _snapshot(case)
    with pytest.raises(errors.CorrectionEmpty):
        intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="  ")
    assert _snapshot(case) == before


def test_another_posts_branch_is_not_found(cast):
    case = moves.an_accepted_case(cast)
    fire = case.branches.get(stage__key="fire")
    before = _snapshot(case)
    for actor in (cast.food, cast.decider, cast.clerk):
        with pytest.raises(errors.BranchNotFound):
            review.review(actor, case_id=case.pk, branch_id=fire.pk, agreed=True, opinion="")
    assert _snapshot(case) == before


@pytest.mark.parametrize("second", ["", "  ", "员1002"])
def test_substantive_check_needs_a_second_officer_who_is_somebody_else(cast, second):
    case = moves.an_accepted_case(cast)
    food = case.branches.get(stage__key="food")
    before = _snapshot(case)
    with pytest.raises(errors.SecondOfficerMissing):
        review.review(cast.food, case_id=case.pk, branch_id=food.pk, agreed=True, opinion="符合", second_officer=second)
    assert _snapshot(case) == before


def test_decision_waits_for_every_branch(cast):
    case = moves.an_accepted_case(cast)
    moves.see_originals(cast, case)
    before = _snapshot(case)
    with pytest.raises(errors.BranchesOpen):
        decision.approve(cast.decider, case_id=case.pk)
    with pytest.raises(errors.BranchesOpen):
        decision.refuse(cast.decider, case_id=case.pk, reason="不符合")
    assert _snapshot(case) == before


def test_opposed_case_cannot_be_approved(cast):
    case = moves.a_reviewed_case(cast)
    Branch.objects.filter(case=case, stage__key="fire").update(state=Branch.State.OPPOSED)
    before = _snapshot(case)
    with pytest.raises(errors.BranchOpposed):
        decision.approve(cast.decider, case_id=case.pk)
    assert _snapshot(case) == before
    assert decision.refuse(cast.decider, case_id=case.pk, reason="消防不合格").outcome == "refused"


def test_opposing_needs_reasons(cast):
    case = moves.an_accepted_case(cast)
    fire = case.branches.get(stage__key="fire")
    with pytest.raises(errors.ReasonMissing):
        review.review(cast.fire, case_id=case.pk, branch_id=fire.pk, agreed=False, opinion=" ")
    assert Branch.objects.get(pk=fire.pk).state == Branch.State.OPEN


def test_uploaded_proof_must_be_compared_with_the_original(cast):
    case = moves.a_reviewed_case(cast)
    Document.objects.filter(kind="premises-proof").update(grade="C")
    before = _snapshot(case)
    with pytest.raises(errors.OriginalsNotSeen):
        decision.approve(cast.decider, case_id=case.pk)
    assert _snapshot(case) == before
    assert not Certificate.objects.filter(type=cast.food_licence).exists()


def test_refusal_needs_reasons(cast):
    case = moves.a_reviewed_case(cast)
    before = _snapshot(case)
    with pytest.raises(errors.ReasonMissing):
        decision.refuse(cast.decider, case_id=case.pk, reason=" ")
    assert _snapshot(case) == before


def test_closed_case_takes_nothing_more(cast):
    case = moves.an_approved_case(cast)
    decision.close(case_id=case.pk)
    before = _snapshot(case)
    for attempt in (
        lambda: submission.withdraw(cast.citizen, case_id=case.pk),
        lambda: decision.refuse(cast.decider, case_id=case.pk, reason="x"),
        lambda: intake.accept(cast.clerk, case_id=case.pk),
        lambda: drafts.upload_material(
            cast.citizen, case_id=case.pk, material_id=case.materials.first().pk, upload=a_picture()
        ),
    ):
        with pytest.raises(errors.CaseClosed):
            attempt()
    assert _snapshot(case) == before


def test_person_cannot_apply_for_an_organisations_item(cast):
    with pytest.raises(errors.WrongApplicantKind):
        drafts.start_draft(cast.person, item_id=cast.item.pk)
    assert not Case.objects.exists()


def test_low_assurance_cannot_apply(cast):
    cast.li.assurance_level = 1
    cast.li.save()
    from identity.queries import actor_for

    with pytest.raises(AssuranceTooLow):
        drafts.start_draft(actor_for(cast.account, principal_id=cast.shop.pk), item_id=cast.item.pk)
    assert not Case.objects.exists()


def test_one_open_draft_for_one_item(cast):
    first = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    second = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert first.pk == second.pk


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", certificate_errors.UploadEmpty),
        (b"MZ\x90\x00" + b"\x00" * 200, certificate_errors.UploadTypeRefused),
        (b"<html><script>alert(1)</script>", certificate_errors.UploadTypeRefused),
        (b"%PDF-1.7 nothing behind it", certificate_errors.UploadDamaged),
        (b"\x89PNG\r\n\x1a\n broken", certificate_errors.UploadDamaged),
        (b"\xff\xd8\xff broken", certificate_errors.UploadDamaged),
        (b"%PDF-" + b"0" * (50 * 1024 * 1024), certificate_errors.UploadTooLarge),
    ],
    ids=["empty", "disguised executable", "disguised page", "broken pdf", "broken png", "broken jpeg", "50 MB"],
)
def test_bad_upload_is_refused_and_stores_nothing(cast, content, error):
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="plan")
    before = _snapshot(case)
    upload = SimpleUploadedFile("平面图.pdf", content, content_type="application/pdf")
    with pytest.raises(error):
        drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=upload)
    assert _snapshot(case) == before
    assert not Document.objects.exists()


def test_another_partys_material_is_not_found(cast):
    case = moves.a_draft(cast)
    other = a_citizen(a_person("钱外人", serial="05"))
    from identity.queries import actor_for

    with pytest.raises(errors.CaseNotFound):
        drafts.upload_material(
            actor_for(other), case_id=case.pk, material_id=case.materials.first().pk, upload=a_picture()
        )


def test_promise_is_taken_only_where_offered(cast):
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="plan")
    with pytest.raises(errors.ChoiceNotOffered):
        drafts.promise_material(cast.citizen, case_id=case.pk, material_id=row.pk)
    row.refresh_from_db()
    assert row.way == "missing"


def test_extension_is_granted_once(cast):
    case = moves.an_accepted_case(cast)
    before_due = case.statutory_due_on
    clocks.extend(cast.decider, case_id=case.pk, days=10, reason="案情复杂", legal_basis="行政许可法第四十二条")
    case.refresh_from_db()
    assert case.statutory_due_on > before_due
    with pytest.raises(errors.ExtensionUsed):
        clocks.extend(cast.decider, case_id=case.pk, days=10, reason="再延", legal_basis="行政许可法第四十二条")
    assert case.notices.filter(kind=Notice.Kind.EXTENSION).count() == 1


def test_special_procedure_stops_the_clock_and_its_end_starts_it(cast):
    case = moves.an_accepted_case(cast)
    clocks.start_special(
        cast.food, case_id=case.pk, kind="testing", reason="送检", legal_basis="行政许可法第四十五条", days_needed=7
    )
    case.refresh_from_db()
    assert case.state == State.SUSPENDED
    assert case.promise_due_on is None
    with pytest.raises(errors.MoveNotAllowed):
        decision.approve(cast.decider, case_id=case.pk)
    clocks.end_special(cast.food, case_id=case.pk, result="合格")
    case.refresh_from_db()
    assert case.state == State.IN_REVIEW
    assert case.promise_due_on is not None


def test_promised_item_is_not_decided_at_the_counter(cast):
    case = moves.a_submitted_case(cast)
    moves.see_originals(cast, case)
    before = _snapshot(case)
    with pytest.raises(errors.NotInstant):
        decision.decide_at_once(cast.clerk, case_id=case.pk)
    assert _snapshot(case) == before


def test_draft_of_an_item_that_has_closed_is_not_taken(cast):
    case = moves.a_ready_draft(cast)
    ServiceItem.objects.filter(pk=cast.item.pk).update(state=ServiceItem.State.PAUSED)
    with pytest.raises(errors.ItemNotApplicable):
        submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert Case.objects.get(pk=case.pk).number is None


def test_original_of_a_copy_that_was_replaced_meanwhile_is_not_marked(cast):
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="premises")
    shown = row.document_id
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "不清楚"})
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(size=30))
    with pytest.raises(errors.StaleForm):
        review.see_original(cast.clerk, case_id=case.pk, material_id=row.pk, expected_document_id=shown)
    assert not Document.objects.filter(grade="B").exists()


def test_staff_looking_at_the_original_is_no_correction(cast):
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="premises")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "请标出清洗区"})
    review.see_original(cast.clerk, case_id=case.pk, material_id=row.pk)
    with pytest.raises(errors.MaterialsIncomplete):
        submission.correct(cast.citizen, case_id=case.pk)
