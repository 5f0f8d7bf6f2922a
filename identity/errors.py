"""Refusals of the identity room."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class IdNumberInvalid(Invalid):
    """The citizen ID number does not follow GB 11643."""

    code = "identity.id_number_invalid"
    message = _("公民身份号码不正确，请对照身份证逐位核对（末位可能是 X）。")


class DocumentInvalid(Invalid):
    """The number of an identity document, its kind or its country is wrong; ``fields`` says what."""

    code = "identity.document_invalid"
    message = _("证件信息不正确，请对照证件核对。")


class DocumentOfOtherKind(IdNumberInvalid):
    """The number follows the rules of another kind of document than the one asked for."""

    code = "identity.document_of_other_kind"
    message = _("这看起来是%(looks)s的号码，不是%(kind)s的。请改选证件类型，或者改填%(kind)s号码。")


class NameInvalid(Invalid):
    """A name has characters that no document prints, or is too long; ``fields`` says what."""

    code = "identity.name_invalid"
    message = _("姓名（名称）不正确，请对照证件填写。")


class UsccInvalid(Invalid):
    """The unified social credit code does not follow GB 32100."""

    code = "identity.uscc_invalid"
    message = _("统一社会信用代码不正确，请对照营业执照逐位核对（没有字母 I、O、Z、S、V）。")


class PhoneInvalid(Invalid):
    """Not a mainland mobile number."""

    code = "identity.phone_invalid"
    message = _("手机号码不正确，请填 11 位大陆手机号。")


class RegionUnknown(NotFound):
    """No region has this code."""

    code = "identity.region_unknown"
    message = _("没有代码为 %(region)s 的行政区划。")
    what_to_do = _("请核对六位行政区划代码，或者先由管理员登记这个地区。")


class PersonExists(Conflict):
    """Somebody with this ID number is registered already."""

    code = "identity.person_exists"
    message = _("这个证件号码已经登记过。")
    what_to_do = _("请直接登录；忘记密码请到窗口办理。")


class PartyMerged(Conflict):
    """Somebody registered twice: this row was merged into another one."""

    code = "identity.party_merged"
    message = _("您重复登记的信息刚刚合并到了一起，这一步没有办。")
    what_to_do = _("请重新打开页面再办；办件、证照和材料都在合并后的名下。")


class OrganisationExists(Conflict):
    """An organisation with this USCC is registered already."""

    code = "identity.organisation_exists"
    message = _("这个统一社会信用代码已经登记过。")


class AssuranceTooLow(Forbidden):
    """The person's real-name level is below what this asks for."""

    code = "identity.assurance_too_low"
    message = _("%(right)s需要实名等级%(needed)s，您现在是%(level)s。")
    what_to_do = _("请打开“我的账号”在线核对身份，或者带身份证到任一政务服务窗口核验，核验后等级即时提升。")


class NotRepresentative(Forbidden):
    """The person may not act for this party."""

    code = "identity.not_representative"
    message = _("您不能代表这个单位办理。")
    what_to_do = _("法定代表人（经营者）本人登录后可以代表本单位办理。")


class MandateInvalid(Invalid):
    """Something in the terms of a mandate is wrong; ``fields`` says what."""

    code = "identity.mandate_invalid"


class MandateNotFound(NotFound):
    """There is no such mandate, or it is between others."""

    code = "identity.mandate_not_found"
    message = _("没有找到这份委托。")
    what_to_do = _("请回到“委托和授权”查看。")


class MandateExists(Conflict):
    """This principal has a live mandate for the same agent."""

    code = "identity.mandate_exists"
    message = _("已经有一份给这个人的委托，还没有结束。")
    what_to_do = _("要改范围或期限，请先解除原来的委托，再重新办理。")


class MandateMoved(Conflict):
    """The mandate is in a state that does not allow this."""

    code = "identity.mandate_moved"
    message = _("这份委托现在是“%(state)s”，不能这样操作。")
    what_to_do = _("请刷新页面看最新情况。")


class TooManyMandates(Conflict):
    """Too many mandates were written in one day."""

    code = "identity.too_many_mandates"
    message = _("今天填写的委托已经有 %(limit)s 份，不能再填。")
    what_to_do = _("请明天再办，或者带身份证到窗口办理。")


class MandateNotYours(Forbidden):
    """Who acts may not give mandates of this kind for this party."""

    code = "identity.mandate_not_yours"
    message = _("您现在的身份不能办理这项委托。")
    what_to_do = _("个人的委托由本人办理；单位的授权由法定代表人（经营者）办理，经办人也可以由管理员添加。")


class AccountClosed(Forbidden):
    """The account was closed, in another window or by somebody who may."""

    code = "identity.account_closed"
    message = _("这个账号已经停用，这一步没有办。")
    what_to_do = _("刚申请注销、想反悔的，请重新登录；其他情况请带身份证到任一政务服务窗口。")


class MandateEnded(Conflict):
    """The mandate under which somebody acts is over, or the party may no longer be acted for."""

    code = "identity.mandate_ended"
    message = _("对方给您的委托已经结束，这一步没有办。已经填好的草稿还在对方名下。")
    what_to_do = _("您现在的身份已换回本人。要接着办，请对方重新委托。")


class MandateEndedAtWindow(MandateEnded):
    """The same while a clerk fills in with the agent at a window: nobody's session changes whom it acts for."""

    code = "identity.mandate_ended_at_window"
    message = _("来的人替对方办事的授权已经结束，这一步没有办。已经填好的草稿还在对方名下。")
    what_to_do = _("请结束这次代办。要接着办，请对方重新授权，或者对方本人来办。")


class MandateOutOfScope(Forbidden):
    """The mandate does not reach this item, case or page."""

    code = "identity.mandate_out_of_scope"
    message = _("对方给您的委托不包括这一项。")
    what_to_do = _("请对方另外委托，或者换回本人的身份再办。")


class CodeWrong(Invalid):
    """The one-time code is not the one that was sent, or was used before."""

    code = "identity.code_wrong"
    message = _("验证码不正确。请核对短信里的 6 位数字；输错 5 次要重新获取。")


class CodeExpired(Invalid):
    """The one-time code is too old or was tried too often."""

    code = "identity.code_expired"
    message = _("验证码已失效，请重新获取。")


class TooManyTries(DomainError):
    """Somebody asks for codes or comparisons faster than a person would."""

    code = "identity.too_many_tries"
    http_status = 429
    message = _("操作太频繁了。")
    what_to_do = _("请过一会儿再试；着急的话，带身份证到任一政务服务窗口办理。")


class VerificationUnavailable(DomainError):
    """The register gives no answer."""

    code = "identity.verification_unavailable"
    http_status = 503
    message = _("人口登记信息暂时查不到，没有核对成。")
    what_to_do = _("请过几分钟再试；这次不算核对次数。")


class FactsDiffer(Conflict):
    """The register does not confirm what the person says; it is not told which fact differs."""

    code = "identity.facts_differ"
    message = _("姓名、公民身份号码、手机号与登记信息没有对上，等级没有变。")
    what_to_do = _("换过手机号或者改过名字的，请带身份证到任一政务服务窗口更新。")


class SessionUnknown(NotFound):
    """No such sign-in of this account is going on."""

    code = "identity.session_unknown"
    message = _("这台设备已经退出登录了。")
    what_to_do = _("请回到登录设备列表看看。")


class StepUpImpossible(Forbidden):
    """The account has nothing with which it could prove itself once more."""

    code = "identity.step_up_impossible"
    message = _("这一步要再确认一次身份，您的账号还没有可用的方式。")
    what_to_do = _("请带身份证到任一政务服务窗口登记手机号，就可以用短信验证码确认。")
