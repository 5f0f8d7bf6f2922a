"""Why somebody was not signed in through the identity service. Each page offers the other ways to sign in."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError, Forbidden, Invalid


class UpstreamUnavailable(DomainError):
    """The service gives no answer, or none that can be used."""

    code = "identity.upstream_unavailable"
    http_status = 503
    message = _("统一身份认证服务暂时连不上，没有登录。")
    what_to_do = _("请过几分钟再试，或者用手机号和密码、短信验证码登录。")


class UpstreamAnswerInvalid(DomainError):
    """The answer does not belong to a sign-in that this browser began, or its proof does not hold."""

    code = "identity.upstream_answer_invalid"
    http_status = 400
    message = _("统一身份认证服务的答复没有通过核对，没有登录。")
    what_to_do = _("请回到登录页，从头再登录一次；不要用收藏的或者别人发来的链接登录。")


class UpstreamClaimsMissing(Invalid):
    """The service did not say who it is."""

    code = "identity.upstream_claims_missing"
    message = _("统一身份认证服务没有给出姓名或证件号码，没有登录。")
    what_to_do = _("请在那边完成实名认证，并同意提供姓名和证件号码，再来登录。")


class UpstreamNameInvalid(Invalid):
    """The name has characters that no document prints."""

    code = "identity.upstream_name_invalid"
    message = _("统一身份认证服务给出的姓名里有证件上不会有的字符，没有登录。")
    what_to_do = _("请在那边按身份证更正姓名，再来登录；也可以用其他方式登录。")


class UpstreamDocumentOther(Invalid):
    """The number is no citizen ID number."""

    code = "identity.upstream_document_other"
    message = _("统一身份认证服务给出的不是公民身份号码，暂时不能用它登录。")
    what_to_do = _("用护照、通行证、居住证或者永久居留身份证的，请带证件到任一政务服务窗口办理。")


class UpstreamLevelTooLow(Forbidden):
    """Below the level at which a register vouches for the name, an ID number is only somebody's word."""

    code = "identity.upstream_level_too_low"
    message = _("您在统一身份认证服务的实名等级不够，没有登录。")
    what_to_do = _("请先在那边完成实名认证（与公安登记信息核对），再来登录。")


class UpstreamNameDiffers(Conflict):
    """The person registered here under this ID number has another name."""

    code = "identity.upstream_name_differs"
    message = _("统一身份认证服务给出的姓名和本站登记的不一样，没有登录，两边的信息都没有变。")
    what_to_do = _("改过名字的，请带身份证到任一政务服务窗口更新，当场就能办好；也可以先用原来的方式登录。")


class UpstreamSubjectBound(Conflict):
    """The service's account belongs to somebody else here."""

    code = "identity.upstream_subject_bound"
    message = _("这个统一身份认证账号已经和本站另一个账号相连，没有登录。")
    what_to_do = _("请带身份证到任一政务服务窗口核对。")


class UpstreamNotForStaff(Forbidden):
    """Staff sign in with their staff number and second factor."""

    code = "identity.upstream_not_for_staff"
    message = _("工作人员账号不能从统一身份认证服务登录。")
    what_to_do = _("请用工号登录。办自己的事，请用本人的居民账号。")
