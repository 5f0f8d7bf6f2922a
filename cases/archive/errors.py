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


class PackageDestroyed(Conflict):
    """Its term was over and it was destroyed; the record of that is kept."""

    code = "archive.package_destroyed"
    message = _("这份档案保管期满，已于 %(day)s 按销毁清册销毁。")
    what_to_do = _("要核实的，请看这次的销毁记录。")


class NothingDue(Conflict):
    """Nothing of the department may be destroyed now."""

    code = "archive.nothing_due"
    message = _("这个部门现在没有保管期满、又没有暂停销毁的档案。")


class DestructionUnderWay(Conflict):
    """One list of a department is settled and carried out before the next is proposed."""

    code = "archive.destruction_under_way"
    message = _("这个部门有一份销毁清册还没有办完。")
    what_to_do = _("请等它审批或者销毁完，再提下一份。")


class DestructionNotFound(NotFound):
    """No such list, or this actor may not know of it."""

    code = "archive.destruction_not_found"
    message = _("没有找到这份销毁清册。")


class DestructionMoved(Conflict):
    """It was approved, rejected or withdrawn before."""

    code = "archive.destruction_moved"
    message = _("销毁清册现在是“%(state)s”，操作没有执行。")
    what_to_do = _("请刷新页面，看过最新状态后再操作。")


class NotChecked(Invalid):
    """Whoever proposes or approves a list says that they looked."""

    code = "archive.not_checked"
    message = _("请先核对，并勾选确认。")
