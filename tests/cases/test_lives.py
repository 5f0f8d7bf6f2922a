"""What a case's life costs, counted in statements; and that an act's audit rows and jobs stand or fall with it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from cases.actions import decision, drafts, intake, review, submission
from cases.errors import DeclarationMissing
from cases.models import CaseEvent
from certificates.models import CertificateType
from common import events
from common.acts import act, once, part_of_act
from common.jobs import after_commit
from common.models import AuditEvent
from identity.actor import SYSTEM
from services.models import MaterialRequirement
from tests.common.test_audit import LOOKED
from tests.factories import moves
from tests.factories.cast import build_cast

pytestmark = pytest.mark.django_db

TASK = "cases.tasks.finish_case"


@pytest.fixture
def cast():
    """The cast, whose papers were compared on an earlier errand: nothing is uploaded again."""
    made = build_cast()
    MaterialRequirement.objects.filter(version=made.version, key="plan").update(fresh_days=365)
    CertificateType.objects.update(is_single_instance=False)
    moves.an_approved_case(made)
    return made


# With the savepoint and its end, which a test has in the place of the transaction's own.
PINS = {"start": 17, "answers": 6, "promise": 10, "submit": 29, "accept": 17, "food": 11, "fire": 11, "approve": 31}


def test_each_move_takes_a_fixed_number_of_statements(cast):
    counted = {}

    def count(name, move, *arguments, **given):
        with CaptureQueriesContext(connection) as captured:
            result = move(*arguments, **given)
        counted[name] = len(captured)
        return result

    case = count("start", drafts.start_draft, cast.citizen, item_id=cast.item.pk)
    answers = {"org.name": "青禾餐饮店", "area": "80", "note": ""}
    count("answers", drafts.save_answers, cast.citizen, case_id=case.pk, step_key="shop", raw=answers)
    rules = case.materials.get(requirement__key="rules")
    count("promise", drafts.promise_material, cast.citizen, case_id=case.pk, material_id=rules.pk)
    count("submit", submission.submit, cast.citizen, case_id=case.pk, declared=True)
    count("accept", intake.accept, cast.clerk, case_id=case.pk)
    for key, actor in (("food", cast.food), ("fire", cast.fire)):
        given = {"branch_id": case.branches.get(stage__key=key).pk, "agreed": True, "opinion": "符合"}
        count(key, review.review, actor, case_id=case.pk, second_officer="周同行", **given)
    case = count("approve", decision.approve, cast.decider, case_id=case.pk)
    assert case.certificate_id
    assert counted == PINS


def test_what_an_act_leaves_is_written_once_at_its_end(cast):
    before, jobs = AuditEvent.objects.count(), ProcrastinateJob.objects.count()
    with CaptureQueriesContext(connection) as captured:
        _leave_three(fail=False)
    inserts = [one["sql"] for one in captured if "INSERT" in one["sql"] or "defer_jobs" in one["sql"]]
    assert len(inserts) == 2
    assert AuditEvent.objects.count() == before + 3
    rows = ProcrastinateJob.objects.order_by("id")[jobs:]
    assert [(row.task_name, row.args["case_id"]) for row in rows] == [(TASK, "0"), (TASK, "1"), (TASK, "2")]
    assert [row.detail["why"] for row in AuditEvent.objects.order_by("id")[before:]] == ["0", "1", "2"]


def test_an_act_that_fails_leaves_nothing(cast):
    before, jobs = AuditEvent.objects.count(), ProcrastinateJob.objects.count()
    with pytest.raises(RuntimeError):
        _leave_three(fail=True)
    assert (AuditEvent.objects.count(), ProcrastinateJob.objects.count()) == (before, jobs)
    events.record(LOOKED, actor=SYSTEM, subject_id="1", why="written at once: no act is under way")
    assert AuditEvent.objects.count() == before + 1


@act
def _leave_three(*, fail: bool) -> None:
    for number in range(3):
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why=str(number))
        after_commit(TASK, case_id=str(number))
    if fail:
        raise RuntimeError


def test_what_is_undone_within_an_act_takes_its_record_with_it(cast):
    before = AuditEvent.objects.count()

    @act
    def half() -> None:
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why="kept")
        with pytest.raises(RuntimeError), transaction.atomic():
            events.record(LOOKED, actor=SYSTEM, subject_id="1", why="undone")
            raise RuntimeError

    half()
    assert [row.detail["why"] for row in AuditEvent.objects.order_by("id")[before:]] == ["kept"]


def test_an_act_within_an_act_leaves_its_own(cast):
    before = AuditEvent.objects.count()

    @act
    def inner() -> None:
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why="inner")
        raise RuntimeError

    @act
    def outer() -> None:
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why="outer")
        with pytest.raises(RuntimeError):
            inner()
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why="outer still")

    outer()
    assert [row.detail["why"] for row in AuditEvent.objects.order_by("id")[before:]] == ["outer", "outer still"]


def test_a_part_of_an_act_fails_with_it_and_alone_by_itself(cast):
    @part_of_act
    def part() -> None:
        events.record(LOOKED, actor=SYSTEM, subject_id="1", why="part")
        raise RuntimeError

    before = AuditEvent.objects.count()
    with pytest.raises(RuntimeError):
        part()
    with pytest.raises(RuntimeError):
        act(part)()
    assert AuditEvent.objects.count() == before


def test_a_refused_submission_leaves_no_trace(cast):
    case = moves.a_ready_draft(cast)
    before = AuditEvent.objects.count(), ProcrastinateJob.objects.count(), CaseEvent.objects.count()
    with pytest.raises(DeclarationMissing):
        submission.submit(cast.citizen, case_id=case.pk, declared=False)
    assert before == (AuditEvent.objects.count(), ProcrastinateJob.objects.count(), CaseEvent.objects.count())


def test_what_is_read_once_is_read_anew_by_the_next_act():
    read = []

    @act
    def twice() -> list[int]:
        return [once("number", lambda: read.append(1) or len(read)) for _ in range(2)]

    assert [twice(), twice()] == [[1, 1], [2, 2]]
    assert [once("number", lambda: 5), once("number", lambda: 6)] == [5, 6]
