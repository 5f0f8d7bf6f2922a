"""Refusals of templates, preferences and the inbox."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class TemplateNotFound(NotFound):
    """No event has this code, or nothing is written in this language."""

    code = "message.template_not_found"
    message = _("没有这个消息模板。")
    what_to_do = _("请回到消息模板列表查找。")


class TemplateInvalid(Invalid):
    """The words name what the event does not have, or what must not leave the site; ``fields`` says where."""

    code = "message.template_invalid"
    message = _("模板还不能保存，请按提示修改。")


class TemplateStale(Conflict):
    """Somebody saved another version meanwhile."""

    code = "message.template_stale"
    message = _("打开页面以后，别人改过这个模板，您这次没有保存。")
    what_to_do = _("请对照现在的内容，重新修改后保存。")


class LegalStaysOn(Invalid):
    """Legal notices reach the inbox, whatever one prefers."""

    code = "message.legal_stays_on"
    message = _("文书和决定的站内消息不能关闭。")


class EmailInvalid(Invalid):
    """Not an e-mail address."""

    code = "message.email_invalid"
    message = _("电子邮箱的写法不对，例如 name@example.com。")


class MessageNotFound(NotFound):
    """Not in this person's inbox."""

    code = "message.not_found"
    message = _("没有这条消息。")
    what_to_do = _("请回到“我的消息”查看。")
