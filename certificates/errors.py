"""Refusals of the certificates room."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class CertificateNotFound(NotFound):
    """No such certificate, or not this actor's to see."""

    code = "certificate.not_found"
    message = _("没有找到这张证照。")
    what_to_do = _("请核对编号，或者在“我的证照”中查找。")


class DocumentNotFound(NotFound):
    """No such document, or not this actor's to see."""

    code = "document.not_found"
    message = _("没有找到这份材料。")
    what_to_do = _("请在“我的材料”中查找，或者重新上传。")


class SingleInstance(Conflict):
    """The type allows one valid certificate for each holder."""

    code = "certificate.single_instance"
    message = _("持证人已有一张有效或者暂扣的%(name)s，不能再发一张。")
    what_to_do = _("请先办理变更、延续，或者注销原证。")


class OperationNotAllowed(Conflict):
    """The certificate's state does not allow the operation."""

    code = "certificate.operation_not_allowed"
    message = _("证照现在是“%(state)s”，不能%(operation)s。")
    what_to_do = _("请刷新页面查看最新状态。")


class WrongHolderKind(Invalid):
    """A person's certificate for an organisation, or the other way round."""

    code = "certificate.wrong_holder_kind"
    message = _("%(name)s不能发给这类持证人。")


class ReasonMissing(Invalid):
    """A change of state needs a reason and a legal basis."""

    code = "certificate.reason_missing"
    message = _("请写明理由和依据。")


class UploadTooLarge(Invalid):
    """The file is over the limit."""

    code = "document.too_large"
    http_status = 413
    message = _("文件有 %(size)s MB，超过 %(limit)s MB 的上限。")
    what_to_do = _("请压缩后再传，或者分成几份；拍照时选较小的尺寸即可。")


class UploadEmpty(Invalid):
    """There is nothing in the file."""

    code = "document.empty"
    message = _("文件是空的，请重新选择。")


class UploadTypeRefused(Invalid):
    """The content is not PDF, JPEG or PNG, whatever the file is called."""

    code = "document.type_refused"
    message = _("文件内容不是 PDF、JPG 或 PNG，不能上传（只改文件名后缀没有用）。")
    what_to_do = _("请用手机拍照上传，或者在电脑上另存为 PDF。")


class UploadDamaged(Invalid):
    """The file claims a type but cannot be opened as such."""

    code = "document.damaged"
    message = _("文件打不开，可能已损坏或者设了密码。")
    what_to_do = _("请重新保存或拍照后再传。")


class QuotaExceeded(Conflict):
    """The locker is full."""

    code = "document.quota_exceeded"
    message = _("您的材料库已满（%(limit)s MB）。")
    what_to_do = _("请在“我的材料”中删去不用的文件后再传。")
