"""Two at once: one consent, one session, one sheet."""

from functools import partial

import pytest

from cases.actions import drafts, submission
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions
from cases.assisting.models import Assistance
from cases.models import Case
from identity.actor import PUBLIC
from tests.cases.assisting.conftest import open_to_persons
from tests.factories.assisting import a_display, a_whole_draft, a_wish, acting, agreed, an_old_man, begun, confirmed
from tests.factories.counter import a_counter
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
