"""Refusals of the wallet."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class NotShowable(Conflict):
    """Only a certificate that is valid now is shown or shared."""

    code = "certificate.not_showable"
    message = _("证照现在是“%(state)s”，不能出示或者分享。")
    what_to_do = _("请看证照页面上的原因，或者联系发证机关。")


class TooManyCodes(Conflict):
    """Codes are made faster than anybody can show them."""

    code = "certificate.too_many_codes"
    http_status = 429
    message = _("换码太频繁，请稍等一分钟。")
    what_to_do = _("每个码 60 秒内有效，只能用一次。")


class FieldUnknown(Invalid):
    """A printed value was asked for that the type does not have."""

    code = "certificate.field_unknown"
    message = _("请从列出的内容里选。")


class ShareInvalid(Invalid):
    """Receiver, purpose or time of a share are wrong; the fields say which."""

    code = "share.invalid"
    message = _("请改好标出的地方再分享。")


class TooManyShares(Conflict):
    """The certificate is shared with as many as may have it at a time, or the party shared too often today."""

    code = "share.too_many"
    http_status = 429
    message = _("分享得太多了：一张证照同时最多分享给 %(live)s 个人，一天最多分享 %(daily)s 次。")
    what_to_do = _("请先结束不再需要的分享，或者明天再试。")


class ShareNotFound(NotFound):
    """No such share, or not this actor's to see."""

    code = "share.not_found"
    message = _("没有找到这个分享。")
    what_to_do = _("请向分享的人核对；可能发给的不是您登录的这个身份。")


class ShareOver(Conflict):
    """Its time is over, or the holder ended it."""

    code = "share.over"
    message = _("这个分享已经结束，不能再看。")
    what_to_do = _("还需要的，请证照的持有人重新分享。")


class ShareCodeWrong(Invalid):
    """The code that came with the message was another one; after five wrong ones the address opens no more."""

    code = "share.code_wrong"
    message = _("查看码不对，请对照短信再填一次。")


class ShareCodeLocked(Conflict):
    """Too many wrong codes."""

    code = "share.code_locked"
    message = _("查看码输错太多次，这个链接已经停用。")
    what_to_do = _("请持有人结束这个分享，再重新分享一次。")


class ShareFileMissing(Conflict):
    """The signed file is still being made."""

    code = "share.file_missing"
    message = _("电子证照正在签章，文件还没有好。")
    what_to_do = _("请过几分钟再打开。")


class ReportNotFound(NotFound):
    """No such report, or not this actor's to see."""

    code = "error_report.not_found"
    message = _("没有找到这条报错。")


class ReportClosed(Conflict):
    """Somebody answered or withdrew it before."""

    code = "error_report.closed"
    message = _("这条报错已经是“%(state)s”。")
    what_to_do = _("请刷新页面查看；还有问题的，可以重新报错。")


class ReportInvalid(Invalid):
    """The words are missing or too long."""

    code = "error_report.invalid"
    message = _("请写清楚哪里不对（5 到 500 个字）。")


class NotReportable(Conflict):
    """A certificate that a newer version replaced is past correcting."""

    code = "error_report.not_reportable"
    message = _("证照现在是“%(state)s”，不能报错。")
    what_to_do = _("请在“我的证照”里打开现在有效的那一张。")


class NotRenewable(Conflict):
    """No item renews the type here, or it is too early."""

    code = "certificate.not_renewable"
    message = _("这张证照现在不能在网上办延续。")
    what_to_do = _("请联系发证机关，或者打 12345 咨询。")
