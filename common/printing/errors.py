"""Errors of printing."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, Invalid


class FontsFailed(DomainError):
    """A source font is missing or could not be converted. Params: ``names``."""

    code = "printing.fonts_failed"
    http_status = 503
    message = _("打印字库没有准备好：%(names)s。")
    what_to_do = _("请管理员重新安装依赖，再运行 python manage.py prepare_fonts。")


class CharacterMissing(Invalid):
    """No registered font can show these characters, and a name must not be printed wrong. Params: ``characters``."""

    code = "printing.character_missing"
    message = _("文书中有现有字库打印不出的字：%(characters)s。")
    what_to_do = _("请核对录入；确为姓名用字的，请管理员在设置 PRINT_EXTRA_FONTS 中登记含该字的字库后重试。")


class ResourceRefused(DomainError):
    """A template asked for something outside the document. Params: ``url``."""

    code = "printing.resource_refused"
    http_status = 500
    message = _("文书模板引用了不允许的外部内容：%(url)s。")
    what_to_do = _("请管理员修改文书模板，只使用内嵌图片和系统字库。")


class SealNameUnfit(Invalid):
    """A seal's name is empty or too long for the arc. Params: ``longest``."""

    code = "printing.seal_name"
    message = _("印章名称应为 1 至 %(longest)s 个字。")
    what_to_do = _("请改用机构的规范简称。")


class QrTooLong(Invalid):
    """More text than a QR code can carry."""

    code = "printing.qr_too_long"
    message = _("二维码内容过长。")
    what_to_do = _("请改用较短的核验网址。")
