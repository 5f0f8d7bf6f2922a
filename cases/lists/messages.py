"""What staff can tell many applicants at once: fixed words, which hold the case's number and nothing else of it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.states import OPEN_STATES, State


@dataclass(frozen=True, slots=True)
class Message:
    """A text, what it is called, and the states in which it is true."""

    label: str | Promise
    text: str | Promise
    states: frozenset[State]


MESSAGES = {
    "correction": Message(
        _("提醒补正材料"),
        _("【一站通】您的申请（%(number)s）还有材料要补正，请登录查看补正告知书。"),
        frozenset({State.CORRECTING}),
    ),
    "progress": Message(
        _("告知正在办理"),
        _("【一站通】您的申请（%(number)s）正在办理，登录可以查看进度和时限。"),
        frozenset(OPEN_STATES - {State.CORRECTING}),
    ),
    "result": Message(
        _("提醒查看结果"),
        _("【一站通】您的申请（%(number)s）已有结果，请登录查看和领取。"),
        frozenset({State.DECIDED, State.CLOSED, State.NOT_ACCEPTED, State.NOT_REQUIRED, State.TERMINATED}),
    ),
}


def phone_of(case: Case) -> str:
    """Where the applicant is reached: a person's own phone, else the phone of whoever filled the application in."""
    own = case.applicant.person.phone if hasattr(case.applicant, "person") else ""
    return own or case.agent.phone or ""
