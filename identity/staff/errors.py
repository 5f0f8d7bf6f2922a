"""Refusals about staff, posts and places."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class StaffNotFound(NotFound):
    """No such member of staff, or one outside the departments this post manages."""

    code = "staff.not_found"
    message = _("没有找到这个人员。")
    what_to_do = _("请回到人员名单查找；不在您管理的部门的人员，请联系其部门管理员。")


class PlaceNotFound(NotFound):
    """No such region, department or post, or one outside what this post manages."""

    code = "staff.place_not_found"
    message = _("没有找到这个部门、岗位或者地区。")


class StaffInvalid(Invalid):
    """Something in a form about staff or places is wrong; ``fields`` says what."""

    code = "staff.invalid"


class NumberTaken(Invalid):
    """Somebody signs in with this staff number already."""

    code = "staff.number_taken"
    message = _("这个工号已经有人使用，请核对。")


class OwnAccount(Forbidden):
    """An administrator acts on their own account."""

    code = "staff.own_account"
    message = _("不能更改自己的账号和岗位。")
    what_to_do = _("请由另一位管理员办理。")


class BeyondOwnRights(Forbidden):
    """Somebody would give more than they hold."""

    code = "staff.beyond_own_rights"
    message = _("这个岗位服务的部门超出您管理的范围，您不能这样安排。")
    what_to_do = _("请由管理全部这些部门的管理员办理。")


class LastAdministrator(Conflict):
    """Nobody would be left to administer a department."""

    code = "staff.last_administrator"
    message = _("这是“%(department)s”最后一位管理员，不能撤下。")
    what_to_do = _("请先给另一个人管理员岗位，再来办理。")


class AlreadyHeld(Conflict):
    """The account holds this post in this role already."""

    code = "staff.already_held"
    message = _("这个人已经在这个岗位上。")
    what_to_do = _("请刷新页面看最新的岗位。")


class HoldingEnded(Conflict):
    """The holding is over, has not begun, or belongs to somebody else."""

    code = "staff.holding_ended"
    message = _("这项任职已经结束、还没开始，或者不属于您，这一步没有办。")
    what_to_do = _("请在“我的岗位”选择一个现在有效的岗位。")


class AccountDisabled(Conflict):
    """The account is closed."""

    code = "staff.account_disabled"
    message = _("这个账号已经停用。")
    what_to_do = _("要用，请先启用账号。")


class EnrolmentWrong(Invalid):
    """Number and code do not fit, or the code is used, replaced or too old. It is not told which."""

    code = "staff.enrolment_wrong"
    message = _("工号和启用码不对，或者启用码已经用过、过期。请核对；不行的话请管理员另发一个。")


class TooManyEnrolments(DomainError):
    """Codes are tried faster than a person would."""

    code = "staff.too_many_enrolments"
    http_status = 429
    message = _("操作太频繁了。")
    what_to_do = _("请过一会儿再试。")


class PlaceInUse(Conflict):
    """A region, department or post in which something is still going on."""

    code = "staff.place_in_use"
    message = _("这里还有%(what)s，不能停用。")
    what_to_do = _("请先处理完，再来停用。")


class FileUnreadable(Invalid):
    """The upload is no spreadsheet this site can read; ``why`` says what is wrong."""

    code = "staff.file_unreadable"
    message = _("这个文件读不了：%(why)s")


class ImportMoved(Conflict):
    """The import was applied, or is being applied."""

    code = "staff.import_moved"
    message = _("这份表格已经导入过，或者正在导入。")
    what_to_do = _("请刷新页面看进度。")


class ImportHasProblems(Conflict):
    """There are wrong rows: nothing is applied until the sheet is right."""

    code = "staff.import_has_problems"
    message = _("表格里有 %(count)s 处要改，什么都没有导入。")
    what_to_do = _("请按报告改好，重新上传。")
