"""Somebody without a phone comes back with corrections, and what is refused on the way."""

import datetime as dt

import pytest
from django.utils import timezone

from cases import errors as case_errors
from cases.actions import drafts, submission
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions, errors, queries, receipts
from cases.assisting.models import Assistance
from cases.assisting.standing import find_actor
from cases.models import Case
from cases.queries import get_case, visible_to
from identity.actor import PUBLIC
from tests.factories.assisting import (
    a_case_to_correct,
    acting,
    agreed,
    confirmed,
    correction_agreed,
    correction_begun,
    replaced,
)
from tests.factories.cast import a_picture
from tests.factories.counter import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(counter: Counter, man, key: str) -> Case:
    return a_case_to_correct(counter, man, key)


def test_corrections_are_scanned_compared_confirmed_and_handed_in(counter: Counter, man, key: str, case: Case):
    row = correction_begun(counter, man)
    assert (row.purpose, row.case_id, row.party_id, row.item_id) == ("correct", case.pk, man.pk, case.item_id)
    assert any(case.number in line for line in row.asked)
    assert any("看不清，请重新拍" in line for line in row.asked)
    assert find_actor(counter.clerk) is None
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)
    assert desk.open_draft(counter.clerk, assistance_id=row.pk).pk == case.pk
    replaced(counter, case)
    to_compare = queries.progress_of(queries.get_assistance(counter.clerk, row.pk)).to_compare
    assert [one.requirement.key for one in to_compare] == ["premises"]  # what was not asked for lies at home
    compared = desk.compare_original(counter.clerk, assistance_id=row.pk, material_id=to_compare[0].pk)
    compared.document.refresh_from_db()
    assert compared.document.grade == "B"
    desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    shown = queries.shown_on(key)
    assert shown.step == "confirm"
    assert any("看不清" in line for line in shown.content.corrected)
    assert shown.content.answers
    confirmed(counter, row, key)
    earlier = Case.objects.get(pk=case.pk).signature.digest
    received = timezone.localdate()
    case = submission.correct(acting(counter), case_id=case.pk)
    assert (case.state, case.received_on) == ("submitted", received)
    signature = case.signature
    assert (signature.method, signature.follows) == ("counter_display", earlier)
    assert signature.content["channel"] == f"{counter.hall.name}1号窗口，经办人员1001"
    row.refresh_from_db()
    assert row.state == "done"
    assert find_actor(counter.clerk) is None
    name, pdf = receipts.read(counter.clerk, row.pk)
    assert name == f"补正材料收件回执 {case.number}"
    assert pdf.startswith(b"%PDF")


def test_what_begins_wrong_begins_nothing(counter: Counter, man, key: str, case: Case):
    before = Assistance.objects.count()
    with pytest.raises(errors.NotSeen):
        correction_begun(counter, man, is_seen=False)
    with pytest.raises(errors.AssistanceInvalid) as refused:
        correction_begun(counter, counter.cast.li)
    assert set(refused.value.fields) == {"number"}
    with pytest.raises(errors.AssistanceInvalid):
        correction_begun(counter, man, number="1" * 21)
    with pytest.raises(errors.AssistanceInvalid):
        correction_begun(counter, counter.cast.li, number=case.number)  # somebody else's
    assert Assistance.objects.count() == before


def test_a_case_that_waits_for_nothing_is_not_opened(counter: Counter, man, key: str, case: Case):
    _hand_in(counter, man, key, case)
    before = Assistance.objects.count()
    with pytest.raises(errors.NotCorrecting):
        correction_begun(counter, man, number=case.number)
    with pytest.raises(errors.AssistanceInvalid):
        correction_begun(counter, man)
    assert Assistance.objects.count() == before


def _hand_in(counter: Counter, man, key: str, case: Case) -> Assistance:
    row = correction_agreed(counter, man, key)
    replaced(counter, case)
    confirmed(counter, row, key)
    submission.correct(acting(counter), case_id=case.pk)
    return row


def test_nothing_is_opened_or_written_without_consent(counter: Counter, man, key: str, case: Case):
    version = Case.objects.get(pk=case.pk).version
    row = correction_begun(counter, man)
    with pytest.raises(errors.AssistanceOver):
        desk.open_draft(counter.clerk, assistance_id=row.pk)
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=False)
    with pytest.raises(errors.AssistanceOver):
        desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    row = correction_agreed(counter, man, key)
    actor = acting(counter)
    assert set(visible_to(actor)) == {case}
    display_actions.withdraw(PUBLIC, key=key, assistance_id=row.pk)
    material = case.materials.get(requirement__key="premises")
    with pytest.raises(errors.AssistanceOver):
        drafts.upload_material(actor, case_id=case.pk, material_id=material.pk, upload=a_picture(size=40))
    with pytest.raises(errors.AssistanceOver):
        submission.correct(actor, case_id=case.pk)
    case.refresh_from_db()
    assert (case.state, case.version) == ("correcting", version)


def test_only_whole_and_confirmed_corrections_are_handed_in(counter: Counter, man, key: str, case: Case):
    row = correction_agreed(counter, man, key)
    actor = acting(counter)
    with pytest.raises(case_errors.MaterialsIncomplete):
        desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    replaced(counter, case)
    with pytest.raises(errors.NotConfirmed):
        submission.correct(actor, case_id=case.pk)
    confirmed(counter, row, key)
    material = case.materials.get(requirement__key="premises")
    drafts.upload_material(actor, case_id=case.pk, material_id=material.pk, upload=a_picture(size=50))
    with pytest.raises(errors.NotConfirmed):  # another file than the one confirmed
        submission.correct(actor, case_id=case.pk)
    case.refresh_from_db()
    row.refresh_from_db()
    assert (case.state, row.state) == ("correcting", "agreed")


def test_answers_are_not_rewritten_with_a_correction(counter: Counter, man, key: str, case: Case):
    correction_agreed(counter, man, key)
    raw = {"org.name": "别的", "area": "1", "note": ""}
    with pytest.raises(case_errors.MoveNotAllowed):
        drafts.save_answers(acting(counter), case_id=case.pk, step_key="shop", raw=raw)
    with pytest.raises(case_errors.MoveNotAllowed):
        submission.submit(acting(counter), case_id=case.pk, declared=True)
    assert Case.objects.get(pk=case.pk).answers["area"]["value"] == "30"


def test_any_other_case_of_the_person_stays_closed(counter: Counter, man, key: str, case: Case):
    other = _another_draft(counter, man, key)
    correction_agreed(counter, man, key)
    with pytest.raises(case_errors.CaseNotFound):
        get_case(acting(counter), other.pk)


def _another_draft(counter: Counter, man, key: str) -> Case:
    row = agreed(counter, man, key)
    draft = desk.open_draft(counter.clerk, assistance_id=row.pk)
    desk.end_session(counter.clerk, assistance_id=row.pk)
    return draft


def test_who_has_several_names_the_number(counter: Counter, man, key: str, case: Case):
    second = a_case_to_correct(counter, man, key)
    before = Assistance.objects.count()
    with pytest.raises(errors.AssistanceInvalid) as refused:
        correction_begun(counter, man)
    assert {case.number, second.number} <= set(
        str(refused.value.fields["number"]).replace("；", " ").split("：")[1].split()
    )
    assert Assistance.objects.count() == before
    assert correction_begun(counter, man, number=second.number).case_id == second.pk


def test_who_cannot_use_the_screen_signs_on_paper(counter: Counter, man, key: str, case: Case):
    row = correction_begun(counter, man)
    said = "视力不好，看不清屏幕"
    desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(), reason=said)
    replaced(counter, case)
    desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(size=30), reason=said)
    assert submission.correct(acting(counter), case_id=case.pk).signature.method == "counter_paper"


def test_a_consent_that_ran_out_hands_nothing_in(counter: Counter, man, key: str, case: Case):
    row = correction_agreed(counter, man, key)
    replaced(counter, case)
    confirmed(counter, row, key)
    actor = acting(counter)
    Assistance.objects.filter(pk=row.pk).update(ends_at=timezone.now() - dt.timedelta(seconds=1))
    with pytest.raises(errors.AssistanceOver):
        submission.correct(actor, case_id=case.pk)
    assert Case.objects.get(pk=case.pk).state == "correcting"
