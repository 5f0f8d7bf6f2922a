"""A second correction notice: by who supervises, once, with a reason (行政许可法第三十二条、第七十二条)."""

import pytest

from cases import errors
from cases.actions import drafts, intake, submission
from cases.correcting import corrections_of, points_of
from cases.models import Case, Notice
from cases.queries import actions_for, get_case
from cases.states import Action, State
from common.errors import Forbidden
from tests.factories import moves
from tests.factories.cast import Cast, a_picture, build_cast
from tests.factories.threads import at_once

WHY = "窗口第一次没有看出平面图缺消毒间"


@pytest.fixture
def corrected(cast: Cast) -> Case:
    """A case whose one notice was answered; something else is still missing."""
    return _corrected(cast)


def _corrected(cast: Cast) -> Case:
    case = moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={_plan(case): "请标出清洗区"})
    _replace(cast, case)
    return submission.correct(cast.citizen, case_id=case.pk)


def _plan(case: Case):
    return case.materials.get(requirement__key="plan").pk


def _replace(cast: Cast, case: Case) -> None:
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=_plan(case), upload=a_picture(size=30))


def _snapshot(case: Case) -> tuple:
    fresh = Case.objects.get(pk=case.pk)
    asked = [row.correction for row in fresh.materials.order_by("pk")]
    return fresh.state, fresh.version, fresh.events.count(), fresh.notices.count(), asked


def _again(cast: Cast, case: Case, **changes) -> Case:
    values = {"corrections": {_plan(case): "请标出消毒间"}, "reason": WHY, **changes}
    return intake.ask_correction_again(cast.supervisor, case_id=case.pk, **values)


def test_a_supervisor_may_make_good_what_the_notice_left_out(cast, corrected):
    case = _again(cast, corrected)
    assert case.state == State.CORRECTING
    first, second = case.notices.filter(kind=Notice.Kind.CORRECTION).order_by("created_at")
    assert [point.partition("：")[2] for point in points_of(second)] == ["请标出消毒间"]
    assert first.number in second.content["paragraphs"][0]
    assert WHY in case.events.get(action=Action.ASK_CORRECTION_AGAIN).note
    # What was handed in for the first notice does not answer the second.
    assert [one.is_done for one in corrections_of(case)] == [False]
    with pytest.raises(errors.MaterialsIncomplete):
        submission.correct(cast.citizen, case_id=case.pk)
    _replace(cast, case)
    submission.correct(cast.citizen, case_id=case.pk)
    assert intake.accept(cast.clerk, case_id=case.pk).state == State.IN_REVIEW


def test_only_who_supervises_may(cast, corrected):
    case = get_case(cast.supervisor, corrected.pk)
    assert Action.ASK_CORRECTION_AGAIN in actions_for(cast.supervisor, case)
    before = _snapshot(corrected)
    for actor, refusal in ((cast.clerk, Forbidden), (cast.decider, Forbidden), (cast.citizen, errors.CaseNotFound)):
        assert Action.ASK_CORRECTION_AGAIN not in actions_for(actor, case)
        with pytest.raises(refusal):
            intake.ask_correction_again(actor, case_id=case.pk, corrections={}, general="再补", reason=WHY)
    assert _snapshot(corrected) == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"reason": " "}, errors.ReasonMissing), ({"corrections": {}, "general": " "}, errors.CorrectionEmpty)],
)
def test_it_says_what_and_why(cast, corrected, changes, refusal):
    before = _snapshot(corrected)
    with pytest.raises(refusal):
        _again(cast, corrected, **changes)
    assert _snapshot(corrected) == before


def test_it_needs_a_first_notice_and_knows_no_third(cast, corrected):
    fresh = moves.a_submitted_case(cast)
    untouched = _snapshot(fresh)
    with pytest.raises(errors.CorrectionNotSent):
        _again(cast, fresh)
    assert _snapshot(fresh) == untouched
    _again(cast, corrected)
    _replace(cast, corrected)
    submission.correct(cast.citizen, case_id=corrected.pk)
    before = _snapshot(corrected)
    with pytest.raises(errors.CorrectionRepeated):
        _again(cast, corrected)
    with pytest.raises(errors.CorrectionUsed):
        intake.ask_correction(cast.clerk, case_id=corrected.pk, corrections={}, general="再补")
    assert _snapshot(corrected) == before


def test_the_same_form_twice_is_one_notice(cast, corrected):
    for _time in range(2):
        _again(cast, corrected, request_key="again")
    assert corrected.notices.filter(kind=Notice.Kind.CORRECTION).count() == 2


@pytest.mark.django_db(transaction=True)
def test_acceptance_against_a_second_notice_has_one_outcome():
    cast = build_cast()
    case = _corrected(cast)
    results = at_once(lambda: intake.accept(cast.clerk, case_id=case.pk).state, lambda: _again(cast, case).state)
    assert len([one for one in results if one == "case.move_not_allowed"]) == 1, results
    case.refresh_from_db()
    asked = case.notices.filter(kind=Notice.Kind.CORRECTION).count()
    accepted = case.notices.filter(kind=Notice.Kind.ACCEPTANCE).count()
    assert (case.state, asked, accepted) in {(State.IN_REVIEW, 1, 1), (State.CORRECTING, 2, 0)}
