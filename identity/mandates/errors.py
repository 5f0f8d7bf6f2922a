"""Refusals about wards, guardians, renewals, and forms that were opened for another party."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Forbidden, Invalid


class NeedsGuardian(Forbidden):
    """The law lets somebody of this age or capacity not do this alone (民法典第十九条至第二十二条)."""

    code = "identity.needs_guardian"
    message = _("%(reason)s，这件事要由监护人代办。")
    what_to_do = _(
        "请监护人用自己的账号登录，换成您的身份办理，或者监护人本人到窗口办；还没有登记监护关系的，监护人带证明到窗口登记。"
    )


class GuardianshipByLaw(Forbidden):
    """A guardianship is not a choice of either side: neither ends it online."""

    code = "identity.guardianship_by_law"
    message = _("监护关系依法确定，不能在网上解除。")
    what_to_do = _("监护人有变更的，带法院文书或者指定文书到窗口办理。")


class GuardianshipInvalid(Invalid):
    """Something about a ward, a guardian or the proof is wrong; ``fields`` says what."""

    code = "identity.guardianship_invalid"


class CapacityUnchanged(Conflict):
    """The register says so already, or says nothing that could end."""

    code = "identity.capacity_unchanged"
    message = _("登记的情况没有变化，不用再登记。")
    what_to_do = _("请核对证件和文书，再看是不是选错了要登记的内容。")


class NotRenewable(Conflict):
    """The mandate is not of the kind, or not at the time, that can be renewed."""

    code = "identity.mandate_not_renewable"
    message = _("这份委托现在不能续办。")
    what_to_do = _("到期前三十天到到期后九十天之间可以续办；已经解除的，请重新委托。")


class PartyUnknown(Invalid):
    """No party has this number."""

    code = "identity.party_unknown"


class OpenedForAnother(Conflict):
    """The form was opened while the person acted for another party, in another tab perhaps."""

    code = "identity.opened_for_another"
    message = _("这个页面是用另一个身份打开的，您现在是%(now)s。没有提交，什么都没有改。")
    what_to_do = _("换回原来的身份再提交；要用现在的身份办，请重新打开页面。")
