"""Refusals about handing results over."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Invalid, NotFound


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
