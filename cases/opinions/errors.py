"""Refusals when departments are asked about a case."""

import datetime as dt
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class OpinionNotFound(NotFound):
    """No such question, or it was not put to this post."""

    code = "opinion.not_found"
    message = _("没有找到这次征求意见。")


class NobodyAsked(Invalid):
    """A question is put to somebody: a post of another department that somebody holds, each department once."""

    code = "opinion.nobody_asked"
    message = _("请选要征求意见的部门和岗位；一个部门只选一次，不能选本部门。")


class QuestionMissing(Invalid):
    """A question says what is asked."""

    code = "opinion.question_missing"
    message = _("请写清楚要问什么（最多 1000 个字）。")


class NothingShown(Invalid):
    """Only what belongs to the case can be shown."""

    code = "opinion.nothing_shown"
    message = _("只能选这个办件里填过的内容和能打开的材料。")


class DaysWrong(Invalid):
    """An answer takes one to thirty working days."""

    code = "opinion.days_wrong"
    message = _("答复期限请填 1 到 30 个工作日。")


class StanceMissing(Invalid):
    """An answer takes a position."""

    code = "opinion.stance_missing"
    message = _("请选同意、不同意、无意见或者建议。")


class AnswerMissing(Invalid):
    """Whoever objects or advises says why."""

    code = "opinion.answer_missing"
    message = _("不同意和建议的，请写明理由和内容（最多 2000 个字）。")


class TooManyFiles(Invalid):
    """So many files no answer takes."""

    code = "opinion.too_many_files"
    message = _("一次最多上传 %(limit)s 个文件。")


class OpinionSettled(Conflict):
    """The question is answered, withdrawn or not waited for any more."""

    code = "opinion.settled"
    message = _("这次征求意见已经是“%(state)s”，您这次的操作没有执行。")
    what_to_do = _("请看最新内容。")


class OpinionChanged(Conflict):
    """Somebody changed it after the page was opened."""

    code = "opinion.changed"
    message = _("打开页面以后，这次征求意见有变化，您这次的操作没有执行。")
    what_to_do = _("请看过最新内容再操作。")


class WithColleague(Conflict):
    """It was handed over to somebody else."""

    code = "opinion.with_colleague"
    message = _("这次征求意见已经转给%(name)s答复。")
    what_to_do = _("他不在的，请他的代办人或者上级答复。")


class ReliefOpen(Conflict):
    """Whether an answer is needed at all is asked once at a time."""

    code = "opinion.relief_open"
    message = _("已经申请免答，等征求部门回复。")


class ReliefMissing(Conflict):
    """Nobody asked to be relieved."""

    code = "opinion.relief_missing"
    message = _("对方没有申请免答，或者已经处理过。")


class ColleagueUnfit(Invalid):
    """Questions are handed over within the department, to somebody who reviews."""

    code = "opinion.colleague_unfit"
    message = _("请从本部门现在在岗、能审查的人里选。")


class TooEarly(Conflict):
    """Who was asked has until the day that was named."""

    code = "opinion.too_early"
    message = _("答复期限还没有过，不能不等对方的意见。")
    what_to_do = _("可以催办；不需要对方的意见了，可以撤回。")


class RemindedLately(Conflict):
    """One reminder a day."""

    PAUSE: ClassVar = dt.timedelta(hours=24)
    code = "opinion.reminded_lately"
    message = _("24 小时内已经催过一次。")


class OpinionsOpen(Conflict):
    """Nothing is concluded while somebody who was asked may still answer."""

    code = "opinion.open"
    message = _("征求的意见还没有回来：%(names)s。")
    what_to_do = _("等对方答复；过了期限可以写明理由不再等，不需要了可以撤回。")
