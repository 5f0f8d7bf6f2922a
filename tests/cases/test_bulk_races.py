"""Jobs over many cases at the same time as each other and as a clerk: every case is accepted once, told once."""

import pytest

from cases.actions import intake
from cases.lists import bulk_actions
from cases.lists.models import BulkJob, BulkRow
from cases.models import Case, CaseEvent, Notice
from identity.actor import SYSTEM
from identity.models import OutboxMessage
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def begun(cast, cases, kind="accept", detail="") -> BulkJob:
    job = bulk_actions.prepare(cast.clerk, kind=kind, detail=detail, case_ids=[case.pk for case in cases])
    return bulk_actions.start(cast.clerk, job_id=job.pk)


def accepted_once(cases) -> None:
    assert Case.objects.filter(state="in_review").count() == len(cases)
    assert CaseEvent.objects.filter(action="accept").count() == len(cases)
    assert Notice.objects.filter(kind="acceptance").count() == len(cases)


def test_two_jobs_on_the_same_cases_accept_each_once():
    cast = build_cast()
    cases = [moves.a_submitted_case(cast) for _ in range(3)]
    jobs = [begun(cast, cases), begun(cast, list(reversed(cases)))]

    at_once(*[lambda job=job: bulk_actions.run(SYSTEM, job_id=job.pk) for job in jobs])

    accepted_once(cases)
    assert BulkRow.objects.filter(state="done").count() == 3
    refused = set(BulkRow.objects.filter(state="refused").values_list("code", flat=True))
    assert refused == {"case.move_not_allowed"}
    assert set(BulkJob.objects.values_list("state", flat=True)) == {"done"}


def test_two_workers_on_one_job_do_each_row_once():
    cast = build_cast()
    cases = [moves.a_submitted_case(cast) for _ in range(3)]
    job = begun(cast, cases)

    at_once(*[lambda: bulk_actions.run(SYSTEM, job_id=job.pk) for _ in range(2)])

    accepted_once(cases)
    assert BulkRow.objects.filter(state="done").count() == 3
    assert BulkJob.objects.get().state == "done"


def test_a_job_and_a_clerk_accept_a_case_once():
    cast = build_cast()
    case = moves.a_submitted_case(cast)
    job = begun(cast, [case])

    results = at_once(
        lambda: bulk_actions.run(SYSTEM, job_id=job.pk), lambda: intake.accept(cast.clerk, case_id=case.pk)
    )

    accepted_once([case])
    assert (BulkRow.objects.get().state == "done") == (results[1] == "case.move_not_allowed")


def test_two_jobs_send_a_message_once():
    cast = build_cast()
    case = moves.a_submitted_case(cast)
    jobs = [begun(cast, [case], "notify", "progress") for _ in range(2)]

    at_once(*[lambda job=job: bulk_actions.run(SYSTEM, job_id=job.pk) for job in jobs])

    assert OutboxMessage.objects.count() == 1
    assert sorted(BulkRow.objects.values_list("code", flat=True)) == ["", "list.notified_lately"]


def test_a_job_begun_twice_at_once_begins_once():
    cast = build_cast()
    case = moves.a_submitted_case(cast)
    job = bulk_actions.prepare(cast.clerk, kind="accept", case_ids=[case.pk])
    results = at_once(*[lambda: bulk_actions.start(cast.clerk, job_id=job.pk) for _ in range(2)])
    assert [result for result in results if isinstance(result, str)] == ["list.job_moved"]
