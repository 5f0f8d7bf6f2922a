"""Is a paper sheet what it should be: there, of this hall and item, and taken in when it can have been?"""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assisting import errors, rules
from cases.assisting.models import PaperSheet
from cases.counter.models import CounterWindow
from common.workdays import for_region
from services.models import ServiceItem


def checked(
    window: CounterWindow, item: ServiceItem, number: str, received_at: dt.datetime | None, reason: str
) -> PaperSheet:
    """Lock a sheet that may be entered now. Raises :class:`AssistanceInvalid` at the field that is wrong."""
    rows = PaperSheet.objects.select_for_update(no_key=True, of=("self",))
    sheet = rows.filter(number=number.strip().upper()[:30], window__hall_id=window.hall_id).first()
    if sheet is None:
        raise errors.AssistanceInvalid(fields={"sheet": errors.SheetNotFound.message})
    if sheet.item_id != item.pk:
        raise errors.AssistanceInvalid(fields={"sheet": _("这张表是另一个事项的。")})
    if not 4 <= len(reason.strip()) <= 200 or not reason.strip().isprintable():
        raise errors.AssistanceInvalid(fields={"sheet_reason": _("请写明为什么当时没有录入，4 到 200 个字。")})
    _check_time(window, sheet, received_at)
    return sheet


def _check_time(window: CounterWindow, sheet: PaperSheet, received_at: dt.datetime | None) -> None:
    if received_at is None:
        raise errors.AssistanceInvalid(fields={"received_at": _("请填实际收件的日期和时间。")})
    now = timezone.now()
    problem = rules.problem_with_time(received_at, printed_at=sheet.created_at, now=now)
    if problem:
        printed = f"{timezone.localtime(sheet.created_at):%Y-%m-%d %H:%M}"
        said = _("收件时间不能晚于现在。") if problem == "future" else _("这张表 %(printed)s 才印出来，收件不会更早。")
        raise errors.AssistanceInvalid(fields={"received_at": said % {"printed": printed} if "%" in said else said})
    day = timezone.localtime(received_at).date()
    age = for_region(window.hall.region.code).count(day, timezone.localdate())
    most = settings.COUNTER_LATE_SHEET_DAYS
    if age > most and sheet.late_allowed_at is None:
        message = _("收件已经过了 %(days)s 个工作日，要主管先批准补录。") % {"days": most}
        raise errors.AssistanceInvalid(fields={"received_at": message})
