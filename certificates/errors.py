"""Refusals of the certificates room."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound
from common.findings import Refused


class CertificateNotFound(NotFound):
    """No such certificate, or not this actor's to see."""

    code = "certificate.not_found"
    message = _("没有找到这张证照。")
    what_to_do = _("请核对编号，或者在“我的证照”中查找。")


class FileDamaged(Conflict):
    """What is stored is gone, is not what was signed, or is no PDF."""

    code = "certificate.file_damaged"
    message = _("存着的证照文件已经损坏，不能提供。证照在登记库里的状态不受影响。")
    what_to_do = _("证照内容仍可以在页面上看；需要文件的，请由持有人联系发证机关重新制作。")


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


class LayoutInvalid(Invalid):
    """A type's own layout that is not of the small language; ``problem`` says which line and why."""

    code = "certificate.layout_invalid"
    message = _("版式不能用：%(problem)s")


class TypeRefused(Refused):
    """The checks of a type found errors; ``findings`` lists them all."""

    code = "certificate.type_refused"
    message = _("检查有 %(count)s 处错误，改好才能继续：%(first)s")


class TypeExists(Conflict):
    """Another type has this key or code."""

    code = "certificate.type_exists"
    message = _("已经有这个代号或者类型代码的证照类型。")
    what_to_do = _("请换一个代号或者顺序码；要改已有的类型，在它的页面上起草新版本。")


class TypeMoved(Conflict):
    """What is in force changed since this version was begun."""

    code = "certificate.type_moved"
    message = _("起草这一版以后，现行的内容已经变了。直接生效会把它改回去。")
    what_to_do = _("请退回或者撤回这一版，放弃后从现行版本重新起草。")


class TypeVersionNotFound(NotFound):
    """No such version of a type, or not this actor's to see."""

    code = "certificate.type_version_not_found"
    message = _("没有找到这个证照类型的这一版。")


class PreviewBusy(Conflict):
    """Too many previews in a minute."""

    code = "certificate.preview_busy"
    http_status = 429
    message = _("预览太频繁了。")
    what_to_do = _("请等一分钟再看；没有保存的内容还在页面上。")


class StockMoved(Conflict):
    """Somebody started it before, or it is not checked yet."""

    code = "certificate.stock_moved"
    message = _("这个文件现在是“%(state)s”，不能再入库一次。")
    what_to_do = _("请刷新页面看最新进度。")


class StockNotFound(NotFound):
    """No such import of existing stock, or not this actor's to see."""

    code = "certificate.stock_not_found"
    message = _("没有找到这次存量导入。")


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


class UploadLocked(Invalid):
    """The PDF needs a password."""

    code = "document.locked"
    message = _("这份 PDF 设了打开密码，工作人员看不到内容，不能上传。")
    what_to_do = _("请去掉密码后另存一份，或者打印成 PDF 再传。")


class UploadHeic(Invalid):
    """A photo in the format of some phones, which not every counter can open."""

    code = "document.heic"
    message = _("这张照片是 HEIC 格式，窗口的电脑不一定打得开，不能上传。")
    what_to_do = _("苹果手机请在“设置－相机－格式”里选“兼容性最佳”后重拍，或者把照片另存为 JPG。")


class UploadTooManyPages(Invalid):
    """More pages than a material may have."""

    code = "document.too_many_pages"
    message = _("页数太多，一份最多 %(limit)s 页。")
    what_to_do = _("请分成几份，或者只留下要交的几页。")


class UploadTooManyPixels(Invalid):
    """A picture larger than any camera takes."""

    code = "document.too_many_pixels"
    message = _("图片尺寸太大，打不开。")
    what_to_do = _("请选较小的尺寸重拍，或者压缩后再传。")


class UploadBomb(Invalid):
    """Opening the file would take more memory or time than it may."""

    code = "document.bomb"
    message = _("这个文件展开后大得不正常，没有保存。")
    what_to_do = _("请重新拍照，或者打印成 PDF 再传。")


class UploadBusy(Invalid):
    """Too many files are being checked right now."""

    code = "document.busy"
    http_status = 503
    message = _("现在检查文件的人很多，您的文件还没有收到。")
    what_to_do = _("请过一分钟再传。")


class QuotaExceeded(Conflict):
    """The locker is full."""

    code = "document.quota_exceeded"
    message = _("您的材料库已满（%(limit)s MB）。")
    what_to_do = _("请在“我的材料”中删去不用的文件后再传。")


class NotVerified(Conflict):
    """Only a verdict that stands can be disputed: somebody else was quicker, or nobody has compared it yet."""

    code = "document.not_verified"
    message = _("这份材料现在不是“已与原件核对”，不能提异议。")
    what_to_do = _("请刷新页面查看最新状态。")


class DisputeReasonMissing(Invalid):
    """Whoever doubts a verdict says why."""

    code = "document.dispute_reason_missing"
    message = _("请写明哪里不一致（5 到 300 个字），对方要据此重新核对。")


class DocumentErased(NotFound):
    """The file was destroyed when its time was over."""

    code = "document.erased"
    message = _("这份材料的文件已按期销毁，只留有登记。")
    what_to_do = _("确实需要的，请申请人重新提交。")


class DocumentWaiting(Conflict):
    """The virus scanner has not seen the file yet."""

    code = "document.waiting"
    message = _("文件正在检查，还不能打开。")
    what_to_do = _("一般几分钟就好，请稍后再看。")


class UploadInfected(Invalid):
    """The virus scanner found something."""

    code = "document.infected"
    message = _("文件里发现了病毒，没有保存。")
    what_to_do = _("请先给电脑或手机杀毒，再用手机重新拍照上传。")
