"""Plain words for limits, clocks and what happens next."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.clock import SILENCE_DAYS, Lamp, Reading
from cases.fees.glances import glances_at
from cases.fees.models import FeeNotice
from cases.models import Case, Hearing
from cases.proceedings.queries import hearing_of, may_ask
from cases.queries import Clocks
from cases.states import Outcome, State
from common.formatting import format_date
from common.workdays import UnknownYear, for_region
from services.codes import ProjectType, TimeUnit
from services.models import ItemVersion


def unit_label(unit: str) -> str:
    """Return 个工作日 or 个自然日 in the page's language."""
    return _("个工作日") if unit == TimeUnit.WORKING else _("个自然日")


def limit_text(version: ItemVersion, days: int | None, unit: str) -> str:
    """Say a limit: 当场办结, 5 个工作日, or that none is published."""
    if days is None:
        return _("以窗口答复为准")
    if days == 0 or version.project_type == ProjectType.INSTANT:
        return _("当场办结")
    return f"{days} {unit_label(unit)}"


def visits_text(visits: int) -> str:
    """Say how often somebody has to come: 0 次（不用跑）."""
    return _("0 次（不用跑）") if visits == 0 else _("%(count)s 次") % {"count": visits}


def reply_due_on(case: Case) -> dt.date | None:
    """The last day to answer whether an application is accepted; None in a year without calendar data."""
    if case.received_on is None:
        return None
    try:
        return for_region(case.department.region.code).add(case.received_on, SILENCE_DAYS)
    except UnknownYear:
        return None


def clock_lines(case: Case, clocks: Clocks) -> list[tuple[str, str]]:
    """(lamp, sentence) for the promise and the statute; empty while no clock runs, and once it is decided."""
    if case.decided_at:
        return []
    version = case.item_version
    lines = [
        (_("承诺"), version.promise_days, version.promise_unit, clocks.promise),
        (_("法定"), version.statutory_days, version.statutory_unit, clocks.statute),
    ]
    return [
        (str(reading.lamp), _reading_text(name, reading, unit))
        for name, days, unit, reading in lines
        if days is not None and (reading.due_on or reading.paused)
    ]


def _reading_text(name: str, reading: Reading, unit: str) -> str:
    if reading.due_on is None or reading.remaining is None:
        return _("%(name)s时限：特别程序期间不计时") % {"name": name}
    values = {
        "name": name,
        "day": format_date(reading.due_on),
        "count": abs(reading.remaining),
        "unit": unit_label(unit),
    }
    if reading.lamp == Lamp.OVER:
        return _("%(name)s时限：应在 %(day)s 前办结，已超 %(count)s %(unit)s") % values
    if reading.remaining == 0:
        return _("%(name)s时限：今天（%(day)s）是最后一天") % values
    return _("%(name)s时限：%(day)s 前办结，还剩 %(count)s %(unit)s") % values


def next_step(case: Case) -> str:
    """One sentence: what happens next, by when, and whether the applicant must do something."""
    return {
        State.DRAFT: lambda: _("还没有提交。接着填完，核对后提交。"),
        State.SUBMITTED: lambda: _awaiting_reply(case),
        State.CORRECTING: lambda: _("等您补正。下面列出了全部要补的内容，一次补齐即可；补正期间不计入办理时限。"),
        State.ACCEPTED: lambda: _awaiting_decision(case),
        State.IN_REVIEW: lambda: _awaiting_decision(case),
        State.SUSPENDED: lambda: _suspended(case),
        State.DECIDED: lambda: _awaiting_result(case),
        State.CLOSED: lambda: _ended(case),
        State.NOT_ACCEPTED: lambda: _("没有受理，理由写在文书里；改好以后可以重新申请。"),
        State.NOT_REQUIRED: lambda: _("这件事不需要办许可，您可以直接做；说明写在文书里。"),
        State.WITHDRAWN: lambda: _("您已撤回申请。需要时可以重新申请，交过的材料还在“我的材料”里。"),
        State.TERMINATED: lambda: _("办理已经终止，理由写在文书里。"),
    }[State(case.state)]()


def _awaiting_reply(case: Case) -> str:
    day = reply_due_on(case)
    if day is None:
        return _("窗口会在五个工作日内答复是否受理，您不用做什么；逾期没有答复就视为受理。")
    if day < timezone.localdate():
        return _("答复期限已过，依法视为受理，系统会自动转入审查，您不用做什么。")
    return _("窗口会在 %(day)s 前答复是否受理，您不用做什么；到期没有答复就视为受理。") % {"day": format_date(day)}


def _awaiting_decision(case: Case) -> str:
    day = case.promise_due_on or case.statutory_due_on
    if _owes(case):
        return _("各部门正在审查。有一笔费用等您缴：缴费不影响审批，缴清以后把结果给您。")
    if getattr(case, "has_hearing", False) and may_ask(case):
        return _("请看“听证”：要不要听证，由您决定。您说了以后，或者期限过了，审查接着作决定。")
    if day is None:
        return _("各部门正在审查，您不用做什么；有结果会显示在这里。")
    return _("各部门正在审查，%(day)s 前作出决定，您不用做什么。") % {"day": format_date(day)}


def _suspended(case: Case) -> str:
    standing = hearing_of(case) if getattr(case, "has_hearing", False) else None
    state = standing.hearing.state if standing else ""
    if state == Hearing.State.SCHEDULED:
        return _("听证定了时间和地点，请看“听证”，准时参加。这段时间不计入办理时限。")
    if state == Hearing.State.RECORDED:
        return _("听证开过了，请看笔录，没有错的请确认。这段时间不计入办理时限。")
    return _("正在进行特别程序（检验、评审等），这段时间不计入办理时限，结束后继续审查。")


def _awaiting_result(case: Case) -> str:
    if _owes(case):
        return _("决定已经作出。有一笔费用等您缴，缴清以后把结果送达到这里。")
    return _("决定已经作出，正在制作文书并送达到这里，您不用做什么。")


def _owes(case: Case) -> bool:
    return any(fee.state == FeeNotice.State.UNPAID for fee in glances_at(case))


def _ended(case: Case) -> str:
    if case.outcome == Outcome.REFUSED:
        return _("没有批准，理由和申请复议、诉讼的途径写在文书里。")
    if case.certificate_id:
        return _("办好了。证照已经存入“我的证照”，以后办事用到它不用再交。")
    return _("办好了，结果文书在下面。")
