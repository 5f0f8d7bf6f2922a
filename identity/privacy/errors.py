"""Refusals about people's rights over their data."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class NotYourData(Forbidden):
    """Somebody acts for another by mandate: rights over data are the person's, or the legal representative's, own."""

    code = "identity.not_your_data"
    message = _("代别人办事的时候，不能下载、更正对方的数据，也不能注销对方的账号。")
    what_to_do = _("请换回本人的身份；单位的数据由法定代表人自己来办。")


class ExportRunning(Conflict):
    """A copy is being made already."""

    code = "identity.export_running"
    message = _("已经有一份正在准备，一次只能准备一份。")
    what_to_do = _("准备好了会发短信告诉您，请稍后再来看。")


class TooManyExports(DomainError):
    """More copies in a day than anybody reads."""

    code = "identity.too_many_exports"
    http_status = 429
    message = _("今天已经准备过 %(limit)s 份了。")
    what_to_do = _("请明天再来。")


class ExportGone(NotFound):
    """No such copy, not this actor's, or erased."""

    code = "identity.export_gone"
    message = _("这份数据已经删除，或者还没有准备好。")
    what_to_do = _("请在“我的数据”里重新准备一份。")


class CorrectionInvalid(Invalid):
    """The request lacks something."""

    code = "identity.correction_invalid"


class CorrectionOpen(Conflict):
    """The same datum is being looked at already."""

    code = "identity.correction_open"
    message = _("这一项已经有一个更正申请在办。")
    what_to_do = _("请在“我的数据”里看进度；要改说法，先撤回那一个。")


class CorrectionNotFound(NotFound):
    """No such request, or not this actor's to see."""

    code = "identity.correction_not_found"
    message = _("没有找到这个更正申请。")


class CorrectionMoved(Conflict):
    """Somebody was quicker."""

    code = "identity.correction_moved"
    message = _("这个更正申请现在是“%(state)s”，这一步不能再做。")
    what_to_do = _("请刷新页面看最新的情况。")


class ClosingNotConfirmed(Invalid):
    """The person has not said that they know what happens."""

    code = "identity.closing_not_confirmed"
    message = _("请先勾选，表示您已经看过注销以后会怎样。")


class ClosingHindered(Conflict):
    """Something must be finished first."""

    code = "identity.closing_hindered"
    message = _("现在还不能注销：%(reasons)s")
    what_to_do = _("请先把上面的事办完或者交给别人，再来注销。")


class ClosedForGood(Forbidden):
    """The days for a change of mind are over."""

    code = "identity.closed_for_good"
    message = _("这个账号已经注销。")
    what_to_do = _("要再用，请重新注册，以前的办件和证照会回到您名下。")


class ReasonMissing(Invalid):
    """Looking for somebody who closed their account needs a reason."""

    code = "identity.reason_missing"
    message = _("请写明为什么要查，写到别人看得懂。")
