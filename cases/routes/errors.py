"""Refusals on the way through a review route."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class NotReturnable(Conflict):
    """The stage is not one this review rests on, or is not concluded."""

    code = "route.not_returnable"
    message = _("只能退回给本环节之前、已经办完的环节。")
    what_to_do = _("请刷新页面，从列出的环节里选。")


class ReturnedBefore(Conflict):
    """A stage is sent back once."""

    code = "route.returned_before"
    message = _("“%(name)s”已经退回过一次，不能再退回。")
    what_to_do = _("还有问题的，请在留言里和对方说清楚，或者写明不同意的理由。")


class PartsOpen(Conflict):
    """The lead of a joint review concludes after all who take part."""

    code = "route.parts_open"
    message = _("联合审查还有 %(count)s 个部门没有提意见：%(names)s。")
    what_to_do = _("各部门都提了意见，牵头部门再下结论。")


class PartsDiffer(Invalid):
    """A lead that agrees although somebody objected says why."""

    code = "route.parts_differ"
    message = _("%(names)s不同意；牵头部门同意的，请写明为什么不采纳。")


class AssignedElsewhere(Conflict):
    """The review is somebody else's."""

    code = "route.assigned_elsewhere"
    message = _("这个环节已经分派给%(name)s。")
    what_to_do = _("他不在的，请负责人改派，或者由他的代办人办理。")


class NotAssigned(Conflict):
    """The stage waits until somebody was named."""

    code = "route.not_assigned"
    message = _("这个环节要先由负责人指定办理人。")
    what_to_do = _("请部门负责人在办件里指定。")


class AssigneeUnfit(Invalid):
    """Whoever is named holds the post now, may review, and has not stepped back."""

    code = "route.assignee_unfit"
    message = _("请从这个岗位现在在岗、没有回避的人里选。")


class Recused(Forbidden):
    """Whoever declared a conflict of interest takes no further part."""

    code = "route.recused"
    message = _("您已经申请回避，不能再参与这个办件的审查和决定。")


class VisitMissing(Conflict):
    """A site visit is concluded on its record."""

    code = "route.visit_missing"
    message = _("还没有现场核查记录。")
    what_to_do = _("请先填写现场核查记录，再提交意见。")


class VisitDayWrong(Invalid):
    """A visit is recorded when it has taken place, after the case was accepted."""

    code = "route.visit_day_wrong"
    message = _("核查日期应当在受理以后，不能晚于今天。")


class ChecksIncomplete(Invalid):
    """Every line of the stage's checklist has its result."""

    code = "route.checks_incomplete"
    message = _("请逐项选择核查结果。")


class TextMissing(Invalid):
    """A remark says something."""

    code = "route.text_missing"
    message = _("请写内容（最多 1000 个字）。")


class TooManyPhotos(Invalid):
    """So many photos no visit takes."""

    code = "route.too_many_photos"
    message = _("一次最多上传 %(limit)s 张照片。")


class EntryNotFound(NotFound):
    """No such record on this case."""

    code = "route.entry_not_found"
    message = _("没有找到这份记录。")
