"""What applicants of the demonstration asked about their cases: one question waits, another one is answered."""

from cases.consultation import actions
from cases.models import Case
from cases.states import State
from identity.models import PostHolding
from identity.queries import actor_for
from portal.demo import staff, timeline

_WAITING = "材料都交齐了。请问工作人员哪天来看现场？店里要有人在吗？"
_ASKED = "请问审查要多久？我想早点把开业的日子定下来。"
_ANSWERED = "您的申请正在审查，办理期限写在办件页面上。审查通过以后会给您发消息，开业请等拿到证以后。"


def load() -> int:
    """Ask about the two latest cases under review whose applicants may be asked for; returns how many questions."""
    found = Case.objects.filter(state=State.IN_REVIEW, consultation__isnull=True, agent__account__isnull=False)
    cases = list(found.select_related("agent__account").order_by("-accepted_on", "-id")[:2])
    for order, case in enumerate(cases):
        actor = actor_for(case.agent.account, principal_id=case.applicant_id)
        with timeline.on(timeline.weekdays_ago(3 - order), order=order):
            actions.ask(actor, case_id=case.pk, text=_ASKED if order else _WAITING)
    for case in cases[1:]:
        officer = staff.officer(role=PostHolding.Role.DECIDER, department_id=case.department_id)
        with timeline.on(timeline.weekdays_ago(1)):
            actions.answer(officer, case_id=case.pk, text=_ANSWERED)
    return len(cases)
