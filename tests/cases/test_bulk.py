"""Jobs over many cases: frozen, begun, done case by case, never twice, and stopped for good reasons."""

import io

import pytest
from openpyxl import load_workbook

from cases.actions import intake
from cases.lists import bulk_actions, errors, leftovers, saved
from cases.lists.filters import WorklistFilter
from cases.lists.models import BulkJob, BulkRow
from cases.models import Case, CaseEvent
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import OutboxMessage, PostHolding
from identity.staff.errors import HoldingEnded
from tests.factories.moves import a_submitted_case, an_accepted_case


def a_job(cast, kind="accept", detail="", cases=(), actor=None) -> BulkJob:
    return bulk_actions.prepare(actor or cast.clerk, kind=kind, detail=detail, case_ids=[case.pk for case in cases])


def done(cast, job: BulkJob, actor=None) -> dict[str, str]:
    """Begin and run; what came of each case, by number: done or the code."""
    bulk_actions.start(actor or cast.clerk, job_id=job.pk)
    bulk_actions.run(SYSTEM, job_id=job.pk)
    return {row.case.number: row.code or row.state for row in BulkRow.objects.filter(job=job).select_related("case")}


def test_cases_are_accepted_one_by_one_and_each_refusal_has_its_code(cast):
    new, moved, changed = (a_submitted_case(cast) for _ in range(3))
    job = a_job(cast, cases=[new, moved, changed])
    assert Case.objects.filter(state="submitted").count() == 3  # nothing is done by preparing
    intake.accept(cast.clerk, case_id=moved.pk)
    Case.objects.filter(pk=changed.pk).update(version=changed.version + 1)

    came = done(cast, job)

    assert came == {new.number: "done", moved.number: "case.move_not_allowed", changed.number: "case.stale_form"}
    assert Case.objects.get(pk=new.pk).state == "in_review"
    assert Case.objects.get(pk=changed.pk).state == "submitted"
    job.refresh_from_db()
    assert (job.state, job.stopped_by) == ("done", "")
    assert CaseEvent.objects.filter(case=new, action="accept").count() == 1
    assert AuditEvent.objects.get(code="list.bulk_ended").detail["done"] == 1


def test_all_of_the_filter_is_frozen_when_it_is_chosen(cast):
    first = a_submitted_case(cast)
    job = bulk_actions.prepare(cast.clerk, kind="accept", chosen=WorklistFilter(state="submitted"))
    second = a_submitted_case(cast)
    assert done(cast, job) == {first.number: "done"}
    assert Case.objects.get(pk=second.pk).state == "submitted"


def test_what_one_may_not_see_is_not_in_a_job(cast):
    case = a_submitted_case(cast)
    for actor in (cast.outsider, cast.food):
        with pytest.raises(errors.NothingChosen):
            a_job(cast, kind="export", detail="csv", cases=[case], actor=actor)
    for kind, detail in (("accept", "x"), ("notify", ""), ("export", "pdf"), ("decide", "")):
        with pytest.raises(errors.MayNotRun):
            a_job(cast, kind=kind, detail=detail, cases=[case])
    with pytest.raises(errors.MayNotRun):
        a_job(cast, cases=[case], actor=cast.food)  # reviewers accept nothing
    with pytest.raises(errors.NothingChosen):
        a_job(cast)
    assert not BulkJob.objects.exists()


def test_a_job_is_ones_own_and_begins_once_in_its_post(cast):
    job = a_job(cast, cases=[a_submitted_case(cast)])
    for act in (bulk_actions.start, bulk_actions.stop):
        with pytest.raises(errors.JobNotFound):
            act(cast.decider, job_id=job.pk)
    with pytest.raises(errors.JobNotFound):
        saved.get_job(cast.decider, job.pk)
    assert BulkJob.objects.get().state == "prepared"
    bulk_actions.start(cast.clerk, job_id=job.pk)
    with pytest.raises(errors.JobMoved):
        bulk_actions.start(cast.clerk, job_id=job.pk)
    bulk_actions.stop(cast.clerk, job_id=job.pk)
    bulk_actions.run(SYSTEM, job_id=job.pk)
    assert BulkJob.objects.get().state == "stopped"
    assert BulkRow.objects.get().state == "todo"
    assert Case.objects.get().state == "submitted"


def test_a_job_stops_when_its_post_ended(cast):
    job = a_job(cast, cases=[a_submitted_case(cast)])
    bulk_actions.start(cast.clerk, job_id=job.pk)
    PostHolding.objects.filter(pk=cast.clerk.holding_id).update(is_active=False)
    bulk_actions.run(SYSTEM, job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.stopped_by) == ("stopped", HoldingEnded.code)
    assert Case.objects.get().state == "submitted"


def test_a_job_whose_worker_died_goes_on_where_it_was(cast, monkeypatch):
    cases = [a_submitted_case(cast) for _ in range(3)]
    job = a_job(cast, cases=cases)
    bulk_actions.start(cast.clerk, job_id=job.pk)
    real, calls = intake.accept, []

    def dies(*args, **kwargs):
        calls.append(kwargs["case_id"])
        result = real(*args, **kwargs)
        if len(calls) == 2:
            raise SystemExit  # the act is made, its transaction is not over
        return result

    monkeypatch.setattr(bulk_actions.intake, "accept", dies)
    with pytest.raises(SystemExit):
        bulk_actions.run(SYSTEM, job_id=job.pk)
    assert BulkRow.objects.filter(state="done").count() == 1
    assert Case.objects.filter(state="in_review").count() == 1
    assert leftovers.abandoned() == []  # it is given a while
    BulkJob.objects.update(updated_at="2026-01-01T00:00Z")
    assert leftovers.abandoned() == [job.pk]

    bulk_actions.run(SYSTEM, job_id=job.pk)

    assert BulkRow.objects.filter(state="done").count() == 3
    assert CaseEvent.objects.filter(action="accept").count() == 3
    assert BulkJob.objects.get().state == "done"


def test_a_message_says_the_number_and_goes_out_once_a_day(cast):
    case, other = a_submitted_case(cast), an_accepted_case(cast)
    first = done(cast, a_job(cast, "notify", "progress", [case, other]))
    assert set(first.values()) == {"done"}
    texts = [message.text for message in OutboxMessage.objects.all()]
    assert sorted(texts) == sorted(
        f"【一站通】您的申请（{one.number}）正在办理，登录可以查看进度和时限。" for one in (case, other)
    )
    again = done(cast, a_job(cast, "notify", "progress", [case]))
    assert again == {case.number: "list.notified_lately"}
    unfit = done(cast, a_job(cast, "notify", "correction", [case]))
    assert unfit == {case.number: "list.message_unfit"}
    assert OutboxMessage.objects.count() == 2
    assert AuditEvent.objects.filter(code="case.notified").count() == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_exported_list_is_masked_and_recorded_as_read(cast, form):
    case = a_submitted_case(cast)
    Case.objects.filter(pk=case.pk).update(applicant=cast.li.pk)
    done(cast, a_job(cast, "export", form, [case]))
    content = BulkJob.objects.get().file.read()
    if form == "csv":
        text = content.decode()
        assert text.startswith("\ufeff办件编号,")
    else:
        text = ",".join(str(cell) for row in load_workbook(io.BytesIO(content)).active.values for cell in row)
    assert case.number in text
    assert "李**" in text
    assert cast.li.name not in text
    assert cast.li.id_number not in text
    assert AuditEvent.objects.get(code="case.exported").subject_id == str(case.pk)
    BulkJob.objects.update(ended_at="2026-01-01T00:00Z")
    assert leftovers.sweep() == 1
    assert not BulkJob.objects.get().file


def test_a_job_takes_so_many_and_says_so(cast, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MOST", dict.fromkeys(BulkJob.Kind, 2))
    cases = [a_submitted_case(cast) for _ in range(3)]
    for job in (a_job(cast, cases=cases), bulk_actions.prepare(cast.clerk, kind="accept", chosen=WorklistFilter())):
        assert (job.total, job.is_cut, job.rows.count()) == (2, True, 2)
    BulkJob.objects.update(updated_at="2026-01-01T00:00Z")
    leftovers.sweep()
    assert not BulkJob.objects.exists()  # nobody began them
