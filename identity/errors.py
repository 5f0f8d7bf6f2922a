"""Refusals of the identity room."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid, NotFound


class IdNumberInvalid(Invalid):
    """The citizen ID number does not follow GB 11643."""

    code = "identity.id_number_invalid"
    message = _("公民身份号码不正确，请对照身份证逐位核对（末位可能是 X）。")


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
    message = _("这个公民身份号码已经登记过。")
    what_to_do = _("请直接登录；忘记密码请到窗口办理。")


class OrganisationExists(Conflict):
    """An organisation with this USCC is registered already."""

    code = "identity.organisation_exists"
    message = _("这个统一社会信用代码已经登记过。")


class AssuranceTooLow(Forbidden):
    """The applicant's real-name level is below what the item asks for."""

    code = "identity.assurance_too_low"
    message = _("办理这个事项需要实名等级%(needed)s级，您现在是%(level)s级。")
    what_to_do = _("请携带身份证到任一政务服务窗口核验，核验后等级即时提升。")


class NotRepresentative(Forbidden):
    """The person may not act for this party."""

    code = "identity.not_representative"
    message = _("您不能代表这个单位办理。")
    what_to_do = _("法定代表人（经营者）本人登录后可以代表本单位办理。")
