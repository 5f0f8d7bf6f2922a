"""A result on its way by post in the demonstration city: sent by the counter, followed for some days."""

import datetime as dt

from django.utils import timezone

from cases.delivery import parcel_actions
from cases.delivery.courier import News
from cases.delivery.models import Delivery
from cases.models import Case
from identity.actor import SYSTEM
from portal.demo import staff, timeline
from portal.demo.reading import Row


def send(case: Case, row: Row) -> None:
    """Post the result of a closed case by hand, and write down what became of it since, a step every few hours."""
    with timeline.on(timeline.days_ago(row["ago"]), order=40):
        delivery = Delivery.objects.get(case=case)
        parcel = parcel_actions.send_parcel(staff.counter_clerk(), delivery_id=delivery.pk, waybill=row["waybill"])
    for number, (step, place) in enumerate(row["news"], start=1):
        at = parcel.created_at + dt.timedelta(hours=3 * number)
        if at < timezone.now():
            parcel_actions.take_news(SYSTEM, news=News(parcel.number, step, at, place))
