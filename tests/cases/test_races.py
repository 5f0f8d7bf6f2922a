"""Two people at once: one act wins, the other is told, nothing is done twice."""

import threading
import time

import pytest
from django.db import transaction

from cases.actions import decision, drafts, intake, submission
from cases.models import Case
from certificates import listeners
from certificates.actions import change_state
from certificates.models import Certificate
from certificates.states import Operation
from identity import organisation_actions
from identity.actor import SYSTEM
from identity.mandates import actions as mandates
from identity.mandates.queries import hold
from identity.models import Mandate, Person
from identity.organisations.queries import require_active
from identity.persons.counter_actions import Shown, change_at_counter
from identity.privacy.closing_actions import close_account
from services.codes import Replaces
from services.models import ItemVersion
from tests.factories import moves
from tests.factories.cast import a_picture, build_cast
from tests.factories.mandates import a_mandate, an_agent
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_deciders_at_once_make_one_decision():
    cast = build_cast()
    case = moves.a_reviewed_case(cast)
    results = at_once(
        lambda: decision.approve(cast.decider, case_id=case.pk, request_key="a", expected_version=case.version),
        lambda: decision.refuse(
            cast.decider, case_id=case.pk, reason="不符合", request_key="b", expected_version=case.version
        ),
    )
    refused = [result for result in results if isinstance(result, str)]
    assert refused == ["case.move_not_allowed"]
    case.refresh_from_db()
    assert case.events.filter(to_state="decided").count() == 1
    assert Certificate.objects.filter(case_number=case.number).count() == (case.outcome == "approved")


def test_two_clerks_accepting_at_once_accept_once():
    cast = build_cast()
    case = moves.a_submitted_case(cast)
    results = at_once(*[lambda: intake.accept(cast.clerk, case_id=case.pk, request_key="") for _ in range(2)])
    assert sum(isinstance(result, str) for result in results) == 1
    assert case.branches.count() == 2


def test_double_click_on_submit_in_two_requests_submits_once():
    cast = build_cast()
    case = moves.a_ready_draft(cast)
    results = at_once(
        *[lambda: submission.submit(cast.citizen, case_id=case.pk, declared=True, request_key="same") for _ in range(2)]
    )
    assert all(isinstance(result, Case) for result in results)
    assert len({result.number for result in results}) == 1
    assert case.events.count() == 1
    assert case.notices.count() == 1


def test_two_applications_started_at_once_are_one_draft():
    cast = build_cast()
    at_once(*[lambda: drafts.start_draft(cast.citizen, item_id=cast.item.pk) for _ in range(2)])
    assert Case.objects.count() == 1


def test_two_colleagues_who_begin_at_once_have_one_draft():
    cast = build_cast()
    agent = an_agent(cast)
    results = at_once(
        *[lambda who=who: drafts.start_draft(who, item_id=cast.item.pk).pk for who in (cast.citizen, agent)]
    )
    assert set(results) == {Case.objects.get().pk}


def test_an_upload_while_a_colleague_opens_the_same_draft_does_not_deadlock(monkeypatch):
    cast = build_cast()
    agent = an_agent(cast)
    case = moves.a_draft(cast)
    row = case.materials.filter(document=None).first()
    has_case, inner = threading.Event(), drafts.lock

    def lock_and_wait(*args: object, **named: object) -> Case:
        found = inner(*args, **named)
        has_case.set()
        time.sleep(0.8)  # until the colleague has the party and comes for the draft
        return found

    monkeypatch.setattr(drafts, "lock", lock_and_wait)

    def begins() -> object:
        has_case.wait(10)
        return drafts.start_draft(agent, item_id=cast.item.pk).pk

    def uploads() -> object:
        return drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture()).way

    assert at_once(uploads, begins) == ["upload", case.pk]


def test_suspension_while_the_renewal_is_decided_does_not_deadlock():
    cast = build_cast()
    ItemVersion.objects.filter(pk=cast.version.pk).update(result_type=cast.licence.type, replaces=Replaces.RENEW)
    case = moves.a_reviewed_case(cast)
    suspended, flagged = threading.Event(), threading.Event()

    def notify_slowly(certificate: Certificate) -> None:
        if certificate.state == Certificate.State.SUSPENDED:
            suspended.set()
            flagged.wait(1)

    def suspend() -> object:
        basis = {"reason": "立案调查", "legal_basis": "食品安全法第一百二十六条"}
        return change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, **basis)

    def approve() -> object:
        suspended.wait(5)
        return decision.approve(cast.decider, case_id=case.pk)

    listeners._listeners.insert(0, notify_slowly)
    try:
        results = at_once(suspend, approve)
    finally:
        listeners._listeners.remove(notify_slowly)
    assert isinstance(results[0], Certificate)
    assert results[1] == "case.evidence_flagged"  # the suspension came first, so the decision sees it
    assert Case.objects.get(pk=case.pk).state == "in_review"


def test_revoking_and_submitting_at_once_is_one_after_the_other():
    cast = build_cast()
    agent = an_agent(cast)
    case = moves.a_ready_draft(cast)
    results = at_once(
        lambda: submission.submit(agent, case_id=case.pk, declared=True),
        lambda: mandates.revoke(cast.citizen, mandate_id=agent.mandate_id),
    )
    case.refresh_from_db()
    assert Mandate.objects.get().state == "revoked"
    if results[0] == "identity.mandate_ended":
        assert (case.state, case.number) == ("draft", None)
    else:
        assert case.state == "submitted"
        assert case.submitted_at < Mandate.objects.get().revoked_at


def test_two_proposals_at_once_make_one_mandate():
    cast = build_cast()
    results = at_once(lambda: a_mandate(cast), lambda: a_mandate(cast))
    assert "identity.mandate_exists" in results
    assert Mandate.objects.count() == 1


def test_accepting_and_revoking_at_once_ends_revoked():
    cast = build_cast()
    mandate = a_mandate(cast)
    at_once(
        lambda: mandates.accept(cast.stranger, mandate_id=mandate.pk),
        lambda: mandates.revoke(cast.citizen, mandate_id=mandate.pk),
    )
    mandate.refresh_from_db()
    assert mandate.state == "revoked"


def test_an_organisation_ends_while_its_agent_submits_and_neither_hangs():
    cast = build_cast()
    agent = an_agent(cast)
    holds, ends = threading.Event(), threading.Event()

    def submits() -> object:
        with transaction.atomic():
            hold(agent)
            holds.set()
            ends.wait(0.6)  # the register's change has begun, and waits for this mandate
            require_active(cast.shop.party)
        return "submitted"

    def register_says() -> object:
        holds.wait()
        organisation_actions.change_state(SYSTEM, organisation_id=cast.shop.pk, state="revoked")
        return "ended"

    assert at_once(submits, register_says) == ["submitted", "ended"]
    assert Mandate.objects.get().state == "ended"


def test_a_phone_is_changed_at_the_counter_while_its_owner_closes_the_account():
    cast = build_cast()
    person = Person.objects.get(pk=cast.stranger.person_id)
    shown = Shown(name=person.name, document_kind="111", id_number=person.id_number, phone="13900000055")
    locked, waits = threading.Event(), threading.Event()

    def closes() -> object:
        with transaction.atomic():
            hold(cast.stranger)
            locked.set()
            waits.wait(0.6)
            close_account(cast.stranger, understood=True)
        return "closed"

    def changes() -> object:
        locked.wait()
        change_at_counter(cast.clerk, person_id=person.pk, shown=shown, original_id="scan")
        return "changed"

    assert at_once(closes, changes) == ["closed", "identity.person_not_found"]
    assert Person.objects.get(pk=person.pk).phone == "13900000003"
