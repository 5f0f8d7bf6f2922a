"""Refusals about questions on a case."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class ConsultationNotFound(NotFound):
    """Nobody asked anything about this case, or this actor may not know of it."""

    code = "consultation.not_found"
    message = _("没有找到这个咨询。")
    what_to_do = _("请从“咨询答复”的列表打开。")


class ConsultationFileNotFound(NotFound):
    """No such file in this thread."""

    code = "consultation.file_not_found"
    message = _("没有找到这个附件。")


class ConsultationClosed(Conflict):
    """The case is over, and so is the time to ask about it."""

    code = "consultation.closed"
    message = _("这个办件的咨询已经结束，不能再写。")
    what_to_do = _("还有问题的，请打办事指南上的咨询电话，或者到大厅咨询台。")


class TooManyQuestions(Conflict):
    """So many questions wait for an answer already."""

    code = "consultation.too_many"
    message = _("您已经有 %(limit)s 条提问在等答复，请等部门答复以后再问。")
    what_to_do = _("急的，请打办事指南上的咨询电话。")


class AnsweredMeanwhile(Conflict):
    """Somebody wrote something after this form was opened."""

    code = "consultation.stale"
    message = _("您写的时候，有同事答复了，或者申请人又问了，您的答复还没有发出。")
    what_to_do = _("请看过新的内容，再决定要不要发出。")


class TextMissing(Invalid):
    """Empty or too long."""

    code = "consultation.text_missing"
    message = _("请写内容，最多 1000 字。")


class TooManyFiles(Invalid):
    """More files than a message takes."""

    code = "consultation.too_many_files"
    message = _("一次最多带 %(limit)s 个附件。")
