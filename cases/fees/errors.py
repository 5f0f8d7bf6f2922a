"""Refusals about fees."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class FeeNotFound(NotFound):
    """No such fee, or this actor may not know of it."""

    code = "fee.not_found"
    message = _("没有找到这笔费用。")


class FeeNotOpen(Conflict):
    """It is paid, cancelled or refunded."""

    code = "fee.not_open"
    message = _("这笔费用现在是“%(state)s”，不用再缴。")
    what_to_do = _("请刷新页面看现在的情况。")


class FeesUnpaid(Conflict):
    """The result is not handed over before the fee is paid."""

    code = "fee.unpaid"
    message = _("还有费用没有缴，缴清以后送达结果。")
    what_to_do = _("申请人在办件页面缴费，或者到窗口缴费；办件一直保留。")


class QuantityMissing(Conflict):
    """The fee cannot be counted: the answer it counts by is empty or no number."""

    code = "fee.quantity_missing"
    message = _("算不出费用：申请表里“%(key)s”不是数。")
    what_to_do = _("请先要求申请人补正这一栏。")


class OrderNotOpen(Conflict):
    """The order was paid or cancelled meanwhile."""

    code = "payment.order_not_open"
    message = _("这张缴费单已经%(state)s。")
    what_to_do = _("请刷新页面看现在的情况。")


class GatewayMissing(Conflict):
    """No payment platform is connected."""

    code = "payment.no_gateway"
    message = _("网上缴费没有开通。")
    what_to_do = _("请带缴费通知书到窗口缴费。")


class GatewayAway(DomainError):
    """The payment platform does not answer, or not sensibly."""

    code = "payment.gateway_away"
    http_status = 503
    message = _("支付平台暂时没有回应，没有扣款。")
    what_to_do = _("请过几分钟再试；也可以到窗口缴费。")


class CallbackUnsigned(Forbidden):
    """Not signed by the platform, or too long ago."""

    code = "payment.signature"
    message = _("签名不对或者已经过时。")


class CallbackReplayed(Conflict):
    """The same signed message came before."""

    code = "payment.replayed"
    message = _("这条通知已经收到过。")


class CallbackInvalid(Invalid):
    """Signed, but not what was agreed."""

    code = "payment.callback_invalid"
    message = _("通知的内容不对。")


class AmountDiffers(Conflict):
    """The platform took another amount than was ordered."""

    code = "payment.amount_differs"
    message = _("金额和缴费单不一致。")
    what_to_do = _("没有记为已缴；请按对账差异处理。")


class ReceiptNumberWrong(Invalid):
    """The number of a counter receipt is missing, odd or used."""

    code = "payment.receipt_number"
    message = _("请填票据上的号码，4 到 40 位字母和数字；每张票据只能记一次。")


class RefundReasonMissing(Invalid):
    """Nobody pays back without saying why."""

    code = "refund.reason_missing"
    message = _("请写明退费的理由，5 到 300 个字。")


class RefundExists(Conflict):
    """It is being refunded already."""

    code = "refund.exists"
    message = _("这笔款已经在退了。")


class RefundNotOpen(Conflict):
    """Somebody decided meanwhile."""

    code = "refund.not_open"
    message = _("这笔退费已经有人处理。")
    what_to_do = _("请刷新页面看现在的情况。")


class RefundOwn(Forbidden):
    """Two persons refund."""

    code = "refund.own"
    message = _("自己提出的退费要由别人批准。")


class AskedTooOften(Conflict):
    """The platform is asked faster than anybody pays."""

    code = "payment.asked_too_often"
    http_status = 429
    message = _("问得太勤了。")
    what_to_do = _("请过一分钟再看。")
