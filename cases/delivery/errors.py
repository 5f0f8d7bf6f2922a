"""Refusals about handing results over."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class DeliveryFixed(Conflict):
    """The decision is made: the way can no longer be changed."""

    code = "delivery.fixed"
    message = _("决定已经作出，不能再改送达方式。")
    what_to_do = _("请按现在的方式领取；有困难的请打咨询电话。")


class DeliveryUnknown(Invalid):
    """No such way."""

    code = "delivery.unknown_way"
    message = _("请选择结果怎么给您。")


class NotReady(Conflict):
    """There is nothing to pick up (any more)."""

    code = "delivery.not_ready"
    message = _("现在没有要领取的结果。")
    what_to_do = _("结果做好以后，在办件页面可以看到取件码。")


class CodeUnknown(NotFound):
    """No result waits under this code at this counter."""

    code = "delivery.code_unknown"
    http_status = 422
    message = _("没有这个取件码，或者已经换了新的、已经领走。")
    what_to_do = _("请让来人在办件页面重新看取件码。")


class ReceiverUnknown(Invalid):
    """Not the applicant, and nobody with a mandate for this case."""

    code = "delivery.receiver"
    message = _("请选来人：只能是本人（法定代表人）或者有委托的人。")


class TooManyCodeTries(DomainError):
    """Codes are tried or made faster than people queue."""

    code = "delivery.too_many_tries"
    http_status = 429
    message = _("操作太频繁了。")
    what_to_do = _("请过十分钟再试。")


class AddressInvalid(Invalid):
    """The address of a parcel is incomplete or wrong; ``fields`` says what."""

    code = "delivery.address"


class ParcelNotFound(NotFound):
    """No such parcel, or this actor may not know of it."""

    code = "parcel.not_found"
    message = _("没有找到这个邮件。")


class ParcelEnded(Conflict):
    """It was signed for or came back already, and now the opposite is said."""

    code = "parcel.ended"
    message = _("这个邮件已经%(state)s，和这条消息不一致。")
    what_to_do = _("没有改动；请和快递公司核对。")


class ParcelTooEarly(Conflict):
    """Something happened to a parcel that was not sent yet."""

    code = "parcel.too_early"
    message = _("这个邮件还没有交给快递。")


class WaybillNeeded(Invalid):
    """Posted by hand, a parcel needs the number on its slip."""

    code = "parcel.waybill"
    message = _("请填运单号，6 到 40 位字母和数字。")


class CourierMissing(Conflict):
    """No courier is connected."""

    code = "courier.none"
    message = _("没有接快递平台。")


class CourierAway(DomainError):
    """The courier does not answer, or not sensibly."""

    code = "courier.away"
    http_status = 503
    message = _("快递平台暂时没有回应。")
    what_to_do = _("会自动再试，不用重复操作。")


class NewsUnsigned(Forbidden):
    """Not signed by the courier, or too long ago."""

    code = "courier.signature"
    message = _("签名不对或者已经过时。")


class NewsReplayed(Conflict):
    """The same signed message came before."""

    code = "courier.replayed"
    message = _("这条消息已经收到过。")


class NewsInvalid(Invalid):
    """Signed, but not what was agreed."""

    code = "courier.invalid"
    message = _("消息的内容不对。")
