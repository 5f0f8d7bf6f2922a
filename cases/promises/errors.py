"""Refusals about promises, what comes later, and breaches."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class UndertakingNotFound(NotFound):
    """No such undertaking, or this actor may not know of it."""

    code = "undertaking.not_found"
    message = _("没有找到这项承诺。")
    what_to_do = _("请从“承诺核查”的列表打开。")


class UndertakingNotOpen(Conflict):
    """It was checked, supplied or missed already, or its time has not come."""

    code = "undertaking.not_open"
    message = _("这项承诺现在是“%(state)s”，不能这样处理。")
    what_to_do = _("请刷新页面，看现在的状态。")


class ResultNoteMissing(Invalid):
    """A result without how it was found."""

    code = "undertaking.note_missing"
    message = _("请写明怎么核查的、查到什么。")


class PromiseBarred(Conflict):
    """A promise that was not true is on record: no promise counts until it ends (国办发〔2020〕42号)."""

    code = "promise.barred"
    message = _("申请人在“%(item)s”中作出的承诺不实，%(department)s已经认定，%(until)s（含）以前不适用告知承诺。")
    what_to_do = _("请上传证明材料，这次申请照常办理。已经改正的，可以向认定的部门申请信用修复。")


class DeferredOpen(Conflict):
    """Something that was to be handed in later has not come."""

    code = "case.deferred_open"
    message = _("容缺的材料还没有补交：%(names)s，不能准予。")
    what_to_do = _("等申请人补交；逾期没有补交的，可以依法作出不予决定。")


class BreachNotFound(NotFound):
    """No such record, or it is about somebody else."""

    code = "breach.not_found"
    message = _("没有找到这条记录。")


class BreachNotOpen(Conflict):
    """It is decided, or not decided yet."""

    code = "breach.not_open"
    message = _("这条失信记录现在是“%(state)s”，不能这样处理。")
    what_to_do = _("请刷新页面，看现在的状态。")


class BreachTextMissing(Invalid):
    """A reason, basis or statement is empty."""

    code = "breach.text_missing"
    message = _("请写明内容。")


class NotHeardYet(Conflict):
    """The applicant may still say something (陈述、申辩)."""

    code = "breach.not_heard"
    message = _("申请人在 %(day)s（含）以前可以陈述申辩，还没有收到，现在不能决定。")
    what_to_do = _("收到陈述申辩以后，或者期限过了再决定。")


class NeedsSecondPerson(Forbidden):
    """Whoever proposed it does not decide it."""

    code = "breach.second_person"
    message = _("提出认定的人不能自己决定。")
    what_to_do = _("请由本部门另一位有决定权的同事决定。")
