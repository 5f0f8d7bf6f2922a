"""Refusals of the lists and of work on many cases."""

import datetime as dt
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class ViewNameMissing(Invalid):
    """A view has a short name."""

    code = "list.view_name_missing"
    message = _("请给这个视图起个名字（1 到 30 个字）。")


class ViewNameTaken(Invalid):
    """Two views of one list of views would read the same."""

    code = "list.view_name_taken"
    message = _("已经有叫这个名字的视图，请换一个名字。")


class TooManyViews(Conflict):
    """A row of views is read at a glance."""

    code = "list.too_many_views"
    message = _("最多保存 %(most)s 个视图。")
    what_to_do = _("请先删掉不用的视图。")


class ViewNotFound(NotFound):
    """No such view, or somebody else's."""

    code = "list.view_not_found"
    message = _("没有找到这个视图。")


class MayNotShare(Forbidden):
    """Only who manages the staff of the department makes views for a whole post."""

    code = "list.may_not_share"
    message = _("给全岗位用的视图由本部门管理人员的人维护。")


class NothingChosen(Invalid):
    """No case was chosen, or none of those that were may be seen."""

    code = "list.nothing_chosen"
    message = _("请先勾选办件，或者选择“符合条件的全部”。")


class JobNotFound(NotFound):
    """No such job, or somebody else's."""

    code = "list.job_not_found"
    message = _("没有找到这次批量办理。")


class JobMoved(Conflict):
    """The job was begun or stopped before."""

    code = "list.job_moved"
    message = _("这次批量办理已经开始过或者停下了。")
    what_to_do = _("请看现在的进度；要再办，请回到清单重新勾选。")


class PostChanged(Conflict):
    """A job belongs to the post in which it was prepared."""

    code = "list.post_changed"
    message = _("这次批量办理是在另一个岗位准备的。")
    what_to_do = _("请换回那个岗位，或者回到清单重新勾选。")


class MessageUnfit(Conflict):
    """The message says something that is not so for this case."""

    code = "list.message_unfit"
    message = _("办件现在是“%(state)s”，不适合发这条通知。")


class NobodyToReach(Conflict):
    """There is no number to send it to."""

    code = "list.nobody_to_reach"
    message = _("申请人没有留手机号，请用别的办法联系。")


class NotifiedLately(Conflict):
    """Nobody gets the same message twice in a day."""

    PAUSE: ClassVar = dt.timedelta(hours=24)
    code = "list.notified_lately"
    message = _("24 小时内已经发过同样的通知。")


class MayNotRun(Forbidden):
    """The post does no such thing, or there is no such thing."""

    code = "list.may_not_run"
    message = _("这个岗位不能这样批量办理。")


class AssigneeMissing(Invalid):
    """Work is given to somebody who has such work, or by load."""

    code = "list.assignee_missing"
    message = _("请选指定给谁，或者按工作量分派。")


class NothingToAssign(Conflict):
    """The case has no open review that this person could take, or they have it."""

    code = "list.nothing_to_assign"
    message = _("这个办件没有可以这样指定的环节。")


class AssignedSince(Conflict):
    """Somebody concluded or assigned it since: that stays."""

    code = "list.assigned_since"
    message = _("指定以后已经办完或者又改过办理人，没有动。")


class NotUndoable(Conflict):
    """Only an assignment of many cases can be taken back, once."""

    code = "list.not_undoable"
    message = _("这次批量办理不能撤销，或者已经撤销过。")
    what_to_do = _("请看现在的进度。")
