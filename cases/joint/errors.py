"""Refusals of joint cases."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class JointNotFound(NotFound):
    """No such joint case, or this actor may not know of it."""

    code = "joint.not_found"
    message = _("没有找到这个联办件。")
    what_to_do = _("请在“我的办件”里查找，或者核对联办编号。")


class JointSubmitted(Conflict):
    """It has been handed in: nothing of it is written any more."""

    code = "joint.submitted"
    message = _("这个联办件已经提交，不能再修改。")
    what_to_do = _("请看办理进度；需要改的，可以撤回其中一项重新申请。")


class JointStale(Conflict):
    """It was changed after this page was opened."""

    code = "joint.stale_form"
    message = _("打开页面以后，联办件已被更新，您这次的操作没有执行。")
    what_to_do = _("请刷新页面，看过最新内容后再操作。")


class JointUnanswered(Invalid):
    """A question of the bundle is open."""

    code = "joint.unanswered"
    message = _("还有问题没有选择，不知道要办哪几项。")


class JointEmpty(Conflict):
    """With these answers nothing can be applied for online."""

    code = "joint.empty"
    message = _("按您的情况，没有可以在线一起申请的事项。")
    what_to_do = _("请按各事项的办事指南到窗口办理。")


class JointIncomplete(Invalid):
    """Something is missing. ``fields`` has the message by place (``<member>:<path>``)."""

    code = "joint.incomplete"
    message = _("还有 %(count)s 处没有完成：%(names)s。")
    what_to_do = _("请按页面上的提示补齐后再提交。")


class PartOfJoint(Conflict):
    """The case goes its way with the others of its joint case."""

    code = "joint.part_of_joint"
    message = _("这一项是和别的事项一起申请的，不能单独操作。")
    what_to_do = _("请打开它所在的联办件办理。")


class PartNotOpen(Conflict):
    """The item cannot be taken out any more, or goes its way as a case."""

    code = "joint.part_not_open"
    message = _("这一项现在是“%(state)s”，不能从联办件里撤回。")
    what_to_do = _("已经提交的，请打开这一项的办件撤回。")


class KeyOfAnother(Conflict):
    """The request key was used for another joint case before."""

    code = "joint.key_of_another"
    message = _("这个请求标识已经用在另一个联办件上，这次的操作没有执行。")
    what_to_do = _("请换一个请求标识再试。")
