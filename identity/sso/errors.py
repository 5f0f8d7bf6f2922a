"""Refusals of single sign-on."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class RequestInvalid(DomainError):
    """An app's request cannot be answered and, as its address is not certain, not sent back either."""

    code = "sso.request_invalid"
    http_status = 400
    message = _("这个应用发来的登录请求不正确，没有继续。")
    what_to_do = _("请回到刚才的应用重新点登录；还是不行，请联系这个应用的主管部门。")


class ClientClosed(Forbidden):
    """The app is not registered or was switched off."""

    code = "sso.client_closed"
    message = _("这个应用没有登记，或者已经停用，不能用一站通账号登录。")
    what_to_do = _("请联系这个应用的主管部门。")


class LevelTooLow(Forbidden):
    """The person's real-name level is below what the app, or something it asks for, needs."""

    code = "sso.level_too_low"
    message = _("登录“%(app)s”需要实名等级%(needed)s，您现在是%(level)s。")
    what_to_do = _("请先在“我的账号”里提升实名等级，再回到这个应用登录。")


class StaffNotAllowed(Forbidden):
    """A staff account came to an app for citizens."""

    code = "sso.staff_not_allowed"
    message = _("“%(app)s”面向办事群众，工作人员账号不能登录。")
    what_to_do = _("要以个人身份办事，请退出后用本人的手机号登录。")


class ConsentNotFound(NotFound):
    """There is no such agreement of this person, or it ended before."""

    code = "sso.consent_not_found"
    message = _("没有找到这项授权，可能已经收回。")
    what_to_do = _("请刷新“授权的应用”查看。")


class ClientInvalid(Invalid):
    """Something in an app's registration is wrong; ``fields`` says what."""

    code = "sso.client_invalid"


class ClientNotFound(NotFound):
    """There is no such app in the departments this post looks after."""

    code = "sso.client_not_found"
    message = _("没有找到这个应用。")
    what_to_do = _("请回到“接入应用”查看。")


class ClientMoved(Conflict):
    """The app is in that state already."""

    code = "sso.client_moved"
    message = _("这个应用的状态已经变了。")
    what_to_do = _("请刷新页面看最新情况。")


class LogoutUndelivered(Exception):
    """An app could not be told of a logout this time; the job tries again."""
