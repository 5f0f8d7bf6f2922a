"""Refusals about organisations."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict


class OrganisationNotActive(Conflict):
    """The register says that the organisation no longer exists or may no longer do business here."""

    code = "identity.organisation_not_active"
    message = _("“%(name)s”的登记状态是“%(state)s”，不能再申请事项，也不能由人代表办理。")
    what_to_do = _("以前的办件和草稿还可以在本人名下查看；登记状态有误的，请联系登记机关更正后重新核对。")


class CorporateFactsDiffer(Conflict):
    """The corporate library does not confirm code, name and legal representative; it is not told which differs."""

    code = "identity.corporate_facts_differ"
    message = _("统一社会信用代码、名称和法定代表人与登记信息没有对上，没有绑定。")
    what_to_do = _("请对照营业执照核对；刚变更过法定代表人的，等登记机关更新后再试，或者带执照到窗口办理。")


class OrganisationUnknown(Conflict):
    """The corporate library has no organisation with this code."""

    code = "identity.organisation_unknown"
    message = _("登记信息里没有这个统一社会信用代码的单位。")
    what_to_do = _("请对照营业执照核对；刚登记的单位，等登记机关上传信息后再试。")
