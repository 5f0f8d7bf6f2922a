"""Refusals of filling in at the counter."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class AssistanceNotFound(NotFound):
    """No such session, or another post's."""

    code = "assist.not_found"
    message = _("没有找到这次代办。")
    what_to_do = _("请回到叫号台，从窗口重新打开。")


class AssistanceInvalid(Invalid):
    """Something typed is wrong; ``fields`` says what."""

    code = "assist.invalid"


class AssistanceMoved(Conflict):
    """The session is no longer where this page saw it."""

    code = "assist.moved"
    message = _("这次代办现在是“%(state)s”，不能这样做。")
    what_to_do = _("请看最新的情况。")


class AssistanceOver(Conflict):
    """The consent was withdrawn, ran out, or the clerk left the window."""

    code = "assist.over"
    message = _("本人的同意已经结束，不能再代为填写。填过的内容都在草稿里。")
    what_to_do = _("请回到窗口，请本人重新同意后再办。")


class WindowAssisting(Conflict):
    """The window serves somebody else."""

    code = "assist.window_busy"
    message = _("这个窗口还在为别人代办。")
    what_to_do = _("请先结束上一次代办。")


class PersonAssisted(Conflict):
    """Another window fills in for this person."""

    code = "assist.person_busy"
    message = _("这个人正在另一个窗口办理。")
    what_to_do = _("请先在那个窗口结束，再在这里办；填过的内容会在草稿里。")


class NotSeen(Invalid):
    """The clerk has not compared person and document."""

    code = "assist.not_seen"
    message = _("请核对本人和证件后勾选。")


class OwnAssistance(Forbidden):
    """Nobody handles their own matters at their own window."""

    code = "assist.own"
    message = _("不能在自己的窗口为自己办理。")
    what_to_do = _("请到别的窗口，或者自己登录办理。")


class ItemNotTaken(Conflict):
    """The item is not done at this window and is not one that other regions take in."""

    code = "assist.item_not_taken"
    message = _("这个窗口不能收“%(item)s”，它由%(department)s办理，通办范围不包括这里。")
    what_to_do = _("请告诉群众到办事指南上写明的地点办理。")


class NotCorrecting(Conflict):
    """The case does not wait for corrections."""

    code = "assist.not_correcting"
    message = _("办件 %(number)s 现在是“%(state)s”，不在等补正。")
    what_to_do = _("请核对补正告知书上的编号；已经补过的，等窗口答复就行。")


class NotConfirmed(Conflict):
    """The person has not confirmed what is handed in, or it changed since."""

    code = "assist.not_confirmed"
    message = _("本人还没有确认现在的内容，不能提交。")
    what_to_do = _("请在代办页面请本人确认；确认后又改过的，要再确认一次。")


class HandwritingUnusable(Invalid):
    """What came from the field for the name is no handwriting."""

    code = "assist.handwriting_unusable"
    message = _("签名没有写清楚。")
    what_to_do = _("请擦掉重写；不想写的，擦掉以后直接确认。")


class AwayNotChecked(Conflict):
    """Papers for another region are checked before they are handed in."""

    code = "assist.away_not_checked"
    message = _("代收的材料还没有核对完。")
    what_to_do = _("请先勾选身份、表单、材料三项核对，再请本人确认。")


class PaperNeeded(Invalid):
    """Consent on paper takes a scan and a reason."""

    code = "assist.paper_needed"


class DisplayUnknown(Forbidden):
    """This browser is no window's display, or not any more."""

    code = "assist.display_unknown"
    message = _("这块屏没有和窗口连接。")
    what_to_do = _("请工作人员在窗口上点“连接客屏”，把配对码输在这块屏上。")


class CodeWrong(Invalid):
    """No display code like this one is waiting."""

    code = "assist.code_wrong"
    message = _("配对码不对或者已经过期。")


class DisplaySignedIn(Forbidden):
    """Somebody is signed in on the browser that should face the people: the clerk could press for them."""

    code = "assist.display_signed_in"
    message = _("这个浏览器有人登录着，不能当客屏。")
    what_to_do = _("请在对着群众的那块屏上打开，不要登录。")


class DisplayMissing(Conflict):
    """No screen faces the people at this window."""

    code = "assist.display_missing"
    message = _("这个窗口还没有连接客屏。")
    what_to_do = _("请先连接客屏；连不上的，请本人在纸上签字后扫描。")


class TooManyCodes(Conflict):
    """Codes are being guessed."""

    code = "assist.too_many_codes"
    http_status = 429
    message = _("试的次数太多了。")
    what_to_do = _("请等一分钟再试。")


class SheetNotFound(NotFound):
    """No such sheet, or one this post does not look after."""

    code = "assist.sheet_not_found"
    message = _("没有找到这张纸质表。")
    what_to_do = _("请核对表上的编号。")


class SheetUsed(Conflict):
    """The sheet was entered, or is being entered."""

    code = "assist.sheet_used"
    message = _("这张纸质表（%(number)s）已经录入过，或者正在录入。")
    what_to_do = _("请核对表号；同一张表只能录入一次。")
