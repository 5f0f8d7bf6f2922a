"""One application for the items of a bundle: one draft, one submission, a case per item, each released in its turn."""

import pytest

from cases import errors as case_errors
from cases.actions import drafts as single
from cases.actions import submission as single_submission
from cases.joint import drafts, errors, queries, submission, union
from cases.models import Case, CaseMaterial, JointCase, JointItem, Notice
from cases.states import State
from common.models import AuditEvent
from tests.factories import joint as moves
from tests.factories.cast import a_picture
from tests.factories.joint import Street, build_street

S = JointItem.State


@pytest.fixture
def street(db) -> Street:
    return build_street()


def states(joint: JointCase) -> dict[str, str]:
    return {item.key: item.state for item in joint.items.all()}


def test_the_answers_choose_the_items_and_each_gets_a_draft(street):
    joint = moves.a_joint_draft(street, sign="no")
    assert states(joint) == {"reg": "draft", "food": "draft", "grade": "draft", "tap": "draft"}
    assert {item.case.state for item in joint.items.all()} == {State.DRAFT}
    assert moves.item_of(joint, "grade").founder == "reg"
    assert moves.item_of(joint, "tap").founder == ""
    assert AuditEvent.objects.filter(code="joint.started", subject_id=str(joint.pk)).count() == 1


def test_other_answers_bring_the_same_draft_in_line(street):
    joint = moves.a_joint_draft(street, sign="no")
    kept = moves.item_of(joint, "food").case_id
    again = moves.a_joint_draft(street, sign="yes")
    assert again.pk == joint.pk
    assert moves.item_of(again, "food").case_id == kept
    assert "sign" in states(again)
    moves.a_joint_draft(street, sign="no")
    assert "sign" not in states(again)
    assert Case.objects.count() == 4


def test_a_question_left_open_is_refused_and_nothing_is_stored(street):
    with pytest.raises(errors.JointUnanswered):
        drafts.start(street.person, bundle_code="open-shop", given={})
    assert not JointCase.objects.exists()
    assert not Case.objects.exists()


def test_what_several_items_ask_is_asked_once_and_saved_in_each(street):
    joint = moves.a_joint_draft(street)
    pages = union.load(joint).pages
    assert pages[0].step.key == "common"
    assert [spec.key for spec in pages[0].step.fields] == ["premises.address"]
    assert pages[0].owners == {"premises.address": ("reg", "food", "sign")}
    drafts.save_page(street.person, joint_id=joint.pk, page_key="common", raw={"premises.address": "人民路1号"})
    for key in ("reg", "food", "sign"):
        answer = moves.item_of(joint, key).case.answers["premises.address"]
        assert (answer["value"], answer["source"]) == ("人民路1号", "typed")


def test_what_an_earlier_result_will_say_is_not_asked_now(street):
    joint = moves.a_joint_draft(street)
    food = union.load(joint).part("food")
    assert [spec.key for spec in food.asked()] == ["premises.address", "area"]


def test_a_page_keeps_what_is_good_and_says_what_is_wrong(street):
    joint = moves.a_joint_draft(street)
    page = next(page for page in union.load(joint).pages if page.step.key.startswith("food"))
    _joint, problems = drafts.save_page(street.person, joint_id=joint.pk, page_key=page.step.key, raw={})
    assert [problem.path for problem in problems] == ["area"]


def test_a_stale_page_changes_nothing(street):
    joint = moves.a_joint_draft(street)
    with pytest.raises(errors.JointStale):
        drafts.save_page(
            street.person,
            joint_id=joint.pk,
            page_key="common",
            raw={"premises.address": "x"},
            expected_version=joint.version + 1,
        )
    assert "premises.address" not in moves.item_of(joint, "reg").case.answers


def test_one_upload_stands_for_every_item_that_asks_and_goes_back_with_it(street):
    joint = moves.a_joint_draft(street)
    row = moves.material_of(joint, "reg", "premises")
    single.upload_material(street.person, case_id=row.case_id, material_id=row.pk, upload=a_picture())
    rows = CaseMaterial.objects.filter(requirement__key="premises")
    assert {one.way for one in rows} == {"upload"}
    assert len({one.document_id for one in rows}) == 1
    single.clear_material(street.person, case_id=row.case_id, material_id=row.pk)
    assert {one.chosen_by_applicant for one in rows.all()} == {False}


def test_materials_are_listed_once_and_results_of_earlier_items_not_at_all(street):
    whole = union.load(moves.a_joint_draft(street))
    assert sorted(group.shown.requirement.key for group in whole.groups) == ["premises", "rules"]
    assert whole.produced == {
        ("food", "licence"): "reg",
        ("sign", "licence"): "reg",
        ("grade", "licence"): "reg",
        ("grade", "permit"): "food",
    }


def test_submission_opens_the_joint_case_and_what_waits_for_nothing(street):
    joint = moves.a_submitted_joint(street)
    assert states(joint) == {"reg": S.BEGUN, "food": S.WAITING, "sign": S.WAITING, "grade": S.WAITING, "tap": S.BEGUN}
    assert len(joint.number) == 21
    assert joint.receipt_number
    reg = moves.item_of(joint, "reg").case
    assert reg.state == State.SUBMITTED
    assert reg.number
    assert reg.notices.get().kind == Notice.Kind.RECEIPT
    assert moves.item_of(joint, "food").case.state == State.DRAFT
    printed = str(joint.receipt_content)
    assert reg.number in printed
    assert "等“个体工商户登记”" in printed


def test_twice_pressed_is_one_submission(street):
    joint = moves.a_ready_joint(street)
    first = submission.submit(street.person, joint_id=joint.pk, declared=True, request_key="k")
    second = submission.submit(street.person, joint_id=joint.pk, declared=True, request_key="k")
    assert first.number == second.number
    assert Notice.objects.count() == 2
    with pytest.raises(errors.JointSubmitted):
        submission.submit(street.person, joint_id=joint.pk, declared=True, request_key="other")


@pytest.mark.parametrize("lacking", ["declaration", "answers", "materials"])
def test_an_incomplete_one_is_refused_whole(street, lacking):
    joint = moves.a_ready_joint(street)
    if lacking == "answers":
        case = moves.item_of(joint, "grade").case
        case.answers = {}
        case.save()
    if lacking == "materials":
        row = moves.material_of(joint, "food", "rules")
        single.clear_material(street.person, case_id=row.case_id, material_id=row.pk)
    refusal = case_errors.DeclarationMissing if lacking == "declaration" else errors.JointIncomplete
    with pytest.raises(refusal):
        submission.submit(street.person, joint_id=joint.pk, declared=lacking != "declaration")
    assert set(states(joint).values()) == {S.DRAFT}
    assert not Case.objects.exclude(state=State.DRAFT).exists()
    assert not Notice.objects.exists()
    assert JointCase.objects.get().number is None


def test_a_positive_decision_submits_what_waited_in_the_name_of_the_new_organisation(street):
    joint = moves.a_submitted_joint(street)
    reg = moves.approve(street, joint, "reg")
    assert states(joint) == {"reg": S.BEGUN, "food": S.BEGUN, "sign": S.BEGUN, "grade": S.WAITING, "tap": S.BEGUN}
    food = moves.item_of(joint, "food").case
    assert food.state == State.SUBMITTED
    assert food.applicant == reg.certificate.holder
    assert food.applicant.organisation.name == "清荷小馆"
    assert food.answers["org.name"]["value"] == "清荷小馆"
    rows = {row.requirement.key: row for row in food.materials.select_related("requirement")}
    assert rows["licence"].way == "certificate"
    assert rows["licence"].certificate_id == reg.certificate_id
    assert rows["premises"].way == "upload"
    assert rows["premises"].grant.case_number == food.number
    moves.approve(street, joint, "food")
    assert states(joint)["grade"] == S.BEGUN


def test_releasing_again_does_nothing(street):
    joint = moves.a_submitted_joint(street)
    moves.approve(street, joint, "reg")
    told = Notice.objects.count()
    assert submission.release(joint_id=joint.pk) == 0
    assert Notice.objects.count() == told


def test_a_refusal_ends_what_waits_for_it_and_nothing_else(street):
    joint = moves.a_submitted_joint(street)
    moves.approve(street, joint, "reg")
    moves.refuse(street, joint, "food")
    found = moves.item_of(joint, "grade")
    assert found.state == S.DROPPED
    assert "没有批准" in found.reason
    assert "行政复议" in found.reason
    assert found.case is None
    assert moves.item_of(joint, "sign").case.state == State.SUBMITTED
    moves.approve(street, joint, "sign")
    assert moves.item_of(joint, "sign").case.outcome == "approved"


def test_a_refused_registration_ends_the_whole_chain_but_not_the_water(street):
    joint = moves.a_submitted_joint(street)
    moves.refuse(street, joint, "reg")
    assert states(joint) == {"reg": S.BEGUN, "food": S.DROPPED, "sign": S.DROPPED, "grade": S.DROPPED, "tap": S.BEGUN}
    assert "没有办" in moves.item_of(joint, "grade").reason
    assert not Case.objects.filter(state=State.DRAFT).exists()
    assert moves.item_of(joint, "tap").case.state == State.SUBMITTED


def test_what_is_missing_at_its_turn_is_asked_of_the_applicant_and_goes_on_with_them(street):
    joint = moves.a_submitted_joint(street)
    moves.material_of(joint, "food", "rules")
    CaseMaterial.objects.filter(requirement__key="rules").update(way="missing", chosen_by_applicant=False)
    reg = moves.approve(street, joint, "reg")
    found = moves.item_of(joint, "food")
    assert found.state == S.OPEN
    assert "还差" in found.reason
    assert found.case.number is None
    assert moves.item_of(joint, "sign").state == S.BEGUN
    from dataclasses import replace

    shop = replace(street.person, principal_id=reg.certificate.holder_id)
    row = moves.material_of(joint, "food", "rules")
    single.promise_material(shop, case_id=found.case_id, material_id=row.pk)
    single_submission.submit(shop, case_id=found.case_id, declared=True)
    assert moves.item_of(joint, "food").state == S.BEGUN


@pytest.mark.parametrize("act", ["submit", "discard", "save"])
def test_a_part_that_waits_is_not_touched_alone(street, act):
    joint = moves.a_submitted_joint(street)
    case = moves.item_of(joint, "food").case
    acts = {
        "submit": lambda: single_submission.submit(street.person, case_id=case.pk, declared=True),
        "discard": lambda: single.discard_draft(street.person, case_id=case.pk),
        "save": lambda: single.save_answers(street.person, case_id=case.pk, step_key="main", raw={"area": "1"}),
    }
    with pytest.raises(errors.PartOfJoint):
        acts[act]()
    case.refresh_from_db()
    assert (case.state, case.answers["area"]["value"]) == (State.DRAFT, "80")


def test_a_single_application_for_an_item_of_the_draft_is_another_draft(street):
    joint = moves.a_joint_draft(street)
    case = single.start_draft(street.person, item_id=street.items["tap"].pk)
    assert case.pk != moves.item_of(joint, "tap").case_id


def test_withdrawing_one_that_waits_takes_along_what_waits_for_it(street):
    joint = moves.a_submitted_joint(street)
    submission.withdraw_part(street.person, joint_id=joint.pk, key="food")
    assert states(joint) == {"reg": S.BEGUN, "food": S.DROPPED, "sign": S.WAITING, "grade": S.DROPPED, "tap": S.BEGUN}
    with pytest.raises(errors.PartNotOpen):
        submission.withdraw_part(street.person, joint_id=joint.pk, key="reg")
    assert moves.item_of(joint, "reg").case.state == State.SUBMITTED


def test_withdrawing_one_case_ends_only_its_own_chain(street):
    joint = moves.a_submitted_joint(street)
    single_submission.withdraw(street.person, case_id=moves.item_of(joint, "reg").case_id)
    submission.release(joint_id=joint.pk)
    assert states(joint)["food"] == S.DROPPED
    assert moves.item_of(joint, "tap").case.state == State.SUBMITTED


def test_withdrawing_all_leaves_what_is_decided(street):
    joint = moves.a_submitted_joint(street)
    moves.approve(street, joint, "reg")
    submission.withdraw_all(street.person, joint_id=joint.pk, reason="不开了")
    assert moves.item_of(joint, "reg").case.outcome == "approved"
    ended = {moves.item_of(joint, key).case.state for key in ("food", "sign", "tap")}
    assert ended == {State.WITHDRAWN}
    assert moves.item_of(joint, "grade").state == S.DROPPED


def test_a_correction_for_one_item_does_not_stop_the_others(street):
    from cases.actions import intake

    joint = moves.a_submitted_joint(street)
    intake.ask_correction(street.clerk, case_id=moves.item_of(joint, "tap").case_id, corrections={}, general="管径不清")
    moves.approve(street, joint, "reg")
    assert moves.item_of(joint, "tap").case.state == State.CORRECTING
    assert moves.item_of(joint, "food").case.state == State.SUBMITTED


@pytest.mark.parametrize("who", ["stranger", "clerk"])
def test_outsiders_find_no_joint_case(street, who):
    joint = moves.a_submitted_joint(street)
    actor = getattr(street, who)
    with pytest.raises(errors.JointNotFound):
        queries.get(actor, joint.pk)
    with pytest.raises(errors.JointNotFound):
        submission.withdraw_all(actor, joint_id=joint.pk)
    assert moves.item_of(joint, "reg").case.state == State.SUBMITTED


def test_an_officer_sees_how_the_siblings_stand_and_nothing_of_another_department(street):
    joint = moves.a_submitted_joint(street)
    case = Case.objects.select_related("joint_item").get(pk=moves.item_of(joint, "reg").case_id)
    found = queries.siblings(street.clerk, case)
    assert found.number == joint.number
    assert [(one.name, one.part_state, one.case_id is not None) for one in found.items] == [
        ("个体工商户登记", "begun", True),
        ("食品经营许可", "waiting", False),
        ("门头招牌许可", "waiting", False),
        ("餐饮等级评定", "waiting", False),
        ("用水报装", "begun", True),
    ] or len(found.items) == 5
    assert {one.case_id for one in queries.siblings(street.outsider, case).items} == {None}
    assert queries.siblings(street.person, case) is None


def test_a_draft_is_thrown_away_with_all_its_parts(street):
    joint = moves.a_ready_joint(street)
    drafts.discard(street.person, joint_id=joint.pk)
    assert not JointCase.objects.exists()
    assert not Case.objects.exists()


def test_lost_jobs_are_found(street):
    joint = moves.a_submitted_joint(street)
    assert queries.to_release() == []
    moves.approve(street, joint, "reg", release=False)
    assert queries.to_release() == [joint.pk]
    assert queries.without_receipt() == [joint.pk]
