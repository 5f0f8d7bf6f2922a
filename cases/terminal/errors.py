"""Refusals about self-service terminals."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class TerminalNotFound(NotFound):
    """No machine at this address, or it was taken out of use or given a new one."""

    code = "terminal.not_found"
    message = _("这台自助终端没有登记，或者地址已经换过。")
    what_to_do = _("请大厅管理人员打开新的地址。")


class TerminalInvalid(Invalid):
    """Something said about a machine is wrong; ``fields`` says what."""

    code = "terminal.invalid"


class TerminalChanged(Conflict):
    """Somebody else saved it meanwhile."""

    code = "terminal.changed"
    message = _("别人刚刚改过，您的修改没有保存。")
    what_to_do = _("请看过最新内容后再改。")


class TooManyCards(Conflict):
    """Numbers are being tried at this machine."""

    code = "terminal.too_many"
    http_status = 429
    message = _("试的次数太多了。")
    what_to_do = _("请等一分钟再试，或者请工作人员帮您。")


class VisitOver(Conflict):
    """The visit ended, or was never let in."""

    code = "terminal.over"
    message = _("这次使用已经结束。")
    what_to_do = _("请重新放身份证。")


class ReleaseNotWaiting(Conflict):
    """Nobody waits at the machine under this number any more."""

    code = "terminal.not_waiting"
    message = _("这个放行请求已经处理过，或者超过了五分钟。")
    what_to_do = _("请来人在终端上重新放身份证。")


class ReleaseElsewhere(Forbidden):
    """The clerk has no window in the hall where the machine stands."""

    code = "terminal.elsewhere"
    message = _("只能放行本岗位所在大厅的终端。")


class NotReleasable(Conflict):
    """Nobody with an account is known by this card."""

    code = "terminal.no_account"
    message = _("这张证还没有账号，不能在终端上办。")
    what_to_do = _("请带来人到窗口登记。")
