"""Two things at once: an account is never closed around something that is being done with it."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from cases import handing_in
from cases.actions import submission
from cases.models import Case
from identity.mandates import actions as mandates
from identity.models import Account, AccountClosure, DataExport, Mandate
from identity.privacy import archive, closing_actions, correction_actions, export_actions, hooks
from identity.privacy.correction_actions import request_correction
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.mandates import a_mandate, an_agent
from tests.factories.privacy import a_closed_account, a_data_officer, a_wrong_address
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _complete_drafts(monkeypatch):
    """A shop's draft stands for a person's own: whether its answers fit a person is not what is raced here."""
    monkeypatch.setattr(handing_in, "_check_complete", lambda case: None)
    monkeypatch.setattr(handing_in, "_check_materials", lambda case, rows: None)


def refusals(results: list[object]) -> list[str]:
    return [result for result in results if isinstance(result, str)]


def a_free_person(cast):
    """Li, whose shop somebody else manages too, with a draft of her own."""
    mandates.accept(cast.stranger, mandate_id=a_mandate(cast, kind="manager").pk)
    draft = moves.a_ready_draft(cast)
    Case.objects.filter(pk=draft.pk).update(applicant_id=cast.li.pk)
    return draft


@pytest.mark.parametrize("round_number", range(3))
def test_close_while_submitting_ends_with_one_of_the_two(round_number):
    cast = build_cast()
    draft = a_free_person(cast)
    results = at_once(
        lambda: submission.submit(cast.person, case_id=draft.pk, declared=True),
        lambda: closing_actions.close_account(cast.person, understood=True),
    )
    draft.refresh_from_db()
    is_closed = not Account.objects.get(pk=cast.account.pk).is_active
    assert is_closed == (draft.state == "draft")
    assert len(refusals(results)) == 1
    assert AccountClosure.objects.count() == is_closed


def test_a_submission_that_is_under_way_is_waited_for(monkeypatch):
    cast = build_cast()
    draft = a_free_person(cast)
    submitting, closing = threading.Event(), threading.Event()
    number = handing_in._number

    def slow(*given):
        submitting.set()
        closing.wait(0.5)
        number(*given)

    monkeypatch.setattr(handing_in, "_number", slow)

    def close():
        submitting.wait(10)
        return closing_actions.close_account(cast.person, understood=True)

    results = at_once(lambda: submission.submit(cast.person, case_id=draft.pk, declared=True), close)
    assert results[1] == "identity.closing_hindered", results
    assert Account.objects.get(pk=cast.account.pk).is_active


def test_an_agent_who_submits_meanwhile_is_waited_for_and_keeps_the_account_open(monkeypatch):
    cast = build_cast()
    draft = a_free_person(cast)
    agent = an_agent(cast, giver=cast.person)
    submitting = threading.Event()
    number = handing_in._number

    def slow(*given):
        submitting.set()
        threading.Event().wait(0.5)
        number(*given)

    monkeypatch.setattr(handing_in, "_number", slow)

    def close():
        submitting.wait(10)
        return closing_actions.close_account(cast.person, understood=True)

    results = at_once(lambda: submission.submit(agent, case_id=draft.pk, declared=True), close)
    assert not isinstance(results[0], str), results
    assert results[1] == "identity.closing_hindered", results
    assert Account.objects.get(pk=cast.account.pk).is_active
    assert Mandate.objects.get(pk=agent.mandate_id).state == "accepted"  # the refusal left it as it was


def test_a_copy_made_while_the_account_closes_is_never_kept(monkeypatch):
    cast = build_cast()
    export = export_actions.request_export(cast.stranger)
    write = archive.write

    def close_then_write(party, target):
        write(party, target)
        closer = threading.Thread(target=lambda: (a_closed_account(cast.stranger), connection.close()))
        closer.start()
        closer.join()

    monkeypatch.setattr(archive, "write", close_then_write)
    export_actions.produce_file(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.file.name) == ("erased", "")


def test_export_and_close_at_once_leave_no_copy_behind():
    cast = build_cast()
    at_once(
        lambda: export_actions.request_export(cast.stranger),
        lambda: closing_actions.close_account(cast.stranger, understood=True),
    )
    assert not Account.objects.get(pk=cast.stranger.account_id).is_active
    assert not DataExport.objects.filter(state__in=["waiting", "ready"]).exists()


def test_two_presses_make_one_copy():
    cast = build_cast()
    results = at_once(*[lambda: export_actions.request_export(cast.stranger) for _ in range(3)])
    assert refusals(results) == ["identity.export_running"] * 2
    assert DataExport.objects.count() == 1


def test_two_officers_give_one_answer():
    cast = build_cast()
    row = request_correction(cast.stranger, wrong=a_wrong_address())
    officers = [a_data_officer(cast), a_data_officer(cast, number="1092")]
    results = at_once(
        lambda: correction_actions.answer(officers[0], request_id=row.pk, corrected=True, text=""),
        lambda: correction_actions.answer(officers[1], request_id=row.pk, corrected=False, text="不符"),
    )
    assert refusals(results) == ["identity.correction_moved"]
    row.refresh_from_db()
    person = row.person
    person.refresh_from_db()
    assert (person.address is not None) == (row.state == "corrected")


def test_signing_in_while_the_night_erases_ends_with_one_of_the_two(monkeypatch):
    cast = build_cast()
    closure = a_closed_account(cast.stranger, is_over=False)
    later = closure.erase_after + timezone.timedelta(seconds=1)
    results = at_once(
        lambda: closing_actions.reopen(cast.stranger, account_id=cast.stranger.account_id),
        lambda: closing_actions.expire_due(now=later),
    )
    account = Account.objects.get(pk=cast.stranger.account_id)
    assert account.is_active == (not refusals(results))
    assert account.has_usable_password() == account.is_active
    closure.refresh_from_db()
    assert closure.state == ("reopened" if account.is_active else "done")


def test_an_eraser_that_fails_leaves_the_account_for_the_next_night(monkeypatch):
    cast = build_cast()
    a_closed_account(cast.stranger, is_over=True)

    def broken(party):
        raise RuntimeError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(hooks, "_erasers", [*hooks._erasers, broken])
        assert closing_actions.expire_due(now=timezone.now()) == 0
    assert Account.objects.get(pk=cast.stranger.account_id).has_usable_password()
    assert closing_actions.expire_due(now=timezone.now()) == 1
