"""Refusals of a step on what is written by one person and reviewed by another.

The codes are older than this place; they are permanent.
"""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid


class StepNotAllowed(Conflict):
    """The state of the thing does not allow this step (any more)."""

    code = "services.step_not_allowed"
    message = _("现在是“%(state)s”，不能%(action)s。")
    what_to_do = _("请刷新页面，看是谁先办了。")


class StaleVersion(Conflict):
    """Somebody else saved since the actor opened it: nothing is overwritten."""

    code = "services.stale_version"
    message = _("您打开以后，%(who)s 已经改过：%(what)s。您的修改没有保存。")
    what_to_do = _("请在新页面里看过对方的修改，再把您的改上去。")


class SamePerson(Forbidden):
    """Whoever wrote or submitted a thing does not review it."""

    code = "services.same_person"
    message = _("起草、修改或提交的人不能自己审核。")
    what_to_do = _("请由本部门另一位管理事项的同事审核。")


class OpenVersionExists(Conflict):
    """An item has one draft at a time."""

    code = "services.open_version_exists"
    message = _("已经有一个在编的第 %(number)s 版（%(state)s）。")
    what_to_do = _("请在那一版上修改，或者先放弃它。")


class NoteMissing(Invalid):
    """Sending back needs a comment."""

    code = "services.note_missing"
    message = _("请写明退回的意见，让起草人知道怎么改。")


class DateInvalid(Invalid):
    """A date lies in the past or contradicts another."""

    code = "services.date_invalid"
    message = _("日期不对。")
