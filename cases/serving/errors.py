"""Refusals of the delivery of notices."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class ServiceNotFound(NotFound):
    """No such notice, or this actor does not deliver it."""

    code = "service.not_found"
    message = _("没有找到要送达的文书。")
    what_to_do = _("请回到待送达列表查找。")


class ServiceMoved(Conflict):
    """It was delivered meanwhile, or goes another way now."""

    code = "service.moved"
    message = _("这份文书现在是“%(state)s”，不能这样登记。")
    what_to_do = _("请刷新页面，按现在的情况登记。")


class ServiceInvalid(Invalid):
    """Something about the delivery is missing or cannot be; ``fields`` says what."""

    code = "service.invalid"
    message = _("送达情况还不能登记，请按提示修改。")
