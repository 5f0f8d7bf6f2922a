"""Background work of the cases room: thin, each calls an action."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from cases import notices, queries, reminding
from cases.actions import clocks, decision, intake, renewal, rereading
from cases.archive import actions as archive
from cases.archive import destroying
from cases.archive import queries as archive_queries
from cases.consultation import actions as consultation
from cases.counter import ending_actions
from cases.delivery import courier, parcel_actions
from cases.delivery import queries as delivery_queries
from cases.fees import gateway, payment_actions, reconciliation, refund_actions, reminders
from cases.fees import queries as fee_queries
from cases.fees.models import PaymentOrder
from cases.fees.queries import is_settled
from cases.joint import queries as joint_queries
from cases.joint import receipt
from cases.joint import submission as joint_submission
from cases.lists import bulk_actions, leftovers
from cases.models import Case
from cases.opinions import escalation as opinions
from cases.proceedings import escalation as hearings
from cases.promises import actions as undertakings
from cases.promises import reminding as deferred
from cases.routes import escalation
from cases.serving import actions as serving
from cases.terminal import visit_actions
from certificates.actions import produce_file
from common.errors import DomainError
from common.jobs import PATIENCE, ask_once, daily
from identity.actor import SYSTEM

_ASK_AGAIN = dt.timedelta(hours=2)
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
    if not is_settled(case.pk):
        return  # the payment asks again
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


@app.periodic(cron=daily("00:03"), periodic_id="deem_renewed")
@app.task(queue="clock")
def deem_renewed(timestamp: int) -> None:
    """Renew the licences whose term ended undecided, before they are noted as expired; what nobody answered for five
    working days is accepted first."""
    today = timezone.localdate()
    while intake.deem_accepted(today=today):
        pass
    renewal.settle_open()
    renewal.deem_renewed(today=today)


@app.periodic(cron=daily("00:25"), periodic_id="follow_undertakings")
@app.task(queue="clock")
def follow_undertakings(timestamp: int) -> None:
    """Give due days that had no calendar, and note what did not come in time."""
    undertakings.expire_due(today=timezone.localdate())


@app.periodic(cron=daily("00:30"), periodic_id="fill_missing_limits")
@app.task(queue="clock")
def fill_missing_limits(timestamp: int) -> None:
    """Give cases, open stages and questions their due dates once the calendar of the year has been loaded."""
    clocks.fill_missing()
    clocks.fill_stages()
    opinions.fill_missing()


@app.periodic(cron=daily("00:35"), periodic_id="close_consultations")
@app.task(queue="clock")
def close_consultations(timestamp: int) -> None:
    """Close what is asked about cases that ended some time ago, and fill in last days that had no calendar."""
    consultation.close_due(SYSTEM, today=timezone.localdate())


@app.periodic(cron=daily("00:40"), periodic_id="escalate_reviews")
@app.task(queue="clock")
def escalate_reviews(timestamp: int) -> None:
    """Tell superiors of reviews that will be late unless somebody moves, of hearings that were asked for and have no
    day, and of questions nobody answered in time."""
    escalation.escalate_due(today=timezone.localdate())
    hearings.escalate_due(today=timezone.localdate())
    opinions.escalate_late(today=timezone.localdate())


@app.task(retry=_RETRY, queue="clock")
def resolve_drafts_again(certificate_id: str) -> None:
    """Have drafts that relied on a certificate look for what else stands for it; safe to run twice."""
    rereading.resolve_all(SYSTEM, certificate_id=UUID(certificate_id))


@app.periodic(cron=daily("01:50"), periodic_id="seal_closed_cases")
@app.task(queue="clock")
def seal_closed_cases(timestamp: int) -> None:
    """Have every case sealed that was closed ``ARCHIVE_AFTER_DAYS`` ago; what failed is tried again."""
    before, last = timezone.now() - dt.timedelta(days=settings.ARCHIVE_AFTER_DAYS), None
    while batch := archive_queries.to_seal(closed_before=before, after=last):
        last = batch[-1]
        for pk in batch:
            ask_once(seal_case, f"seal:{pk}", case_id=str(pk))


@app.task(retry=_RETRY, queue="archive")
def seal_case(case_id: str) -> None:
    """Seal a closed case; safe to run twice. Why one cannot be sealed is kept with it, and tried again at night."""
    try:
        archive.seal(SYSTEM, case_id=UUID(case_id))
    except DomainError as error:
        archive.note_problem(SYSTEM, case_id=UUID(case_id), problem=error.text)


@app.task(retry=_RETRY, queue="archive")
def destroy_archive(list_id: str) -> None:
    """Do what is left of an approved list; safe to run twice."""
    destroying.run(SYSTEM, list_id=UUID(list_id))


@app.periodic(cron="*/10 * * * *", periodic_id="destroy_what_was_left")
@app.task(queue="archive")
def destroy_what_was_left(timestamp: int) -> None:
    """Ask again for approved lists whose worker died."""
    for pk in archive_queries.destructions_left(before=timezone.now() - PATIENCE):
        ask_once(destroy_archive, f"destroy:{pk}", list_id=str(pk))


@app.periodic(cron=daily("00:12"), periodic_id="end_counter_days")
@app.task(queue="clock")
def end_counter_days(timestamp: int) -> None:
    """End what the halls' days left open, and erase what tickets and old appointments say of people."""
    ending_actions.end_past_days(SYSTEM, today=timezone.localdate())
    ending_actions.erase_due(SYSTEM, today=timezone.localdate())


@app.task(retry=_RETRY, queue="payments")
def cancel_payment_order(number: str) -> None:
    """Tell the platform that an order is given up; safe to run twice."""
    platform = gateway.chosen()
    if platform is not None:
        platform.cancel(order=number)


@app.task(retry=_RETRY, queue="payments")
def send_refund(refund_id: str) -> None:
    """Have the platform pay an approved refund back; safe to run twice."""
    refund_actions.send_refund(SYSTEM, refund_id=UUID(refund_id))


@app.task(retry=_RETRY, queue="payments")
def ask_for_payment(order_id: str) -> None:
    """Ask the platform about an open order whose answer may have been lost; safe to run twice."""
    payment_actions.check_order(SYSTEM, order=PaymentOrder.objects.get(pk=order_id))


@app.periodic(cron="*/10 * * * *", periodic_id="settle_what_was_left")
@app.task(queue="payments")
def settle_what_was_left(timestamp: int) -> None:
    """Ask again for orders that are still open and refunds that are not done."""
    if gateway.chosen() is None:
        return
    before = timezone.now() - PATIENCE
    for pk in fee_queries.orders_to_ask_for(before=before):
        ask_once(ask_for_payment, f"payment:{pk}", order_id=str(pk))
    for pk in fee_queries.refunds_to_send(before=before):
        ask_once(send_refund, f"refund:{pk}", refund_id=str(pk))


@app.periodic(cron=daily("09:30"), periodic_id="remind_of_fees")
@app.task(queue="clock")
def remind_of_fees(timestamp: int) -> None:
    """Remind who has not paid."""
    reminders.remind(today=timezone.localdate())


@app.periodic(cron=daily("06:00"), periodic_id="reconcile_payments")
@app.task(retry=_RETRY, queue="payments")
def reconcile_payments(timestamp: int) -> None:
    """Compare yesterday with the platform's statement, and forget nonces that are too old to be taken anyway."""
    payment_actions.forget_nonces(SYSTEM)
    if gateway.chosen() is not None:
        reconciliation.reconcile(timezone.localdate() - dt.timedelta(days=1))


@app.periodic(cron=daily("09:05"), periodic_id="remind_of_cases")
@app.task(queue="clock")
def remind_of_cases(timestamp: int) -> None:
    """Remind of drafts left lying, corrections not handed in and materials promised for later, in the morning."""
    reminding.remind_of_drafts(now=timezone.now())
    reminding.remind_of_corrections(now=timezone.now())
    deferred.remind_of_deferred(today=timezone.localdate())


@app.periodic(cron=daily("09:10"), periodic_id="follow_notices")
@app.task(queue="clock")
def follow_notices(timestamp: int) -> None:
    """Remind of notices nobody opened, have them delivered otherwise, and count public notices as delivered."""
    serving.remind_or_ask(today=timezone.localdate())
    serving.deem_delivered(today=timezone.localdate())


@app.task(retry=_RETRY, queue="lists")
def run_bulk_job(job_id: str) -> None:
    """Do what is left of a job over many cases; safe to run twice."""
    bulk_actions.run(SYSTEM, job_id=UUID(job_id))


@app.periodic(cron="*/10 * * * *", periodic_id="run_abandoned_bulk_jobs")
@app.task(queue="lists")
def run_abandoned_bulk_jobs(timestamp: int) -> None:
    """Ask again for jobs over many cases whose worker died."""
    for pk in leftovers.abandoned():
        ask_once(run_bulk_job, f"bulk-job:{pk}", job_id=str(pk))


@app.periodic(cron=daily("03:40"), periodic_id="sweep_bulk_jobs")
@app.task(queue="lists")
def sweep_bulk_jobs(timestamp: int) -> None:
    """Remove jobs that nobody began, and files of lists after a week."""
    leftovers.sweep()


@app.task(retry=_RETRY, queue="parcels")
def order_parcel(parcel_id: str) -> None:
    """Tell the courier of a parcel; safe to run twice."""
    parcel_actions.order_parcel(SYSTEM, parcel_id=UUID(parcel_id))


@app.task(retry=_RETRY, queue="parcels")
def ask_for_parcel(parcel_id: str) -> None:
    """Ask the courier where a parcel is; safe to run twice."""
    parcel_actions.ask_for_parcel(SYSTEM, parcel_id=UUID(parcel_id))


@app.periodic(cron="*/10 * * * *", periodic_id="follow_parcels")
@app.task(queue="parcels")
def follow_parcels(timestamp: int) -> None:
    """Order again what the courier was away for, and ask about parcels whose news may have been lost."""
    if courier.chosen() is None:
        return
    for pk in delivery_queries.to_order():
        ask_once(order_parcel, f"order-parcel:{pk}", parcel_id=str(pk))
    for pk in delivery_queries.to_ask_for(before=timezone.now() - _ASK_AGAIN):
        ask_once(ask_for_parcel, f"parcel:{pk}", parcel_id=str(pk))


@app.periodic(cron=daily("02:20"), periodic_id="forget_addresses")
@app.task(queue="clock")
def forget_addresses(timestamp: int) -> None:
    """Erase the addresses of parcels that arrived or came back long ago."""
    parcel_actions.forget_addresses(SYSTEM)


@app.periodic(cron="* * * * *", periodic_id="end_terminal_visits")
@app.task(queue="clock")
def end_terminal_visits(timestamp: int) -> None:
    """End visits to terminals that somebody left without a word, with their sessions."""
    visit_actions.end_left_behind(SYSTEM)


@app.periodic(cron=daily("02:25"), periodic_id="forget_terminal_visits")
@app.task(queue="clock")
def forget_terminal_visits(timestamp: int) -> None:
    """Delete what terminals remember of visits long over."""
    visit_actions.forget_visits(SYSTEM)
