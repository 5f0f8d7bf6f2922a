"""Background work of the cases room: thin, each calls an action."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from cases import notices, queries
from cases.actions import clocks, decision, intake, rereading
from cases.counter import ending_actions
from cases.joint import queries as joint_queries
from cases.joint import receipt
from cases.joint import submission as joint_submission
from cases.models import Case
from cases.promises import actions as undertakings
from certificates.actions import produce_file
from common.jobs import PATIENCE, ask_once, daily
from identity.actor import SYSTEM

_RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)


@app.task(retry=_RETRY, queue="documents")
def produce_notice_file(notice_id: str) -> None:
    """Make a notice's sealed PDF; safe to run twice."""
    notices.produce_file(notice_id=UUID(notice_id))


@app.task(retry=_RETRY, queue="documents")
def finish_case(case_id: str) -> None:
    """Make what is still missing of a decided case's documents, then close it; safe to run twice."""
    case = Case.objects.get(pk=case_id)
    for notice_id in case.notices.filter(file="").values_list("pk", flat=True):
        notices.produce_file(notice_id=notice_id)
    if case.certificate_id:
        produce_file(certificate_id=case.certificate_id)
    decision.close(case_id=case.pk)


@app.task(retry=_RETRY, queue="documents")
def produce_joint_receipt(joint_id: str) -> None:
    """Make the sealed receipt of a joint case; safe to run twice."""
    receipt.produce_file(joint_id=UUID(joint_id))


@app.task(retry=_RETRY, queue="clock")
def release_joint(joint_id: str) -> None:
    """Submit what waited in a joint case, or close what waited in vain; safe to run twice."""
    joint_submission.release(joint_id=UUID(joint_id))


@app.periodic(cron="*/10 * * * *", periodic_id="release_what_was_left")
@app.task(queue="clock")
def release_what_was_left(timestamp: int) -> None:
    """Ask again for joint cases with something that waits for what is decided, and receipts without a file."""
    for pk in joint_queries.to_release():
        ask_once(release_joint, f"release-joint:{pk}", joint_id=str(pk))
    for pk in joint_queries.without_receipt():
        ask_once(produce_joint_receipt, f"joint-receipt:{pk}", joint_id=str(pk))


@app.periodic(cron="*/10 * * * *", periodic_id="finish_what_was_left")
@app.task(queue="documents")
def finish_what_was_left(timestamp: int) -> None:
    """Ask again for notices without a file and decided cases not closed: their job was lost or gave up."""
    before = timezone.now() - PATIENCE
    for pk in queries.notices_without_file(before=before):
        ask_once(produce_notice_file, f"notice-file:{pk}", notice_id=str(pk))
    for pk in queries.decided_before(before):
        ask_once(finish_case, f"finish-case:{pk}", case_id=str(pk))


@app.periodic(cron=daily("00:20"), periodic_id="deem_accepted")
@app.task(queue="clock")
def deem_accepted(timestamp: int) -> None:
    """Accept applications that nobody answered within five working days."""
    while intake.deem_accepted(today=timezone.localdate()):
        pass


@app.periodic(cron=daily("00:25"), periodic_id="follow_undertakings")
@app.task(queue="clock")
def follow_undertakings(timestamp: int) -> None:
    """Remind of what is to come later, and note what did not come in time."""
    undertakings.expire_due(today=timezone.localdate())


@app.periodic(cron=daily("00:30"), periodic_id="fill_missing_limits")
@app.task(queue="clock")
def fill_missing_limits(timestamp: int) -> None:
    """Give cases their due dates once the calendar of the year has been loaded."""
    clocks.fill_missing()


@app.task(retry=_RETRY, queue="clock")
def resolve_drafts_again(certificate_id: str) -> None:
    """Have drafts that relied on a certificate look for what else stands for it; safe to run twice."""
    rereading.resolve_all(SYSTEM, certificate_id=UUID(certificate_id))


@app.periodic(cron=daily("00:12"), periodic_id="end_counter_days")
@app.task(queue="clock")
def end_counter_days(timestamp: int) -> None:
    """End what the halls' days left open, and erase what tickets and old appointments say of people."""
    ending_actions.end_past_days(SYSTEM, today=timezone.localdate())
    ending_actions.erase_due(SYSTEM, today=timezone.localdate())
