"""Two at once: one consent, one session, one sheet."""

from functools import partial

import pytest

from cases.actions import drafts, submission
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions
from cases.assisting.models import Assistance
from cases.joint import submission as joint_submission
from cases.models import Case, JointCase
from identity.actor import PUBLIC
from tests.cases.assisting.conftest import open_to_persons
from tests.factories.assisting import (
    a_case_to_correct,
    a_display,
    a_whole_draft,
    a_whole_joint,
    a_window_of,
    a_wish,
    acting,
    agreed,
    an_old_man,
    begun,
    bundle_begun,
    confirmed,
    correction_agreed,
    joint_confirmed,
    replaced,
    the_display_of,
    the_person_at,
)
from tests.factories.counter import a_counter
from tests.factories.joint import build_street
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def a_counter_for_persons():
    made = a_counter()
    open_to_persons(made)
    return made, an_old_man(), a_display(made)


def test_consent_is_given_once():
    counter, man, key = a_counter_for_persons()
    row = begun(counter, man)
    press = partial(display_actions.answer, PUBLIC, key=key, assistance_id=row.pk)
    results = at_once(partial(press, is_agreed=True), partial(press, is_agreed=False))
    assert sum(result == "assist.moved" for result in results) == 1
    assert Assistance.objects.get().state in {"agreed", "declined"}


def test_two_clerks_do_not_begin_with_one_person():
    counter, man, _key = a_counter_for_persons()
    wish = a_wish(counter, man)
    results = at_once(
        lambda: desk.begin(counter.clerk, window_id=counter.one.pk, wish=wish),
        lambda: desk.begin(counter.colleague, window_id=counter.two.pk, wish=wish),
    )
    assert sum(result == "assist.person_busy" for result in results) == 1
    assert Assistance.objects.count() == 1


def test_a_code_binds_one_screen():
    counter, _man, _key = a_counter_for_persons()
    code = display_actions.make_code(counter.clerk, window_id=counter.one.pk)
    bind = partial(display_actions.bind_display, PUBLIC, code=code)
    results = at_once(lambda: bind(address="10.0.0.3"), lambda: bind(address="10.0.0.4"))
    assert sum(result == "assist.code_wrong" for result in results) == 1


def test_withdrawing_against_writing_has_one_outcome():
    counter, man, key = a_counter_for_persons()
    row = agreed(counter, man, key)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    actor, raw = acting(counter), {"org.name": "孙家面馆", "area": "30", "note": ""}
    results = at_once(
        lambda: drafts.save_answers(actor, case_id=case.pk, step_key="shop", raw=raw),
        lambda: display_actions.withdraw(PUBLIC, key=key, assistance_id=row.pk),
    )
    assert (results[0] == "assist.over") == ("area" not in Case.objects.get().answers)
    assert Assistance.objects.get().state == "ended"


def test_withdrawing_against_handing_in_has_one_outcome():
    counter, man, key = a_counter_for_persons()
    row = agreed(counter, man, key)
    case = a_whole_draft(counter, row)
    confirmed(counter, row, key)
    actor = acting(counter)
    results = at_once(
        lambda: submission.submit(actor, case_id=case.pk, declared=True),
        lambda: display_actions.withdraw(PUBLIC, key=key, assistance_id=row.pk),
    )
    case, row = Case.objects.get(), Assistance.objects.get()
    assert (case.state, row.state) in {("submitted", "done"), ("draft", "ended")}
    assert sum(isinstance(result, str) for result in results) == 1


def test_withdrawing_against_handing_corrections_in_has_one_outcome():
    counter, man, key = a_counter_for_persons()
    case = a_case_to_correct(counter, man, key)
    row = correction_agreed(counter, man, key)
    replaced(counter, case)
    confirmed(counter, row, key)
    actor = acting(counter)
    results = at_once(
        lambda: submission.correct(actor, case_id=case.pk),
        lambda: display_actions.withdraw(PUBLIC, key=key, assistance_id=row.pk),
    )
    case.refresh_from_db()
    row.refresh_from_db()
    assert (case.state, row.state) in {("submitted", "done"), ("correcting", "ended")}
    assert sum(isinstance(result, str) for result in results) == 1


def test_withdrawing_against_handing_a_bundle_in_has_one_outcome():
    street = build_street()
    window = a_window_of(street)
    key = the_display_of(street, window)
    row = bundle_begun(street, window)
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)
    joint = a_whole_joint(street)
    joint_confirmed(street, row, key)
    actor = the_person_at(street)
    results = at_once(
        lambda: joint_submission.submit(actor, joint_id=joint.pk, declared=True),
        lambda: display_actions.withdraw(PUBLIC, key=key, assistance_id=row.pk),
    )
    joint, row = JointCase.objects.get(), Assistance.objects.get()
    assert (bool(joint.number), row.state) in {(True, "done"), (False, "ended")}
    assert Case.objects.filter(state="submitted").exists() == bool(joint.number)
    assert sum(isinstance(result, str) for result in results) == 1
