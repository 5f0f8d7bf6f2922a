"""Background work of the identity room."""

from uuid import UUID

from allauth.idp.oidc.models import Token
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from common.jobs import PATIENCE, ask_once, daily, for_each
from identity.actor import SYSTEM
from identity.mandates import actions, reminders
from identity.messaging import announcing, sending
from identity.persons import search_actions
from identity.privacy import closing_actions, export_actions
from identity.privacy.queries import exports_waiting
from identity.sso import keys, logout, queries
from identity.staff.actions import holdings
from identity.staff.actions.imports import run_import
from identity.staff.queries import holdings_due


@app.periodic(cron=daily("00:05"), periodic_id="expire_mandates")
@app.task(queue="clock")
def expire_mandates(timestamp: int) -> None:
    """Write down which mandates ended with yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass


@app.task(retry=RetryStrategy(max_attempts=8, exponential_wait=3), queue="logout")
def tell_of_logout(session_id: str) -> None:
    """Tell an app that a sign-in ended; tried for about an hour and a half."""
    logout.deliver(session_id=UUID(session_id))


@app.periodic(cron="35 * * * *", periodic_id="tell_of_forgotten_logouts")
@app.task(queue="clock")
def tell_of_forgotten_logouts(timestamp: int) -> None:
    """Ask again for logouts whose job was lost."""
    for pk in queries.untold(before=timezone.now() - PATIENCE):
        ask_once(tell_of_logout, f"logout:{pk}", session_id=str(pk))


@app.periodic(cron=daily("00:15"), periodic_id="rotate_sso_keys")
@app.task(queue="clock")
def rotate_sso_keys(timestamp: int) -> None:
    """Bring the signing keys in order, and forget tokens that no longer count."""
    keys.rotate(SYSTEM)
    Token.objects.expired().delete()


@app.periodic(cron=daily("02:20"), periodic_id="find_duplicates")
@app.task(queue="clock")
def find_duplicates(timestamp: int) -> None:
    """Report persons who may be registered twice."""
    after = search_actions.index_people(SYSTEM)
    while after is not None:
        after = search_actions.index_people(SYSTEM, after=after)
    search_actions.report_duplicates(SYSTEM)


@app.task(retry=RetryStrategy(max_attempts=8, exponential_wait=3), queue="documents", pass_context=False)
def produce_export(export_id: str) -> None:
    """Make a copy of somebody's data; safe to run twice."""
    export_actions.produce_file(export_id=UUID(export_id))


@app.periodic(cron="*/10 * * * *", periodic_id="make_missing_exports")
@app.task(queue="documents")
def make_missing_exports(timestamp: int) -> None:
    """Ask again for copies whose job was lost with its worker or gave up."""
    for pk in exports_waiting(before=timezone.now() - PATIENCE):
        ask_once(produce_export, f"export:{pk}", export_id=str(pk))


@app.periodic(cron=daily("00:25"), periodic_id="erase_personal_data")
@app.task(queue="clock")
def erase_personal_data(timestamp: int) -> None:
    """Erase copies that are a week old, and what no law keeps of accounts closed fifteen days ago."""
    export_actions.expire_due(now=timezone.now())
    closing_actions.expire_due(now=timezone.now())


@app.periodic(cron=daily("09:00"), periodic_id="remind_of_mandates")
@app.task(queue="clock")
def remind_of_mandates(timestamp: int) -> None:
    """Send what is due about mandates, at nine in the morning, when phones may ring."""
    reminders.remind_of_end(today=timezone.localdate())
    reminders.remind_of_offers(today=timezone.localdate())


@app.periodic(cron=daily("00:02"), periodic_id="end_posts")
@app.task(queue="clock")
def end_posts(timestamp: int) -> None:
    """End posts and substitutions whose last day was yesterday."""
    for_each(holdings_due(), lambda pk: holdings.end_due(SYSTEM, holding_id=pk))


@app.task(queue="documents")
def apply_staff_import(import_id: str) -> None:
    """Apply a spreadsheet of staff; safe to run twice."""
    run_import(SYSTEM, import_id=UUID(import_id))


@app.task(queue="messages")
def send_message(message_id: str) -> None:
    """Hand one message over; what fails is tried again by :func:`send_due_messages`."""
    sending.deliver(message_id=UUID(message_id))


@app.periodic(cron="* * * * *", periodic_id="send_due_messages")
@app.task(queue="messages", queueing_lock="send-due-messages")
def send_due_messages(timestamp: int) -> None:
    """Send what failed before, what waited for the morning, and what lost its job."""
    sending.deliver_due()


@app.task(retry=RetryStrategy(max_attempts=8, exponential_wait=3), queue="messages")
def spread_announcement(announcement_id: str) -> None:
    """Put an announcement into everybody's inbox; safe to run twice."""
    announcing.spread(announcement_id=UUID(announcement_id))


@app.periodic(cron="*/10 * * * *", periodic_id="spread_what_was_left")
@app.task(queue="messages")
def spread_what_was_left(timestamp: int) -> None:
    """Ask again for announcements whose job was lost with its worker or gave up."""
    for pk in announcing.unspread(before=timezone.now() - PATIENCE):
        ask_once(spread_announcement, f"spread:{pk}", announcement_id=str(pk))


@app.periodic(cron=daily("03:10"), periodic_id="forget_messages")
@app.task(queue="clock")
def forget_messages(timestamp: int) -> None:
    """Delete what left the site more than a day ago."""
    sending.forget_old()
