"""Refusals of the certificates room."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


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


class NotEntrusted(Forbidden):
    """The type names the posts that may do this; the actor's is none of them."""

    code = "certificate.not_entrusted"
    message = _("您的岗位没有被指定办理这类证照的%(right)s。")
    what_to_do = _("请联系本部门指定的岗位。")


class FaceInvalid(Invalid):
    """What is to be printed does not fit the type's fields."""

    code = "certificate.face_invalid"
    message = _("照面内容不对，请核对。")


class NumberPatternInvalid(Invalid):
    """A number pattern that cannot be used; ``problem`` says why."""

    code = "certificate.number_pattern_invalid"
    message = _("编号规则不能用：%(problem)s")


class ValidityInvalid(Invalid):
    """A validity rule that cannot be used, or a face without what it counts from; ``problem`` says why."""

    code = "certificate.validity_invalid"
    message = _("有效期算不出来：%(problem)s")


class TypeInvalid(Invalid):
    """A certificate type whose parts do not fit; the fields say which."""

    code = "certificate.type_invalid"
    message = _("证照类型有填错的地方。")


class SourceNotAuthoritative(Forbidden):
    """Only who defines or issues a type vouches for its certificates; anybody else's list is no proof of grade A."""

    code = "certificate.source_not_authoritative"
    message = _("%(department)s不是%(name)s的权威来源，不能作为证照入库。")
    what_to_do = _("请由发证机关导出；其他来源的材料由本人上传，在窗口与原件核对。")


class StockFileInvalid(Invalid):
    """The file is none of the form that is imported; ``problem`` says why."""

    code = "certificate.stock_file_invalid"
    message = _("文件不能导入：%(problem)s")


class TypeNotFound(NotFound):
    """No such certificate type."""

    code = "certificate.type_not_found"
    message = _("没有找到这个证照类型。")


class GroundMissing(Invalid):
    """The law lists the grounds; one of them must be named."""

    code = "certificate.ground_missing"
    message = _("请选择法定情形。")


class DecisionNumberMissing(Invalid):
    """An annulment or revocation carries out a written decision."""

    code = "certificate.decision_number_missing"
    message = _("请填写决定书文号。")


class SecondPersonNeeded(Conflict):
    """Annulment and revocation are proposed by one and decided by another."""

    code = "certificate.second_person_needed"
    message = _("%(operation)s要由一人提出、另一人审核，不能直接办理。")
    what_to_do = _("请先提出，再由本部门另一位负责人审核。")


class SamePerson(Forbidden):
    """Whoever proposed a thing does not decide it, nor does a substitute for them."""

    code = "certificate.same_person"
    message = _("提出的人不能自己审核。")
    what_to_do = _("请由本部门另一位负责证照的同事审核。")


class ProposalExists(Conflict):
    """One proposal at a time waits for a certificate."""

    code = "certificate.proposal_exists"
    message = _("这张证照已经有一项待审核的%(operation)s。")
    what_to_do = _("请先审核或者撤回那一项。")


class ProposalSettled(Conflict):
    """Somebody decided or withdrew it before."""

    code = "certificate.proposal_settled"
    message = _("这一项已经是“%(state)s”，不能再处理。")
    what_to_do = _("请刷新页面查看结果。")


class ProposalNotFound(NotFound):
    """No such proposal, or not this actor's to see."""

    code = "certificate.proposal_not_found"
    message = _("没有找到这一项提议。")


class NoteMissing(Invalid):
    """A return says why."""

    code = "certificate.note_missing"
    message = _("请写明退回的理由。")


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
