"""Refusals of the counter."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class CounterNotFound(NotFound):
    """No counter at this address, or the address was renewed."""

    code = "counter.not_found"
    message = _("没有找到这个大厅的页面，地址可能已经换过。")
    what_to_do = _("请向大厅管理人员要新的地址。")


class WindowNotFound(NotFound):
    """No such window, or one where this post does not sit."""

    code = "counter.window_not_found"
    message = _("没有找到这个窗口。")
    what_to_do = _("请回到叫号台，选择本岗位的窗口。")


class TicketNotFound(NotFound):
    """No such ticket in this hall today."""

    code = "counter.ticket_not_found"
    message = _("没有找到这个号。")
    what_to_do = _("请核对号码；昨天的号不能用。")


class PlanNotFound(NotFound):
    """No such plan in this hall."""

    code = "counter.plan_not_found"
    message = _("没有找到这个预约安排。")


class AppointmentNotFound(NotFound):
    """No such appointment, or somebody else's."""

    code = "counter.appointment_not_found"
    message = _("没有找到这个预约。")
    what_to_do = _("请在“我的预约”里查看。")


class HallNotGiving(Conflict):
    """The hall gives no tickets now."""

    code = "counter.not_giving"
    message = _("大厅现在不取号：%(why)s。")
    what_to_do = _("请在开放时间来；急事请问大厅的工作人员。")


class CodeUnknown(Invalid):
    """No open appointment with this code here today."""

    code = "counter.code_unknown"
    message = _("没有找到今天在这个大厅的这个预约码。")
    what_to_do = _("请核对 8 位预约码和日期；也可以用手机号或者身份证号取号。")


class TicketInvalid(Invalid):
    """Something asked for is wrong; ``fields`` says what."""

    code = "counter.ticket_invalid"


class TooManyTries(Conflict):
    """Codes are being guessed at this kiosk."""

    code = "counter.too_many_tries"
    http_status = 429
    message = _("试的次数太多了。")
    what_to_do = _("请等一分钟再试，或者请工作人员帮您取号。")


class WindowBusy(Conflict):
    """The window has a ticket already."""

    code = "counter.window_busy"
    message = _("窗口还有号没有办完：%(ticket)s。")
    what_to_do = _("请先办完、过号或者转走，再叫下一个。")


class WindowTaken(Conflict):
    """Somebody else sits at this window."""

    code = "counter.window_taken"
    message = _("这个窗口现在有别人在。")
    what_to_do = _("请等他离开，或者选别的窗口。")


class NotSeated(Conflict):
    """Whoever calls must sit at the window first."""

    code = "counter.not_seated"
    message = _("您还没有坐到这个窗口。")
    what_to_do = _("请先点“到这个窗口上岗”。")


class TicketMoved(Conflict):
    """The ticket is no longer where this page saw it."""

    code = "counter.ticket_moved"
    message = _("%(ticket)s 号现在是“%(state)s”，不能这样处理。")
    what_to_do = _("请看最新的叫号情况。")


class TicketOfYesterday(Conflict):
    """The ticket was called before midnight: it is served to its end where it is."""

    code = "counter.ticket_of_yesterday"
    message = _("%(ticket)s 是昨天的号，不能转到别的窗口。")
    what_to_do = _("请在本窗口办完；要去别的窗口的，请取今天的号。")


class TransferImpossible(Invalid):
    """The target window is none, or the same one."""

    code = "counter.transfer_impossible"
    message = _("请选这个大厅里另一个在用的窗口。")


class ReasonNeeded(Invalid):
    """Showing whole personal data, or closing a hall, takes a reason."""

    code = "counter.reason_needed"
    message = _("请写明原因（2 到 100 个字）。")


class SlotGone(Conflict):
    """The slot is over, not offered any more, or full."""

    code = "counter.slot_gone"
    message = _("这个时段已经约满或者不再开放，没有预约成功。")
    what_to_do = _("请另选一个时段。")


class AppointmentExists(Conflict):
    """One open appointment for each person, item and day."""

    code = "counter.appointment_exists"
    message = _("这一天您已经预约过这个事项了。")
    what_to_do = _("要换时间，请在“我的预约”里改。")


class BookingBlocked(Forbidden):
    """Too many appointments were not kept. The counter still serves."""

    code = "counter.booking_blocked"
    message = _("90 天内有 %(count)s 次预约了没有来，%(day)s 之前不能在这个大厅网上预约。")
    what_to_do = _("可以直接到大厅取号，窗口照常为您办理。")


class AppointmentOver(Conflict):
    """The appointment is not open any more."""

    code = "counter.appointment_over"
    message = _("这个预约现在是“%(state)s”，不能再改。")
    what_to_do = _("需要的话，请重新预约。")


class CounterInvalid(Invalid):
    """Something said about a counter, window or plan is wrong; ``fields`` says what."""

    code = "counter.invalid"


class CounterChanged(Conflict):
    """Somebody else saved it meanwhile."""

    code = "counter.changed"
    message = _("别人刚刚改过，您的修改没有保存。")
    what_to_do = _("请看过最新内容后再改。")


class NoWindowServes(Conflict):
    """The hall has the item and no window of it is set up to serve it: a ticket would wait for nobody."""

    code = "counter.no_window_serves"
    message = _("这个大厅现在没有窗口办“%(name)s”，没有取号。%(places)s")
    what_to_do = _("也可以问大厅的工作人员。")
