"""A copy is verified once for everybody; whoever doubts it lowers it for everybody until it is compared again."""

import io

import pypdfium2
import pytest
from django.utils import timezone
from PIL import Image

from cases import errors as case_errors
from cases import evidence
from cases.actions import decision, drafts, review
from cases.models import Case, CaseMaterial, Flag
from cases.queries import open_evidence
from certificates import errors, locker, stamping
from certificates.models import Document, Verdict
from certificates.verdicts import disputes_about
from common.errors import Forbidden
from common.models import AuditEvent
from tests.certificates.test_uploads import a_pdf
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.threads import at_once

WHY = "租期和窗口看到的原件不同"


def premises(case: Case) -> CaseMaterial:
    return CaseMaterial.objects.select_related("document").get(case=case, requirement__key="premises")


def dispute(actor, case: Case, reason: str = WHY, **expected: object) -> CaseMaterial:
    return review.dispute_verdict(actor, case_id=case.pk, material_id=premises(case).pk, reason=reason, **expected)


def a_second_case(cast: Cast) -> Case:
    """Another draft of the applicant that reuses what was verified in the first."""
    return drafts.start_draft(cast.citizen, item_id=cast.item.pk)


@pytest.fixture
def verified(cast) -> Case:
    return moves.a_reviewed_case(cast)


def test_comparing_writes_down_who_in_which_post_compared_what(cast, verified):
    document = premises(verified).document
    verdict = Verdict.objects.get(document=document)
    assert (verdict.outcome, verdict.method) == ("matched", "original")
    assert (verdict.account_id, verdict.post_id) == (cast.clerk.account_id, cast.clerk.post_id)
    assert (verdict.sha256, document.verified_post_id) == (document.sha256, cast.clerk.post_id)


def test_a_dispute_counts_wherever_the_document_is_used(cast, verified):
    draft = a_second_case(cast)
    assert premises(draft).way == "verified"

    dispute(cast.fire, verified)

    document = premises(verified).document
    assert (document.grade, document.verified_at, document.disputed_at is None) == ("C", None, False)
    assert set(Flag.objects.filter(document=document, resolved_at=None).values_list("case", flat=True)) == {
        verified.pk,
        draft.pk,
    }
    with pytest.raises(case_errors.OriginalsNotSeen):
        decision.approve(cast.decider, case_id=verified.pk)
    assert Case.objects.get(pk=verified.pk).state == "in_review"
    assert AuditEvent.objects.get(code="document.disputed").detail["reason"] == WHY
    evidence.refresh(Case.objects.get(pk=draft.pk), today=timezone.localdate())  # as handing it in does
    assert premises(draft).way == "earlier"


def test_the_department_that_verified_it_is_told_and_others_are_not(cast, verified):
    assert not disputes_about(cast.clerk).exists()
    dispute(cast.fire, verified)
    (told,) = disputes_about(cast.clerk)
    assert told.disputes[0].reason == WHY
    assert told.disputes[0].department_id == cast.fire.department_id
    assert not disputes_about(cast.outsider).exists()
    assert not disputes_about(cast.citizen).exists()


def test_comparing_again_settles_it(cast, verified):
    dispute(cast.fire, verified)
    review.see_original(cast.clerk, case_id=verified.pk, material_id=premises(verified).pk)
    document = premises(verified).document
    assert (document.grade, document.disputed_at) == ("B", None)
    assert not Flag.objects.filter(resolved_at=None).exists()
    assert [verdict.outcome for verdict in document.verdicts.all()] == ["matched", "disputed", "matched"]
    assert not disputes_about(cast.clerk).exists()
    assert decision.approve(cast.decider, case_id=verified.pk).state == "decided"


@pytest.mark.parametrize("reason", ["", "  ", "不同", "长" * 301, "有问题\x00的原件"])
def test_a_dispute_without_a_reason_changes_nothing(cast, verified, reason: str):
    with pytest.raises(errors.DisputeReasonMissing):
        dispute(cast.fire, verified, reason)
    assert_unchanged(verified)


def test_who_may_not_compare_may_not_dispute(cast, verified):
    row = premises(verified)
    for actor, refusal in [
        (cast.supervisor, Forbidden),
        (cast.outsider, case_errors.CaseNotFound),
        (cast.citizen, Forbidden),
    ]:
        with pytest.raises(refusal):
            review.dispute_verdict(actor, case_id=verified.pk, material_id=row.pk, reason=WHY)
    with pytest.raises(case_errors.StaleForm):
        dispute(cast.fire, verified, expected_document_id=verified.pk)
    assert_unchanged(verified)


def test_what_nobody_verified_cannot_be_disputed(cast):
    case = moves.an_accepted_case(cast)
    with pytest.raises(errors.NotVerified):
        dispute(cast.fire, case)
    assert premises(case).document.grade == "C"
    assert not Verdict.objects.exists()


def test_what_was_decided_is_over(cast, verified):
    decision.approve(cast.decider, case_id=verified.pk)
    decision.close(case_id=verified.pk)
    with pytest.raises(case_errors.CaseClosed):
        dispute(cast.fire, verified)
    assert_unchanged(verified)


def assert_unchanged(case: Case) -> None:
    document = premises(case).document
    assert (document.grade, document.disputed_at) == ("B", None)
    assert not Verdict.objects.filter(outcome="disputed").exists()
    assert not Flag.objects.exists()


def test_staff_see_the_copy_with_its_watermark_and_the_owner_without(cast, verified):
    row = premises(verified)
    _kind, own = open_evidence(cast.citizen, case_id=verified.pk, material_id=row.pk)
    kind, shown = open_evidence(cast.food, case_id=verified.pk, material_id=row.pk)
    assert kind == row.document.media_type
    with row.document.file.open() as stored:
        assert own == stored.read() != shown
    said = stamping.words(row.document, purpose="办理X")
    assert said.startswith("此件经与原件核对无误")
    assert cast.clerk.department_name[:2] in said or row.document.verified_department.short_name in said


def test_the_watermark_is_on_every_page_whatever_the_page_leaves_behind():
    stamped = stamping.stamp(a_pdf(3), "application/pdf", "此件经与原件核对无误 市场监管局 2026-11-22")
    shown = pypdfium2.PdfDocument(stamped)
    for number in range(3):
        assert shown[number].render(scale=1).to_pil().convert("L").getextrema()[0] < 240
    white = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(white, "JPEG")
    with Image.open(io.BytesIO(stamping.stamp(white.getvalue(), "image/jpeg", "此件"))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (800, 600))
        assert picture.convert("L").getextrema()[0] < 240


@pytest.mark.django_db(transaction=True)
def test_two_disputes_at_once_are_one():
    cast = build_cast()
    case = moves.a_reviewed_case(cast)
    results = at_once(lambda: dispute(cast.fire, case), lambda: dispute(cast.food, case))
    assert [one for one in results if isinstance(one, str)] == ["document.not_verified"]
    assert Verdict.objects.filter(outcome="disputed").count() == 1
    assert Flag.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_dispute_in_one_case_and_the_decision_of_another_exclude_each_other():
    cast = build_cast()
    first, second = moves.a_reviewed_case(cast), moves.a_reviewed_case(cast)
    shared = premises(first).document_id
    CaseMaterial.objects.filter(pk=premises(second).pk).update(document=shared)
    results = at_once(lambda: dispute(cast.fire, first), lambda: decision.approve(cast.decider, case_id=second.pk))
    document = Document.objects.get(pk=shared)
    assert document.grade == "C"
    decided = Case.objects.get(pk=second.pk).state == "decided"
    flagged = Flag.objects.filter(case=second, document=shared).exists()
    assert decided != ("case.originals_not_seen" in results)
    assert flagged or decided


def test_a_file_that_waits_for_its_check_is_not_shown_compared_or_decided_on(cast, verified):
    Document.objects.filter(pk=premises(verified).document_id).update(scan="waiting")
    row = premises(verified)
    for act in (
        lambda: open_evidence(cast.food, case_id=verified.pk, material_id=row.pk),
        lambda: locker.mark_original_seen(cast.clerk, document_id=row.document_id),
        lambda: decision.approve(cast.decider, case_id=verified.pk),
    ):
        with pytest.raises(errors.DocumentWaiting):
            act()
    assert Case.objects.get(pk=verified.pk).state == "in_review"
