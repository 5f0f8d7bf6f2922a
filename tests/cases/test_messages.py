"""Every step of a case is announced once, to whoever it concerns."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from cases import messages, reminding
from cases.actions import clocks, decision, intake
from cases.delivery.actions import choose_way
from cases.fees.payment_actions import record_at_counter
from cases.flags import follow_certificate
from cases.models import Case, FeeNotice, Flag
from certificates.actions import change_state
from certificates.states import Operation
from identity.actor import SYSTEM
from identity.mandates import actions as mandates
from identity.messaging import announcing
from identity.models import Announcement, Mandate, Notification
from tests.factories import moves
from tests.factories.mandates import a_mandate
from tests.factories.payments import a_charge


def told() -> list[str]:
    return list(Announcement.objects.order_by("created_at").values_list("event", flat=True))


def test_each_step_to_the_certificate_is_announced_once(cast):
    case = moves.an_approved_case(cast)
    assert told() == ["case.received", "case.accepted", "case.decided"]
    decision.close(case_id=case.pk)
    decision.close(case_id=case.pk)
    assert told()[3:] == ["case.certificate_ready"]


def test_a_step_that_is_rolled_back_is_told_to_nobody(cast):
    case = moves.a_submitted_case(cast)
    before = told()
    with pytest.raises(RuntimeError), transaction.atomic():
        intake.accept(cast.clerk, case_id=case.pk)
        raise RuntimeError
    assert told() == before


def test_refusal_correction_special_procedure_and_extension_are_announced(cast):
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="plan")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "请补页"})
    assert told()[-1] == "case.correction_asked"
    other = moves.an_accepted_case(cast)
    clocks.extend(cast.decider, case_id=other.pk, days=10, reason="案情复杂", legal_basis="第四十二条")
    assert told()[-1] == "case.extended"
    clocks.start_special(
        cast.food, case_id=other.pk, kind="hearing", reason="重大利害关系", legal_basis="第四十七条", days_needed=20
    )
    assert told()[-1] == "case.special"


def test_a_certificate_that_changes_is_told_for_running_cases_and_not_for_drafts(cast):
    running, draft = moves.an_accepted_case(cast), moves.a_ready_draft(cast)
    change_state(
        SYSTEM, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="核查", legal_basis="示范法"
    )
    cast.licence.refresh_from_db()
    follow_certificate(cast.licence)  # told a second time, nothing is added
    assert set(Flag.objects.values_list("case_id", flat=True)) >= {running.pk, draft.pk}
    assert told().count("case.flag_raised") == 1


def test_an_agent_whose_mandate_ended_is_no_longer_told(cast):
    case = moves.a_submitted_case(cast)
    agent = cast.stranger.person_id
    Case.objects.filter(pk=case.pk).update(agent_id=agent)
    case = Case.objects.select_related("applicant__organisation").get(pk=case.pk)
    assert messages.concerned(case) == [cast.li.pk]
    mandate = a_mandate(cast)
    mandates.accept(cast.stranger, mandate_id=mandate.pk)
    assert set(messages.concerned(case)) == {cast.li.pk, agent}
    over = timezone.localdate() - dt.timedelta(days=1)
    Mandate.objects.filter(pk=mandate.pk).update(starts_on=over, ends_on=over)
    for row in Announcement.objects.all():
        announcing.spread(announcement_id=row.pk)
    assert set(Notification.objects.values_list("person_id", flat=True)) == {cast.li.pk}


def test_a_draft_left_lying_for_a_week_is_told_once(cast):
    case = moves.a_draft(cast)
    now = timezone.now()
    assert reminding.remind_of_drafts(now=now + dt.timedelta(days=6)) == 0
    assert reminding.remind_of_drafts(now=now + dt.timedelta(days=8)) == 1
    assert reminding.remind_of_drafts(now=now + dt.timedelta(days=9)) == 0
    assert Announcement.objects.get().about == case.pk
    assert reminding.remind_of_drafts(now=now + dt.timedelta(days=200)) == 0


def test_corrections_not_handed_in_for_ten_days_are_told_once(cast):
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement__key="plan")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "请补页"})
    now = timezone.now()
    assert reminding.remind_of_corrections(now=now + dt.timedelta(days=9)) == 0
    assert reminding.remind_of_corrections(now=now + dt.timedelta(days=11)) == 1
    assert reminding.remind_of_corrections(now=now + dt.timedelta(days=12)) == 0
    assert told().count("case.correction_waiting") == 1


def test_fees_and_what_waits_at_the_hall_are_announced_once(cast):
    a_charge(cast)
    case = moves.a_reviewed_case(cast)
    assert told() == ["case.received", "case.accepted", "case.fee_due"]
    choose_way(cast.citizen, case_id=case.pk, way="pick_up")
    fee = FeeNotice.objects.get()
    record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt="AB123456")
    assert told()[3:] == ["case.fee_paid"]
    decision.approve(cast.decider, case_id=case.pk)
    decision.close(case_id=case.pk)
    decision.close(case_id=case.pk)
    assert sorted(told()[4:]) == ["case.certificate_ready", "case.decided", "case.pick_up_ready"]
