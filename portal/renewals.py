"""What both surfaces say of the renewal of a licence (行政许可法第五十条): its day, and what silence means."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases import renewing
from cases.models import Case
from cases.states import FINAL_STATES, State
from common.formatting import format_date
from services.renewals import days_before, is_licence_renewal


@dataclass(frozen=True, slots=True)
class Said:
    """A box on a page: its tone, what it is about, and one paragraph."""

    tone: str
    title: str
    text: str


def said_before(case: Case) -> Said | None:
    """For who is about to submit a draft: whether it comes in time, and what that means; None for other items."""
    certificate = renewing.to_renew(case)
    if certificate is None or certificate.valid_until is None:
        return None
    values = {"day": format_date(certificate.valid_until), "days": days_before(case.item_version)}
    if renewing.is_in_time(case, certificate.valid_until):
        words = _("许可有效期到 %(day)s。部门要在这以前决定；到期没有决定的，依法视为准予延续，许可不会中断。")
        return Said("info", _("这次申请来得及"), words % values)
    words = _(
        "许可有效期到 %(day)s，法律要求在届满 %(days)s 日以前申请延续。现在仍然可以申请，但是到期还没有决定的，"
        "不会视为准予延续：旧证到期就失效，要等新的决定。急用的，请先联系办理部门。"
    )
    return Said("warn", _("离到期不到 %(days)s 日了") % values, words % values)


def said_to_applicant(case: Case) -> Said | None:
    """For the applicant, on the page of a case; None for other items."""
    if case.is_deemed_renewed:
        words = _("原来的有效期届满以前没有作出决定，依法视为准予延续，和决定准予的效力一样，许可没有中断。")
        return Said("good", _("视为准予延续"), words)
    if not is_licence_renewal(case.item_version) or case.state in {*FINAL_STATES, State.DECIDED, State.DRAFT}:
        return None
    if case.renewal_ends_on is None:
        words = _("这次申请晚于法律要求的日期，或者登记库里没有能认定的原证。旧证到期就失效，请留意办理进度。")
        return Said("info", _("到期没有决定的，不视为准予延续"), words)
    values = {"day": format_date(case.renewal_ends_on)}
    if renewing.granted_by_time(case):
        words = _("许可有效期到 %(day)s 届满，没有作出决定，依法视为准予延续。系统夜间会记录并发通知书，您不用做什么。")
        return Said("good", _("视为准予延续"), words % values)
    if case.state == State.CORRECTING:
        words = _("现在等您补正。请在许可有效期届满（%(day)s）以前补齐：没有补齐的，到期不会视为准予延续。")
        return Said("warn", _("请在 %(day)s 以前补齐") % values, words % values)
    if not renewing.is_running_out(case):
        words = _("许可有效期到 %(day)s 届满时，证照被暂扣或者已经失效，不视为准予延续。请等部门的决定。")
        return Said("warn", _("没有视为准予延续"), words % values)
    words = _("许可有效期到 %(day)s，部门要在这以前决定。到期没有决定的，依法视为准予延续，您不用做什么。")
    return Said("info", _("到期没有决定，就视为准予延续"), words % values)


def said_to_staff(case: Case) -> Said | None:
    """For who handles a case: what is renewed, until when to decide, and what comes after that."""
    if case.is_deemed_renewed:
        words = _("没有在有效期届满以前作出决定，依照行政许可法第五十条第二款视为准予延续。")
        return Said("warn", _("视为准予延续"), words)
    if not is_licence_renewal(case.item_version) or case.state in {*FINAL_STATES, State.DECIDED}:
        return None
    if case.renewal_ends_on is None:
        words = _("没有在届满 %(days)s 日以前提出，或者登记库里没有能认定的原证：逾期未作决定的，不视为准予延续。")
        return Said("info", _("延续许可"), words % {"days": days_before(case.item_version)})
    values = {"day": format_date(case.renewal_ends_on), "what": _what(case)}
    if renewing.granted_by_time(case):
        words = _("%(what)s有效期到 %(day)s，已经届满，视为准予延续。不能再作不予等决定；系统夜间会记录。")
        return Said("bad", _("已经视为准予延续"), words % values)
    if not renewing.is_running_out(case):
        words = _("%(what)s有效期到 %(day)s 届满时不在有效状态，或者轮到申请人补正，不视为准予延续。请依法作出决定。")
        return Said("info", _("延续许可"), words % values)
    words = _("%(what)s有效期到 %(day)s，请在这以前决定。逾期未作决定的，视为准予延续（行政许可法第五十条第二款）。")
    return Said("warn", _("延续许可：%(day)s 以前决定") % values, words % values)


def _what(case: Case) -> str:
    certificate = renewing.to_renew(case)
    names = {"name": certificate.type.name, "number": certificate.number} if certificate else {}
    return _("要延续的%(name)s（%(number)s）") % names if names else _("要延续的许可")
