"""Refusals around the archive."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class ArchiveNotFound(NotFound):
    """No such package, or this actor may not know of it."""

    code = "archive.not_found"
    message = _("没有找到这份档案。")
    what_to_do = _("请核对档号或者办件编号。")


class NotClosed(Conflict):
    """Only what is over is sealed."""

    code = "archive.case_not_closed"
    message = _("办件还没有办结，不能归档。")
    what_to_do = _("办结以后系统会自动归档。")


class NotReady(Conflict):
    """Something of the case is still being made."""

    code = "archive.not_ready"
    message = _("%(what)s还没有生成，暂时不能归档。")
    what_to_do = _("系统会再试；一直不行的，请联系系统管理员。")


class PartUnreadable(Conflict):
    """A stored file is missing or damaged."""

    code = "archive.part_unreadable"
    message = _("“%(what)s”的文件读不出来，不能归档。")
    what_to_do = _("请系统管理员从备份恢复这个文件，然后再试。")


class PackageDamaged(Conflict):
    """The stored package is not the one that was sealed."""

    code = "archive.package_damaged"
    message = _("保存的档案包和封存时不一致，不能下载。")
    what_to_do = _("请系统管理员从备份恢复。")


class HoldReasonMissing(Invalid):
    """A hold is set and lifted for a reason."""

    code = "archive.reason_missing"
    message = _("请写明理由，5 到 500 个字。")


class HoldMoved(Conflict):
    """Somebody set, confirmed or lifted it before."""

    code = "archive.hold_moved"
    message = _("这份档案的暂停销毁状态已经变了，操作没有执行。")
    what_to_do = _("请刷新页面，看过最新状态后再操作。")


class SamePerson(Forbidden):
    """Two persons are needed."""

    code = "archive.second_person_needed"
    message = _("这一步要由另一个人办理，不能由申请人自己确认。")
    what_to_do = _("请本部门另一位负责人或者监督岗位的人员确认。")
