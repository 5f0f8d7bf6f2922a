"""Reviews of many cases go to one colleague or by load, and back again."""

import pytest

from cases.actions import intake
from cases.lists import bulk_actions, errors
from cases.lists.assigning import BY_LOAD, assignees_for
from cases.lists.models import BulkJob, BulkRow
from cases.models import Branch, CaseEvent
from cases.routes import actions as routes
from identity.actor import SYSTEM
from tests.factories.cast import build_cast
from tests.factories.moves import a_submitted_case
from tests.factories.routes import a_routed_case, a_second_reviewer, branch_of, conclude
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(cast):
    first = a_routed_case(cast)
    more = [intake.accept(cast.clerk, case_id=a_submitted_case(cast).pk) for _ in range(2)]
    return [first, *more]


def prepared(cast, cases) -> BulkJob:
    return bulk_actions.prepare(cast.decider, kind="assign", case_ids=[case.pk for case in cases])


def done(cast, job: BulkJob, detail: str = "") -> dict[str, str]:
    if job.state == "prepared":
        bulk_actions.start(cast.decider, job_id=job.pk, detail=detail)
    bulk_actions.run(SYSTEM, job_id=job.pk)
    return {row.case.number: row.code or row.state for row in BulkRow.objects.filter(job=job).select_related("case")}


def holders(cases) -> list[object]:
    return [branch_of(case, "docs").assignee_id for case in cases]


def test_to_one_colleague_and_back(cast, cases):
    other = a_second_reviewer(cases[0])
    routes.claim_review(cast.food, case_id=cases[1].pk, branch_id=branch_of(cases[1], "docs").pk)
    conclude(cast, cases[2], "docs")
    cases[2].branches.filter(state="open").exclude(post=cast.fire.post_id).update(assignee=other.account_id)
    job = prepared(cast, cases)
    assert str(other.account_id) in dict(assignees_for(cast.decider, job))
    came = done(cast, job, str(other.account_id))
    assert [came[case.number] for case in cases[:2]] == ["done", "done"]
    assert holders(cases[:2]) == [other.account_id, other.account_id]
    assert came[cases[2].number] == "list.nothing_to_assign"
    back = bulk_actions.undo(cast.decider, job_id=job.pk)
    assert set(done(cast, back).values()) == {"done"}
    assert holders(cases[:2]) == [None, cast.food.account_id]
    with pytest.raises(errors.NotUndoable):
        bulk_actions.undo(cast.decider, job_id=job.pk)
    assert BulkJob.objects.filter(kind="unassign").count() == 1


def test_by_load_shares_what_nobody_has(cast, cases):
    other = a_second_reviewer(cases[0])
    routes.claim_review(cast.food, case_id=cases[0].pk, branch_id=branch_of(cases[0], "docs").pk)
    came = done(cast, prepared(cast, cases), BY_LOAD)
    assert came[cases[0].number] == "list.nothing_to_assign"
    assert holders(cases)[0] == cast.food.account_id
    assert set(holders(cases)[1:]) == {other.account_id, cast.food.account_id}


def test_what_changed_since_stays(cast, cases):
    other = a_second_reviewer(cases[0])
    job = prepared(cast, cases)
    done(cast, job, str(other.account_id))
    conclude(cast, cases[0], "docs", actor=other)
    branch = branch_of(cases[1], "docs")
    routes.assign(cast.decider, case_id=cases[1].pk, branch_id=branch.pk, account_id=cast.food.account_id)
    back = bulk_actions.undo(cast.decider, job_id=job.pk)
    came = done(cast, back)
    assert [came[case.number] for case in cases] == ["list.assigned_since", "list.assigned_since", "done"]
    assert holders(cases)[1:] == [cast.food.account_id, None]


def test_who_may_and_whom(cast, cases):
    job = prepared(cast, cases)
    for detail in ("", "nobody", str(cast.clerk.account_id), str(cast.fire.account_id)):
        with pytest.raises(errors.AssigneeMissing):
            bulk_actions.start(cast.decider, job_id=job.pk, detail=detail)
    assert BulkJob.objects.get().state == "prepared"
    assert not CaseEvent.objects.filter(action="assign").exists()
    for actor in (cast.food, cast.clerk):
        with pytest.raises(errors.MayNotRun):
            bulk_actions.prepare(actor, kind="assign", case_ids=[cases[0].pk])
    with pytest.raises(errors.MayNotRun):
        bulk_actions.prepare(cast.decider, kind="unassign", case_ids=[cases[0].pk])
    with pytest.raises(errors.NotUndoable):
        bulk_actions.undo(cast.decider, job_id=job.pk)
    with pytest.raises(errors.JobNotFound):
        bulk_actions.undo(cast.supervisor, job_id=job.pk)


@pytest.mark.django_db(transaction=True)
def test_two_undoings_at_once_are_one():
    cast = build_cast()
    case = a_routed_case(cast)
    other = a_second_reviewer(case)
    job = prepared(cast, [case])
    done(cast, job, str(other.account_id))
    results = at_once(*(lambda: bulk_actions.undo(cast.decider, job_id=job.pk) for _ in range(2)))
    assert [one for one in results if isinstance(one, str)] == ["list.not_undoable"]
    done(cast, BulkJob.objects.get(kind="unassign"))
    assert Branch.objects.get(case=case, stage__key="docs").assignee_id is None
