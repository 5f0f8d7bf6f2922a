"""Errors of signing."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, Invalid


class KeyMissing(DomainError):
    """There is no key for this seal, or no trust root. Params: ``name``."""

    code = "signing.key_missing"
    http_status = 503
    message = _("找不到签章密钥或信任根：%(name)s。")
    what_to_do = _("演示环境请运行 python manage.py make_demo_ca；正式环境请把签章证书文件放入 ONESTOP_KEY_DIR。")


class KeyUnusable(DomainError):
    """The key file exists but cannot be opened: wrong passphrase, damaged, or wrong kind of key. Params: ``name``."""

    code = "signing.key_unusable"
    http_status = 503
    message = _("签章密钥无法使用：%(name)s。")
    what_to_do = _("请管理员核对密钥文件与口令文件是否配对、未损坏，且为 RSA 或 P-256 密钥。")


class KeyExposed(DomainError):
    """Others than the owner can read a key or passphrase file. Params: ``name``."""

    code = "signing.key_exposed"
    http_status = 503
    message = _("签章密钥文件可被其他用户读取，已停止使用：%(name)s。")
    what_to_do = _("请管理员执行 chmod 600 收紧文件权限后重试。")


class ModuleUnavailable(DomainError):
    """The hardware module does not sign: not reachable, wrong PIN, broken. Params: ``name``, its token."""

    code = "signing.module_unavailable"
    http_status = 503
    message = _("签章密码机没有应答：%(name)s。")
    what_to_do = _("文件会自动重新签署；持续出现时请管理员检查密码机、口令文件和 ONESTOP_PKCS11_* 设置。")


class SealCodeInvalid(Invalid):
    """A seal code is not 1–40 letters, digits, hyphens or underscores."""

    code = "signing.seal_code_invalid"
    message = _("印章代码只能由 1 至 40 个字母、数字、连字符或下划线组成。")


class FileNotSignable(Invalid):
    """The file is not a PDF, is encrypted, or forbids this signature."""

    code = "signing.file_not_signable"
    message = _("这个文件不能加盖电子签章。")
    what_to_do = _("请确认它是未加密、未签过章的 PDF 文件。")


class TimestampUnavailable(DomainError):
    """The time stamping authority does not answer, or not as RFC 3161 says. Params: ``name``, its address."""

    code = "signing.timestamp_unavailable"
    http_status = 503
    message = _("时间戳服务没有应答：%(name)s。")
    what_to_do = _("文件会自动重新签署；持续出现时请管理员检查 ONESTOP_TIMESTAMP_URL 和网络。")
